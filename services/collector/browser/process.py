"""The browser and its driver: started on the first visit, recycled now and then, started again after a crash."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from playwright import sync_api as pw

from services.collector.answers import failed, heard
from services.collector.browser.browser_pid import browser_pid
from services.collector.browser.chromium import BrowserSettings
from services.collector.browser.frame import framed
from services.collector.browser.kill_switch import KillSwitch
from services.collector.browser.memory import parent_of, tree_memory
from services.collector.browser.own_session import own_session
from services.collector.browser.picture import NoShotError, Sitting
from services.collector.browser.reach import can_be_told
from services.collector.browser.starting import START_SECONDS, context_of, launched
from services.collector.browser.tab import Tab, VisitError, explained
from services.collector.capture import Captured, Plan
from services.collector.deadline import Deadline
from services.collector.pictured import Captioning, Picture, no_picture
from services.collector.sessions.session import Session, SessionFileError, unusable
from shared.addresses import refusal
from shared.clock import Clock, utc_now
from shared.errors import InputError, TransientError
from shared.events import Outcome
from shared.runtime.logs import configure_logs

log = structlog.get_logger(__name__)

RECYCLE_AFTER = 50.0
"""Pages loaded before a platform's context is made anew: free within noise at 50, and memory stays flat."""
LIGHT_LOAD = 1 / 20
"""What a visit counts that loads no page: it leaves nothing behind but what its requests do."""
RESTART_AFTER = 2000
"""Visits before browser and driver are started anew: the driver grows about 0.2 MB a page whatever the context does."""
WEIGH_EVERY = 10.0
"""Pages loaded between two looks at what browser and driver take of memory: each costs as much as two light visits."""
KILL_GRACE_SECONDS = 10.0
_STUCK = failed(Outcome.TIMEOUT, "页面没有反应，已结束浏览器")


class Browser:
    """One browser, one warm page per platform and login, used by one thread.

    It starts on the first visit and after a crash.
    """

    def __init__(
        self,
        settings: BrowserSettings,
        clock: Clock,
        started: Callable[[], object] = lambda: None,
        reach: tuple[str, ...] = (),
    ) -> None:
        """`started` is called whenever a browser was. `reach`: the hosts it may reach (`*.weibo.cn`); none is any."""
        self._settings = settings
        self._clock = clock
        self._started = started
        self._reach = reach
        self._pid: int | None = None
        self._driver_pid: int | None = None
        self._playwright: pw.Playwright | None = None
        self._chromium: pw.Browser | None = None
        self._kill_switch = KillSwitch()
        self._tabs: dict[tuple[str, str], Tab] = {}
        self._attended: dict[str, Session | None] = {}
        self._visits = 0
        self._unweighed = 0.0

    @property
    def pid(self) -> int | None:
        """Of the browser's first process; null while none runs. Any thread may ask."""
        return self._pid

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        """Look at one account. `full` loads the page even where its answers alone could be had.

        Raises InputError, before opening anything, for an address that may not be visited; TransientError when no
        browser starts. A session file that cannot be used is a failure of ours.
        """
        page = self._page_of(plan, hosts)
        self._restart_now_and_then()
        self._visits += 1
        try:
            with self._kill_switch.armed(START_SECONDS):
                tab = self._tab(platform)
            deadline = Deadline(self._settings.timeout_seconds)
            with self._kill_switch.armed(deadline.seconds + KILL_GRACE_SECONDS):
                captured = _visited(tab, page, plan, deadline, full)
        except VisitError as error:
            captured = error.captured
        except SessionFileError as error:
            return failed(Outcome.CRASH, str(error))
        except pw.Error as error:
            captured = _STUCK if self._kill_switch.has_fired else explained(error)
        self._unweighed += LIGHT_LOAD if captured.light else 1
        if captured.failure:
            log.warning("visit_failed", platform=platform, failure=captured.failure.value, reason=captured.reason)
            self._recover(platform, captured.failure)
        return heard(captured)

    def attend(self, platform: str, session: Session | None) -> None:
        """As whom the platform's pages are opened from now on; null: as the public sees them."""
        self._attended[platform] = session

    def state(self, platform: str) -> dict[str, Any] | None:
        """The storage state of who attends, as the platform has renewed it; null where no page is open."""
        tab = self._tabs.get(self._key(platform))
        try:
            return dict(tab.context.storage_state()) if tab else None
        except pw.Error:
            return None

    def picture(self, platform: str, url: str, hosts: tuple[str, ...], caption: Captioning) -> Picture:
        """A framed picture of a whole page, opened beside the platform's warm one with its cookies.

        Whatever the page does, the answer is a picture or a note of why there is none. Raises TransientError when no
        browser starts.
        """
        if why := self._refusal(url, hosts):
            return no_picture(f"{why}，未能拍照")
        try:
            with self._kill_switch.armed(START_SECONDS):
                tab = self._tab(platform)
            deadline = Deadline(self._settings.timeout_seconds)
            with self._kill_switch.armed(deadline.seconds + KILL_GRACE_SECONDS):
                return self._pictured(tab, url, caption, deadline)
        except NoShotError as error:
            return no_picture(str(error))
        except SessionFileError as error:
            return no_picture(str(error))
        except pw.Error as error:
            log.warning("picture_failed", platform=platform, error=error.message.splitlines()[0])
            self.close()
            return no_picture("页面使浏览器失去反应，未能拍照")

    def _pictured(self, tab: Tab, url: str, caption: Captioning, deadline: Deadline) -> Picture:
        chromium, settings = self._chromium, self._settings
        if chromium is None:
            raise TransientError("浏览器没有启动")
        with tab.beside() as page:
            sitting = Sitting(page, self._clock, self._refusal, settings.proxy is None, settings.max_body_bytes)
            shot = sitting.shoot(url, deadline)
        return framed(chromium, shot, url, caption)

    def check(self) -> str:
        """Really start the browser and show a page; returns its version. Raises TransientError when it does not."""
        self._chromium = self._chromium or self._launch()
        try:
            with self._kill_switch.armed(START_SECONDS):
                context = self._context(self._chromium, None)
                context.new_page().goto("about:blank")
                context.close()
        except pw.Error as error:
            raise TransientError(f"浏览器打不开页面：{error.message.splitlines()[0]}") from error
        return self._chromium.version

    def close(self) -> None:
        """Ends every process it started. A later visit starts them again."""
        self._close_chromium()
        self._visits = 0
        if self._playwright:
            with suppress(pw.Error):
                self._playwright.stop()
        self._playwright = None

    def hurry(self, seconds: float) -> None:
        """A visit that is not over after `seconds` ends with its browser. May be called from any thread."""
        self._kill_switch.fire_within(seconds)

    def _restart_now_and_then(self) -> None:
        """By number of visits, and by what browser and driver take: some pages take a hundred times what others do."""
        is_time = self._unweighed >= WEIGH_EVERY - LIGHT_LOAD / 2
        memory = tree_memory(self._driver_pid) if is_time and self._driver_pid else None
        if is_time:
            self._unweighed = 0.0
        is_heavy = memory is not None and memory.pss > self._settings.max_memory_bytes
        if is_heavy:
            log.info("browser_too_heavy", pss=memory and memory.pss, limit=self._settings.max_memory_bytes)
        if is_heavy or self._visits >= RESTART_AFTER:
            self.close()

    def _page_of(self, plan: Plan, hosts: tuple[str, ...]) -> str:
        if plan.page is None:
            raise ValueError("a plan without a page is for the downloader")
        for url in (plan.page, *plan.fetch):
            if why := self._refusal(url, hosts):
                raise InputError(url, f"{why}，请核对台账中的主页链接或账号ID")
        return plan.page

    def _refusal(self, url: str, hosts: tuple[str, ...] = ()) -> str | None:
        return refusal(url, hosts, resolve=self._settings.proxy is None)

    @property
    def _is_bounded(self) -> bool:
        return bool(self._reach) and can_be_told(self._settings.proxy)

    def _driver(self) -> pw.Playwright:
        if self._playwright is None:
            with own_session():
                self._playwright = pw.sync_playwright().start()
        return self._playwright

    def _tab(self, platform: str) -> Tab:
        """The platform's page; its context is made anew now and then, keeping its cookies."""
        if self._chromium is None or not self._chromium.is_connected():
            self._close_chromium()
            self._chromium = self._launch()
        key, session = self._key(platform), self._attended.get(platform)
        since = session.saved_at if session else None
        tab = self._tabs.pop(key, None)
        is_same = tab is not None and tab.login_of == since
        if tab and is_same and tab.loads < RECYCLE_AFTER - LIGHT_LOAD / 2:
            self._tabs[key] = tab
            return tab
        state: Any = tab.context.storage_state() if tab and is_same else session and session.state
        if tab:
            tab.context.close()
        context = self._context(self._chromium, state, session)
        self._tabs[key] = Tab(
            context, self._settings, self._clock, self._refusal, is_bounded=self._is_bounded, login_of=since
        )
        return self._tabs[key]

    def _key(self, platform: str) -> tuple[str, str]:
        session = self._attended.get(platform)
        return platform, session.name if session else ""

    def _context(self, chromium: pw.Browser, state: Any, session: Session | None = None) -> pw.BrowserContext:
        try:
            return context_of(chromium, self._settings, state)
        except pw.Error as error:
            if session and _is_about_the_state(error.message):
                raise unusable(session) from error
            raise

    def _launch(self) -> pw.Browser:
        settings = self._settings
        try:
            chromium = launched(self._driver(), settings, self._reach, window=not settings.headless)
        except pw.Error as error:
            raise TransientError(_why_not_started(settings.executable, error)) from error
        pid = browser_pid(chromium)
        self._kill_switch.aim(pid)
        self._pid = pid
        self._driver_pid = parent_of(pid)
        self._started()
        log.info("browser_started", version=chromium.version, pid=pid)
        return chromium

    def _recover(self, platform: str, failure: Outcome) -> None:
        """After a crash neither browser nor driver is trusted; after a time-out the page may still be stuck."""
        if failure is Outcome.CRASH:
            self.close()
        elif failure is Outcome.TIMEOUT and (tab := self._tabs.pop(self._key(platform), None)):
            with self._kill_switch.armed(KILL_GRACE_SECONDS), suppress(pw.Error):
                tab.context.close()

    def _close_chromium(self) -> None:
        self._tabs.clear()
        if self._chromium:
            with self._kill_switch.armed(KILL_GRACE_SECONDS), suppress(pw.Error):
                self._chromium.close()
        self._chromium = self._pid = self._driver_pid = None
        self._kill_switch.aim(None)


def _visited(tab: Tab, page: str, plan: Plan, deadline: Deadline, full: bool) -> Captured:
    if not full and plan.fetch and tab.is_warm_for(plan.fetch):
        tab.loads += LIGHT_LOAD
        captures = tab.fetch(plan.fetch, deadline)
        if captures:
            return Captured(captures=captures, final_url=page, light=True)
    tab.loads += 1
    return tab.load(page, plan, deadline)


def _is_about_the_state(message: str) -> bool:
    """The driver tells by words only: some name the state, others the field of it that is wrong."""
    return any(words in message for words in ("storage state", "storageState", "ookie"))


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


def _why_not_started(executable: Path | None, error: pw.Error) -> str:
    if executable and not executable.is_file():
        return f"浏览器无法启动：没有 {executable}；请改正设置 browser.executable，或删去它以自动寻找"
    which = f" {executable} " if executable else ""
    return f"浏览器{which}无法启动：{error.message.splitlines()[0]}；请执行 xunjian doctor，按“浏览器”一项处理"
