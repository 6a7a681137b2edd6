"""A saved page printed as PDF."""

from pathlib import Path

import playwright.sync_api as pw

from services.collector.browser.chromium import BrowserSettings, find_browser
from shared.errors import TransientError

_MILLISECONDS = 60_000


def print_pdf(page: Path, pdf: Path, settings: BrowserSettings) -> None:
    """A4, offline and without scripts. Raises TransientError where no browser does it."""
    executable = settings.executable or find_browser()
    if executable is None:
        raise TransientError("没有找到 Chromium，没有打印成 PDF；可用任何浏览器打开说明后打印")
    try:
        with pw.sync_playwright() as driver:
            chromium = driver.chromium.launch(
                executable_path=executable, chromium_sandbox=settings.sandbox, timeout=_MILLISECONDS
            )
            context = chromium.new_context(offline=True, java_script_enabled=False, service_workers="block")
            tab = context.new_page()
            tab.goto(page.absolute().as_uri(), timeout=_MILLISECONDS)
            tab.pdf(path=pdf, format="A4", print_background=True)
            chromium.close()
    except (pw.Error, OSError) as error:
        words = str(error).splitlines()[0][:200]
        raise TransientError(f"没有打印成 PDF（{words}）；可用任何浏览器打开说明后打印") from error
