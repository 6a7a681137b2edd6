"""The only file that knows Playwright: opens what a plan names and returns the answers as bytes."""

import base64
import sys
import urllib.parse
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import structlog
from playwright import sync_api as pw

from services.collector.browser.answers import TOO_LARGE, failed, length_of, network_failure, retry_after
from services.collector.browser.chromium import BLOCKED, BrowserSettings, find_browser, saved_state
from services.collector.browser.in_page import FETCH
from services.collector.browser.kill_switch import KillSwitch
from services.collector.browser.own_session import own_session
from services.collector.browser.watch import Deadline, Watch
from services.collector.capture import Capture, Captured, Plan
from shared.addresses import is_private, origin_of, refusal
from shared.clock import Clock, utc_now
from shared.errors import InputError, TransientError
from shared.events import Outcome
from shared.runtime.logs import configure_logs

log = structlog.get_logger(__name__)

RECYCLE_AFTER = 50
"""Visits before a platform's context is made anew: free within noise at 50, and memory stays flat."""
RESTART_AFTER = 2000
"""Visits before browser and driver are started anew: the driver grows about 0.2 MB a page whatever the context does."""
KILL_GRACE_SECONDS = 10.0
MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_STUCK = failed(Outcome.TIMEOUT, "页面没有反应，已结束浏览器")
_WORKING_TYPES = ("document", "script", "xhr", "fetch")


class Browser:
    """One browser, one warm page per platform. One thread uses it; it starts on the first visit and after a crash."""

    def __init__(self, settings: BrowserSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._playwright: pw.Playwright | None = None
        self._chromium: pw.Browser | None = None
        self._kill_switch = KillSwitch()
        self._tabs: dict[str, _Tab] = {}
        self._visits = 0

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        """Look at one account. `full` loads the whole page, styles and pictures included, and takes a screenshot.

        Raises InputError, before opening anything, for an address that may not be visited or a storage state others
        can read; TransientError when no browser starts.
        """
        for url in (plan.page, *plan.fetch):
            if url and (why := self._refusal(url, hosts)):
                raise InputError(url, f"{why}，请核对台账中的主页链接或账号ID")
        if self._visits >= RESTART_AFTER:
            self.close()
        self._visits += 1
        deadline = Deadline(self._settings.timeout_seconds)
        try:
            with self._kill_switch.armed(deadline.seconds + KILL_GRACE_SECONDS):
                look = self._look(platform, plan, hosts, deadline, full)
        except _VisitError as error:
            look = error.look
        except pw.Error as error:
            look = _STUCK if self._kill_switch.has_fired else _explained(error)
        if look.failure:
            log.warning("visit_failed", platform=platform, failure=look.failure.value, reason=look.reason)
            self._recover(platform, look.failure)
        return look.model_copy(update={"retry_after_seconds": retry_after(look.captures, self._clock())})

    def check(self) -> str:
        """Really start the browser; returns its version. Raises TransientError when it does not start."""
        self._chromium = self._chromium or self._launch()
        return self._chromium.version

    def close(self) -> None:
        """Ends every process it started. A later visit starts them again."""
        self._close_chromium()
        self._visits = 0
        if self._playwright:
            with suppress(pw.Error):
                self._playwright.stop()
        self._playwright = None

    def _refusal(self, url: str, hosts: tuple[str, ...] = ()) -> str | None:
        return refusal(url, hosts, resolve=self._settings.proxy is None)

    def _look(self, platform: str, plan: Plan, hosts: tuple[str, ...], deadline: Deadline, full: bool) -> Captured:
        if plan.page is None:
            return self._get_all(plan, hosts, deadline)
        tab = self._tab(platform)
        tab.visits += 1
        if not full and plan.fetch and tab.is_warm_for(plan.fetch):
            captures = tab.fetch(plan.fetch, deadline)
            if captures:
                return Captured(captures=captures, final_url=plan.page, light=True)
        return tab.load(plan.page, plan, deadline, full)

    def _get_all(self, plan: Plan, hosts: tuple[str, ...], deadline: Deadline) -> Captured:
        """Plain HTTP for feeds, without a browser."""
        settings = self._settings
        client = self._driver().request.new_context(
            proxy=_proxy(settings.proxy),
            user_agent=settings.user_agent,
            # The driver's own client cannot pin a key, so behind an inspecting proxy it trusts whoever answers there.
            ignore_https_errors=settings.proxy_spki is not None,
        )
        try:
            captures = tuple(self._get(client, url, hosts, deadline) for url in plan.fetch)
        except pw.TimeoutError as error:
            raise _VisitError(_explained(error)) from error
        except pw.Error as error:
            raise _VisitError(network_failure(error.message)) from error
        finally:
            client.dispose()
        return Captured(captures=captures, final_url=captures[-1].url if captures else None)

    def _get(self, client: pw.APIRequestContext, url: str, hosts: tuple[str, ...], deadline: Deadline) -> Capture:
        for _ in range(MAX_REDIRECTS + 1):  # every one is checked like the first address
            answer = client.get(url, timeout=deadline.milliseconds, max_redirects=0)
            if answer.status not in _REDIRECTS:
                _check_size(length_of(answer.headers), self._settings.max_body_bytes)
                body = answer.body()
                _check_size(len(body), self._settings.max_body_bytes)
                return Capture(url=url, status=answer.status, headers=answer.headers, body=body, at=self._clock())
            url = urllib.parse.urljoin(url, answer.headers.get("location", ""))
            if why := self._refusal(url, hosts):
                raise _VisitError(failed(Outcome.NETWORK, f"跳转被拒绝：{why}"))
        raise _VisitError(failed(Outcome.NETWORK, f"跳转超过{MAX_REDIRECTS}次"))

    def _driver(self) -> pw.Playwright:
        if self._playwright is None:
            with own_session():
                self._playwright = pw.sync_playwright().start()
        return self._playwright

    def _tab(self, platform: str) -> "_Tab":
        """The platform's page; its context is made anew now and then, keeping its cookies."""
        if self._chromium is None or not self._chromium.is_connected():
            self._close_chromium()
            self._chromium = self._launch()
        tab = self._tabs.get(platform)
        if tab and tab.visits < RECYCLE_AFTER:
            return tab
        state = tab.context.storage_state() if tab else saved_state(self._settings, platform)
        if tab:
            tab.context.close()
        context = self._chromium.new_context(
            accept_downloads=False,
            service_workers="block",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": 1440, "height": 1000},
            user_agent=self._settings.user_agent,
            storage_state=state,
        )
        self._tabs[platform] = _Tab(context, self._settings, self._clock, self._refusal)
        return self._tabs[platform]

    def _launch(self) -> pw.Browser:
        settings = self._settings
        try:
            chromium = self._driver().chromium.launch(
                executable_path=settings.executable or find_browser(),
                headless=settings.headless,
                proxy=_proxy(settings.proxy),
                chromium_sandbox=settings.sandbox,
                args=[f"--ignore-certificate-errors-spki-list={settings.proxy_spki}"] if settings.proxy_spki else [],
            )
        except pw.Error as error:
            why = error.message.splitlines()[0]
            raise TransientError(f"浏览器无法启动，请检查是否已安装、内存是否充足：{why}") from error
        processes = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        pid = next(process["id"] for process in processes if process["type"] == "browser")
        self._kill_switch.aim(pid)
        log.info("browser_started", version=chromium.version, pid=pid)
        return chromium

    def _recover(self, platform: str, failure: Outcome) -> None:
        """After a crash neither browser nor driver is trusted; after a time-out the page may still be stuck."""
        if failure is Outcome.CRASH:
            self.close()
        elif failure is Outcome.TIMEOUT and (tab := self._tabs.pop(platform, None)):
            with self._kill_switch.armed(KILL_GRACE_SECONDS), suppress(pw.Error):
                tab.context.close()

    def _close_chromium(self) -> None:
        self._tabs.clear()
        if self._chromium:
            with self._kill_switch.armed(KILL_GRACE_SECONDS), suppress(pw.Error):
                self._chromium.close()
        self._chromium = None
        self._kill_switch.aim(None)


class _Tab:
    """One context with one page, kept warm between visits to one platform."""

    def __init__(
        self, context: pw.BrowserContext, settings: BrowserSettings, clock: Clock, refusal: Callable[[str], str | None]
    ) -> None:
        self.context = context
        self.page = context.new_page()
        self.visits = 0
        context.on("page", lambda popup: popup.close())
        self._settings = settings
        self._clock = clock
        self._refusal = refusal
        self._watch: Watch[pw.Request] = Watch(Plan())
        self._refused: str | None = None
        self._is_warm = False
        self._cdp = context.new_cdp_session(self.page)
        self._cdp.send("Network.enable")
        self._cdp.on("Fetch.requestPaused", self._on_document)
        self._cdp.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Request"}]})
        self.page.on("request", self._on_request)
        self.page.on("requestfinished", self._on_end)
        self.page.on("requestfailed", self._on_end)
        self.page.on("load", lambda _: self._watch.load())

    def is_warm_for(self, urls: Sequence[str]) -> bool:
        """The page has been seen to work, and the addresses are of its own origin (others would fail on CORS)."""
        here = origin_of(self.page.url)
        return self._is_warm and all(origin_of(url) == here for url in urls)

    def fetch(self, urls: Sequence[str], deadline: Deadline) -> tuple[Capture, ...]:
        """Ask from inside the page; it stays warm only if every answer is a good one. Empty when the page moved on."""
        self._is_warm = False
        limit = self._settings.max_body_bytes
        try:
            answers = self.page.evaluate(FETCH, {"urls": list(urls), "limit": limit, "timeout": deadline.milliseconds})
        except pw.Error as error:
            if "context was destroyed" in error.message:
                return ()
            raise
        captures = tuple(self._fetched(answer) for answer in answers)
        self._is_warm = all(capture.status == 200 for capture in captures)
        return captures

    def load(self, url: str, plan: Plan, deadline: Deadline, full: bool) -> Captured:
        """Load the page and keep what the plan asks for, until all of it is there or nothing more comes."""
        self._is_warm = False
        self._refused = None
        self._watch = watch = Watch[pw.Request](plan)
        self._cdp.send("Network.setBlockedURLs", {"urls": [] if full else BLOCKED})
        failure = self._goto(url, deadline) or self._wait(watch, deadline)
        kept = [watch.document, *watch.answers] if watch.document else watch.answers
        captures = tuple(self._captured(request) for request in kept)
        if failure is None and not watch.is_complete and watch.errors:
            failure = network_failure(watch.errors[0])
        self._is_warm = watch.is_complete and captures[0].status == 200
        look = failure or Captured(screenshot=self._screenshot(deadline) if full else None)
        return look.model_copy(update={"captures": captures, "final_url": self.page.url})

    def _goto(self, url: str, deadline: Deadline) -> Captured | None:
        try:
            self.page.goto(url, wait_until="commit", timeout=deadline.milliseconds)
        except pw.Error as error:
            if self._refused:
                return failed(Outcome.NETWORK, f"页面跳转被拒绝：{self._refused}")
            # A page that died aborts its navigation before it is told dead: then this raises.
            if "ERR_ABORTED" in error.message:
                self.page.wait_for_timeout(100)
            # Chromium shows a page of its own for an empty answer with an error status; we have that answer.
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in error.message and "interrupted by another" not in error.message:
                return _explained(error)
        return None

    def _wait(self, watch: Watch[pw.Request], deadline: Deadline) -> Captured | None:
        settle = self._settings.settle_seconds
        while not (watch.is_complete or watch.is_settled(settle)):
            if not deadline.seconds:
                return failed(Outcome.TIMEOUT, "页面在限定时间内没有加载完成")
            pause = min(deadline.milliseconds, settle * 250)
            with suppress(pw.TimeoutError):
                self.page.wait_for_event("requestfinished", lambda _: watch.is_complete, timeout=pause)
        return None

    def _on_document(self, event: dict[str, Any]) -> None:
        """Every document of the page and its redirects passes here, so that none can lead inside."""
        why = self._refusal(event["request"]["url"])
        with suppress(pw.Error):
            if why:
                self._refused = why
                self._cdp.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"})
            else:
                self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    def _on_request(self, request: pw.Request) -> None:
        is_document = request.is_navigation_request() and request.frame == self.page.main_frame
        if request.resource_type in _WORKING_TYPES:
            self._watch.begin(request, request.url, is_document)

    def _on_end(self, request: pw.Request) -> None:
        response = request.existing_response
        if response is None:
            self._watch.end(request, request.failure or "net::ERR_FAILED")
        elif response.status in _REDIRECTS:
            self._watch.skip(request)
        elif request.failure and response.status < 400:
            self._watch.end(request, request.failure)
        elif length_of(response.headers) > self._settings.max_body_bytes:
            self._watch.end(request, TOO_LARGE)
        else:
            self._watch.end(request)

    def _captured(self, request: pw.Request) -> Capture:
        response = cast(pw.Response, request.existing_response)
        if self._settings.proxy is None and _came_from_inside(response):
            raise _VisitError(failed(Outcome.NETWORK, "网址指向内网地址"))
        try:
            body = response.body()
        except pw.Error as error:
            if "Protocol error" not in error.message:
                raise
            # Chromium keeps no body of the page it shows for an empty answer, and none above 20 MB or so.
            if response.status < 400:
                raise _VisitError(network_failure(TOO_LARGE if "evicted" in error.message else "")) from error
            body = b""
        _check_size(len(body), self._settings.max_body_bytes)
        return Capture(url=response.url, status=response.status, headers=response.headers, body=body, at=self._clock())

    def _fetched(self, answer: dict[str, Any]) -> Capture:
        if error := answer.get("error"):
            raise _VisitError(network_failure(error).model_copy(update={"light": True}))
        body = base64.b64decode(answer["body"])
        return Capture(
            url=answer["url"], status=answer["status"], headers=answer["headers"], body=body, at=self._clock()
        )

    def _screenshot(self, deadline: Deadline) -> bytes | None:
        try:
            return self.page.screenshot(timeout=deadline.milliseconds)
        except pw.Error as error:
            log.warning("no_screenshot", error=error.message.splitlines()[0])
            return None


class _VisitError(Exception):
    """A visit ended by a reason of ours; `look` tells it."""

    def __init__(self, look: Captured) -> None:
        super().__init__(look.reason)
        self.look = look


def _explained(error: pw.Error) -> Captured:
    """Playwright tells its errors apart by words only."""
    if isinstance(error, pw.TimeoutError):
        return failed(Outcome.TIMEOUT, "页面在限定时间内没有应答")
    if "ERR_" in error.message or "Download is starting" in error.message:
        return network_failure(error.message)
    return failed(Outcome.CRASH, "浏览器异常退出")


def _came_from_inside(response: pw.Response) -> bool:
    """A name can be made to point inside after it was looked up (DNS rebinding)."""
    address = response.server_addr()
    return address is not None and is_private(address["ipAddress"])


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise _VisitError(network_failure(TOO_LARGE))


def _proxy(url: str | None) -> pw.ProxySettings | None:
    if url is None:
        return None
    parts = urllib.parse.urlsplit(url)
    server = f"{parts.scheme}://{parts.hostname}:{parts.port or 80}"
    if parts.username is None:
        return {"server": server}
    return {
        "server": server,
        "username": urllib.parse.unquote(parts.username),
        "password": urllib.parse.unquote(parts.password or ""),
    }


def main() -> None:
    """Ends with 0 when a browser is here and starts."""
    configure_logs("auto", "warning")
    browser = Browser(BrowserSettings(), utc_now)
    try:
        sys.stdout.write(f"Chromium {browser.check()}\n")
    except TransientError as error:
        sys.exit(str(error))
    finally:
        browser.close()


if __name__ == "__main__":
    main()
