"""How every browser of ours is started and shows itself: who logs in looks like the looks that follow."""

from collections.abc import Sequence
from typing import Any

from playwright import sync_api as pw

from services.collector.browser.chromium import BrowserSettings, arguments, find_browser
from services.collector.browser.proxy import proxy_of
from services.collector.browser.reach import can_be_told
from services.collector.browser.sandbox import has_sandbox

START_SECONDS = 60.0
"""For browser and page to be ready, which is no site's time."""


def launched(playwright: pw.Playwright, settings: BrowserSettings, reach: Sequence[str], *, window: bool) -> pw.Browser:
    """`reach`: the hosts that its pages may reach; none is any. Raises playwright's Error."""
    return playwright.chromium.launch(
        executable_path=settings.executable or find_browser(with_window=window),
        headless=not window,
        proxy=None if reach and can_be_told(settings.proxy) else proxy_of(settings.proxy),
        chromium_sandbox=has_sandbox(settings),
        timeout=START_SECONDS * 1000,
        args=arguments(settings, reach),
    )


def context_of(chromium: pw.Browser, settings: BrowserSettings, state: Any = None) -> pw.BrowserContext:
    """`state`: Playwright's storage state to begin with. Raises playwright's Error, for a state that is none, too."""
    return chromium.new_context(
        accept_downloads=False,
        service_workers="block",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1440, "height": 1000},
        user_agent=settings.user_agent,
        storage_state=state,
    )
