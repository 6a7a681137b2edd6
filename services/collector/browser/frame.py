"""Puts the bar above a shot, in a blank page without script, network or any part of the page that was photographed."""

import base64

from playwright import sync_api as pw

from services.collector.browser.picture import Shot, screenshot
from services.collector.pictured import Captioning, Picture, bar_lines, frame_html

QUALITY = 80
MAX_THUMBNAIL_BYTES = 300_000
_THUMBNAIL_HEIGHT = 2600
"""CSS pixels of the framed picture that a thumbnail shows."""
_SMALLER = ((0.6, 70), (0.5, 60), (0.4, 45), (0.25, 30))


def framed(chromium: pw.Browser, shot: Shot, asked: str, caption: Captioning) -> Picture:
    note = "；".join(shot.notes) or None
    lines = bar_lines(shot.opened, asked, caption(shot.opened), note)
    image = f"data:image/jpeg;base64,{base64.b64encode(shot.jpeg).decode()}"
    context = chromium.new_context(java_script_enabled=False, offline=True, viewport={"width": 1480, "height": 1000})
    try:
        page = context.new_page()
        page.set_content(frame_html(lines, image, shot.width, shot.height), wait_until="load")
        cdp = context.new_cdp_session(page)
        size = cdp.send("Page.getLayoutMetrics")["cssContentSize"]
        width, height = int(size["width"]), int(size["height"])
        jpeg = screenshot(cdp, width, height, QUALITY)
        return Picture(jpeg=jpeg, thumbnail=_thumbnail(cdp, width, height), note=note, opened=shot.opened)
    finally:
        context.close()


def _thumbnail(cdp: pw.CDPSession, width: int, height: int) -> bytes | None:
    for scale, quality in _SMALLER:
        jpeg = screenshot(cdp, width, min(height, _THUMBNAIL_HEIGHT), quality, scale)
        if len(jpeg) <= MAX_THUMBNAIL_BYTES:
            return jpeg
    return None
