"""Which process a browser is: the driver does not tell, the browser does."""

from playwright import sync_api as pw


def browser_pid(chromium: pw.Browser) -> int:
    """Of its first process, with which all others end. Raises playwright's Error when it does not answer."""
    processes = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return int(next(process["id"] for process in processes if process["type"] == "browser"))
