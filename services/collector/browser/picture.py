"""Photographs a page from top to bottom, images and all, in a page of its own beside the platform's warm one."""

import base64
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright import sync_api as pw

from services.collector.browser.watch import Watch
from services.collector.capture import Capture, Plan
from services.collector.deadline import Deadline
from services.collector.pictured import MAX_PICTURE_HEIGHT, Opened
from shared.addresses import host_of, is_private
from shared.clock import Clock

WIDTH = 1440
"""Of the page, in CSS pixels; what is wider is cut."""
SETTLE_SECONDS = 0.5
SCROLL_MILLISECONDS = 150
"""At each screenful: lazy images begin to load when they come near."""
ANSWER_MILLISECONDS = 2000
"""A page that does not answer within is busy with itself; its script is ended before the picture."""
_SCREEN = 1000
_LOOP_WORDS = "页面脚本一直占用浏览器，已中止脚本后拍照"
_UNFINISHED = "页面在限定时间内没有加载完成，只拍到已显示的部分"
_SOUND = ("mp4", "m3u8", "webm", "mp3", "m4a")
_BLOCKED = [f"*.{ending}{tail}" for ending in _SOUND for tail in ("", "?*")]
_COMMENTS = re.compile(r"comment|hotflow", re.IGNORECASE)
"""In the paths where every platform answers with what readers wrote, and who they are: nobody needs their picture."""
_ASKED_BY_SCRIPT = ("XHR", "Fetch")
_SCROLL = "y => { scrollTo(0, y); return true; }"
_REACHED = "y => { scrollTo(0, y); return scrollY < y - 1 ? 'end' : 'more'; }"


@dataclass(frozen=True)
class Shot:
    """`jpeg` is the page alone, without a bar, `width` by `height` CSS pixels."""

    jpeg: bytes
    width: int
    height: int
    opened: Opened
    notes: tuple[str, ...]


class NoShotError(Exception):
    """No picture could be made; the message says why, in Chinese."""


class Sitting:
    """One page, opened for its picture. Whoever opened it closes it."""

    def __init__(
        self, page: pw.Page, clock: Clock, refusal: Callable[[str], str | None], checks_address: bool, max_bytes: int
    ) -> None:
        """`checks_address`: answers from private addresses are refused too (off behind a proxy, which looks up)."""
        self._page = page
        self._clock = clock
        self._refusal = refusal
        self._checks_address = checks_address
        self._max_bytes = max_bytes
        self._hosts: dict[str, str | None] = {}
        self._refused: str | None = None
        self._watch: Watch[pw.Request] = Watch(Plan(keep=(".",)))
        self._is_busy = False
        self._cdp = page.context.new_cdp_session(page)
        self._frame = self._cdp.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._cdp.send("Network.enable")
        self._cdp.send("Network.setBlockedURLs", {"urls": _BLOCKED})
        self._cdp.on("Fetch.requestPaused", self._on_paused)
        self._cdp.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]})
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_end)
        page.on("requestfailed", self._on_end)
        page.on("load", lambda _: self._watch.load())

    def shoot(self, url: str, deadline: Deadline) -> Shot:
        """Raises NoShotError, or playwright's Error where the browser itself fails."""
        self._goto(url, deadline)
        self._wait(Deadline(deadline.seconds / 2))
        self._scroll(Deadline(deadline.seconds / 2))
        self._wait(Deadline(deadline.seconds / 2))
        finished = self._watch.is_settled(0)
        self._stop()
        if self._refused:
            raise NoShotError(f"页面跳转被拒绝：{self._refused}，未能拍照")
        document = self._document()
        jpeg, height, whole = self._taken()
        notes = [_LOOP_WORDS] if self._is_busy else []
        notes += [] if finished or self._is_busy else [_UNFINISHED]
        notes += [f"页面过长，只截取上部 {height} 像素（全长约 {whole} 像素）"] if whole > height else []
        opened = Opened(url=self._page.url, at=self._clock(), document=document)
        return Shot(jpeg, WIDTH, height, opened, tuple(notes))

    def _goto(self, url: str, deadline: Deadline) -> None:
        try:
            self._page.goto(url, wait_until="commit", timeout=max(1.0, deadline.milliseconds / 2))
        except pw.Error as error:
            if self._refused:
                raise NoShotError(f"页面跳转被拒绝：{self._refused}，未能拍照") from error
            words = error.message
            # The page moved on by itself: what it moved to is what is photographed.
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in words and "interrupted by another" not in words:
                late = isinstance(error, pw.TimeoutError)
                raise NoShotError("页面在限定时间内没有应答，未能拍照" if late else "页面打不开，未能拍照") from error
            self._page.wait_for_timeout(SCROLL_MILLISECONDS)

    def _wait(self, deadline: Deadline) -> None:
        while deadline.seconds and not self._watch.is_settled(SETTLE_SECONDS):
            self._page.wait_for_timeout(50)

    def _scroll(self, deadline: Deadline) -> None:
        """Once down and back up."""
        for top in range(_SCREEN, MAX_PICTURE_HEIGHT, _SCREEN):
            if not deadline.seconds or self._asked(_REACHED, top) != "more":
                break
            self._page.wait_for_timeout(SCROLL_MILLISECONDS)
        if not self._is_busy:
            self._asked(_SCROLL, 0)

    def _asked(self, question: str, top: int) -> Any:
        """Not by `evaluate`, which waits for ever for a page that loops."""
        try:
            handle = self._page.wait_for_function(question, arg=top, timeout=ANSWER_MILLISECONDS)
            return handle.json_value()
        except pw.TimeoutError:
            self._is_busy = True
        except pw.Error as error:
            # Between two documents, or a page that spoilt what we asked with: it is photographed as it stands.
            if "crashed" in error.message or "closed" in error.message:
                raise
        return None

    def _stop(self) -> None:
        """From here on the page changes nothing: neither hides from the camera nor keeps it waiting."""
        self._cdp.send("Emulation.setScriptExecutionDisabled", {"value": True})
        if self._is_busy:
            # Answers only when there is something to end.
            self._cdp.send("Runtime.terminateExecution")

    def _taken(self) -> tuple[bytes, int, int]:
        size = self._cdp.send("Page.getLayoutMetrics")["cssContentSize"]
        whole = max(_SCREEN // 4, int(size["height"]))
        height = min(whole, MAX_PICTURE_HEIGHT)
        return screenshot(self._cdp, WIDTH, height, quality=92), height, whole

    def _document(self) -> Capture | None:
        """As received; null where the browser keeps none of it."""
        request = self._watch.document
        response = request.existing_response if request else None
        if response is None:
            return None
        address = response.server_addr() if self._checks_address else None
        if address is not None and is_private(address["ipAddress"]):
            raise NoShotError("网址指向内网地址，未能拍照")
        try:
            body = response.body()
        except pw.Error as error:
            if "Protocol error" not in error.message:
                raise
            return None
        if len(body) > self._max_bytes:
            return None
        return Capture(url=response.url, status=response.status, headers=response.headers, body=body, at=self._clock())

    def _on_paused(self, event: dict[str, Any]) -> None:
        """Everything the page asks for passes here: a picture would show what lies inside."""
        is_document = event.get("resourceType") == "Document" and event.get("frameId") == self._frame
        why = _of_readers(event) or self._why_not(event["request"]["url"])
        with suppress(pw.Error):
            if why:
                self._refused = why if is_document else self._refused
                self._cdp.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"})
            else:
                self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    def _why_not(self, url: str) -> str | None:
        """Each host is looked up once a picture; a path changes nothing."""
        if url.startswith(("data:", "blob:")):
            return None
        host = host_of(url) or ""
        if host not in self._hosts or not host:
            self._hosts[host] = self._refusal(url)
        return self._hosts[host]

    def _on_request(self, request: pw.Request) -> None:
        is_document = request.is_navigation_request() and request.frame == self._page.main_frame
        self._watch.begin(request, request.url, is_document)

    def _on_end(self, request: pw.Request) -> None:
        response = request.existing_response
        if response is not None and response.status in range(300, 309) and response.status != 304:
            self._watch.skip(request)
        else:
            self._watch.end(request, request.failure if response is None else None)


def _of_readers(event: dict[str, Any]) -> str | None:
    path = urlsplit(event["request"]["url"]).path
    is_theirs = event.get("resourceType") in _ASKED_BY_SCRIPT and _COMMENTS.search(path)
    return "读者的评论不拍照" if is_theirs else None


def screenshot(cdp: pw.CDPSession, width: int, height: int, quality: int, scale: float = 1) -> bytes:
    """By CDP: Playwright's own waits for the page's fonts and asks its script."""
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
    options = {"format": "jpeg", "quality": quality, "clip": clip, "captureBeyondViewport": True}
    return base64.b64decode(cdp.send("Page.captureScreenshot", options)["data"])
