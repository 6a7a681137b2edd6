"""The warm page of one platform: opens what a plan names and returns the answers as bytes."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, cast

from playwright import sync_api as pw

from services.collector.answers import TOO_LARGE, failed, length_of, network_failure
from services.collector.browser.chromium import BLOCKED, BrowserSettings
from services.collector.browser.in_page import FETCH
from services.collector.browser.watch import Watch
from services.collector.capture import Capture, Captured, Plan
from services.collector.deadline import Deadline
from shared.addresses import is_private, origin_of
from shared.clock import Clock
from shared.events import Outcome

_REDIRECTS = (301, 302, 303, 307, 308)
_WORKING_TYPES = ("document", "script", "xhr", "fetch")
DEATH_MILLISECONDS = 3000
"""How late a busy machine tells that a page died. Asking the page is no way: a dead one may not even refuse."""


class Tab:
    """One context with one page, kept warm between visits to one platform."""

    def __init__(
        self,
        context: pw.BrowserContext,
        settings: BrowserSettings,
        clock: Clock,
        refusal: Callable[[str], str | None],
        *,
        is_bounded: bool = False,
        login_of: datetime | None = None,
    ) -> None:
        """`is_bounded`: the browser reaches no hosts but those it was told. `login_of`: when the login that the context
        began with was saved."""
        self.context = context
        self.login_of = login_of
        self.loads = 0.0
        self._settings = settings
        self._clock = clock
        self._refusal = refusal
        self._watch: Watch[pw.Request] = Watch(Plan())
        self._refused: str | None = None
        self._is_warm = False
        self._is_used = False
        self._is_opening = False
        self._is_asking = False
        self._is_bounded = is_bounded
        self._heard: dict[Any, Callable[[pw.Request], None]] = {
            "request": self._on_request,
            "requestfinished": self._on_end,
            "requestfailed": self._on_end,
        }
        context.on("page", self._on_page)
        self._open()

    def _open(self) -> None:
        """A new page; every other is closed, whatever it goes on doing (dialogs or a loop without end)."""
        self._is_opening = True
        self.page = self.context.new_page()
        self._is_opening = False
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self._cdp = self.context.new_cdp_session(self.page)
        self._cdp.on("Fetch.requestPaused", self._on_document)
        self.page.on("load", lambda _: self._watch.load())
        self._is_listening = False
        self._listen()

    def _listen(self) -> None:
        """Hear of every request of the page, and have its documents asked for first and its pictures blocked."""
        if self._is_listening:
            return
        self._is_listening = True
        self._cdp.send("Network.enable")
        self._cdp.send("Network.setBlockedURLs", {"urls": BLOCKED})
        self._cdp.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Request"}]})
        for event, heard in self._heard.items():
            self.page.on(event, heard)

    def _stop_listening(self) -> None:
        """Where a page has become quiet, what asking from inside it tells of each request costs more than the request.

        Not before: a page still being drawn would load its pictures. Documents stay forbidden to it only where the
        browser itself knows the hosts it may reach.
        """
        if self._is_listening:
            self._is_listening = False
            for event, heard in self._heard.items():
                self.page.remove_listener(event, heard)
            if self._is_bounded:
                self._cdp.send("Fetch.disable")
            self._cdp.send("Network.disable")

    def is_warm_for(self, urls: Sequence[str]) -> bool:
        """The page has been seen to work, and the addresses are of its own origin (others would fail on CORS)."""
        here = origin_of(self.page.url)
        return self._is_warm and all(origin_of(url) == here for url in urls)

    def fetch(self, urls: Sequence[str], deadline: Deadline) -> tuple[Capture, ...]:
        """Ask from inside the page; it stays warm only if every answer is a good one. Empty when the page moved on."""
        self._is_warm = False
        is_at_rest = self._watch.is_settled(self._settings.settle_seconds)
        self._is_asking = True
        limit = self._settings.max_body_bytes
        try:
            answers = self.page.evaluate(FETCH, {"urls": list(urls), "limit": limit, "timeout": deadline.milliseconds})
        except pw.Error as error:
            if "context was destroyed" in error.message:
                return ()
            raise
        finally:
            self._is_asking = False
        # Only now, when it has just answered: to a page that died while it was idle the browser would wait for ever.
        if is_at_rest:
            self._stop_listening()
        captures = tuple(self._fetched(answer) for answer in answers)
        self._is_warm = all(capture.status == 200 for capture in captures)
        return captures

    def load(self, url: str, plan: Plan, deadline: Deadline) -> Captured:
        """Load the page and keep what the plan asks for, until all of it is there or nothing more comes."""
        if self._is_used and not (self._is_warm and self._is_listening):
            self._open()
        self._is_warm, self._is_used = False, True
        self._refused = None
        self._watch = watch = Watch[pw.Request](plan)
        failure = self._goto(url, deadline) or self._wait(watch, deadline)
        kept = [watch.document, *watch.answers] if watch.document else watch.answers
        captures = tuple(self._captured(request) for request in kept)
        if failure is None and not watch.is_complete and watch.errors:
            failure = network_failure(watch.errors[0])
        self._is_warm = watch.is_complete and captures[0].status == 200
        return (failure or Captured()).model_copy(update={"captures": captures, "final_url": self.page.url})

    @contextmanager
    def beside(self) -> Iterator[pw.Page]:
        """A second page with the same cookies, while inside; this one stays warm."""
        self._is_opening = True
        page = self.context.new_page()
        self._is_opening = False
        try:
            yield page
        finally:
            with suppress(pw.Error):
                page.close()

    def _on_page(self, page: pw.Page) -> None:
        """Pop-ups do not stay."""
        if not self._is_opening:
            page.close()

    def _goto(self, url: str, deadline: Deadline) -> Captured | None:
        try:
            self.page.goto(url, wait_until="commit", timeout=deadline.milliseconds)
        except pw.Error as error:
            if self._refused:
                return failed(Outcome.NETWORK, f"页面跳转被拒绝：{self._refused}")
            # A page that died aborts its navigation before it is told dead: then this raises.
            if "ERR_ABORTED" in error.message:
                self.page.wait_for_timeout(DEATH_MILLISECONDS)
            # Chromium shows a page of its own for an empty answer with an error status; we have that answer.
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in error.message and "interrupted by another" not in error.message:
                return explained(error)
        return None

    def _wait(self, watch: Watch[pw.Request], deadline: Deadline) -> Captured | None:
        settle = self._settings.settle_seconds
        while not (watch.is_complete or (watch.is_settled(settle) and self._has_nothing_to_tell(watch))):
            if not deadline.seconds:
                return failed(Outcome.TIMEOUT, "页面在限定时间内没有加载完成")
            pause = min(deadline.milliseconds, settle * 250)
            with suppress(pw.TimeoutError):
                self.page.wait_for_event("requestfinished", lambda _: watch.is_complete, timeout=pause)
        return None

    def _has_nothing_to_tell(self, watch: Watch[pw.Request]) -> bool:
        """On a slow machine quiet may mean that page or driver had no turn yet; an answer comes after their news."""
        before = watch.last_change
        try:
            self._cdp.send("Runtime.evaluate", {"expression": "0"})
        except pw.Error as error:
            if "execution context" not in error.message:
                raise
            return False  # between two documents
        return watch.last_change == before

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
        if request.resource_type in _WORKING_TYPES and not self._is_asking:
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
            raise VisitError(failed(Outcome.NETWORK, "网址指向内网地址"))
        try:
            body = response.body()
        except pw.Error as error:
            if "Protocol error" not in error.message:
                raise
            # Chromium keeps no body of the page it shows for an empty answer, and none above 20 MB or so.
            if response.status < 400:
                raise VisitError(network_failure(TOO_LARGE if "evicted" in error.message else "")) from error
            body = b""
        _check_size(len(body), self._settings.max_body_bytes)
        return Capture(url=response.url, status=response.status, headers=response.headers, body=body, at=self._clock())

    def _fetched(self, answer: dict[str, Any]) -> Capture:
        if error := answer.get("error"):
            raise VisitError(network_failure(error).model_copy(update={"light": True}))
        text = answer.get("text")
        body = base64.b64decode(answer["base64"]) if text is None else text.encode()
        headers = dict(json.loads(answer["headers"]))
        return Capture(url=answer["url"], status=answer["status"], headers=headers, body=body, at=self._clock())


class VisitError(Exception):
    """A visit ended by a reason of ours; `captured` tells it."""

    def __init__(self, captured: Captured) -> None:
        super().__init__(captured.reason)
        self.captured = captured


def explained(error: pw.Error) -> Captured:
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
        raise VisitError(network_failure(TOO_LARGE))
