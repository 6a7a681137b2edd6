"""What an answer's headers and the words of a failure mean."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

from services.collector.capture import Capture, Captured
from shared.events import Outcome
from shared.http_time import http_date, retry_after

TOO_LARGE = "RangeError"
_TOO_LATE = ("TimeoutError", "AbortError")


def failed(failure: Outcome, reason: str) -> Captured:
    return Captured(failure=failure, reason=reason)


def network_failure(message: str) -> Captured:
    """From the words of Chromium (`net::ERR_...`), of its driver (`ECONNREFUSED`) or of fetch() in a page."""
    if message == TOO_LARGE:
        return failed(Outcome.NETWORK, "应答过大，已放弃")
    if "TIMED_OUT" in message or message in _TOO_LATE:
        return failed(Outcome.TIMEOUT, "连接超时")
    if "Download is starting" in message:
        return failed(Outcome.NETWORK, "该网址是下载文件，不是页面")
    code = re.search(r"ERR_[A-Z_]+|\bE[A-Z]{5,}", message)
    return failed(Outcome.NETWORK, f"网络不通（{code.group()}）" if code else "网络不通")


def length_of(headers: Mapping[str, str]) -> int:
    """Bytes as announced; 0 when the answer does not say. More than 18 digits are too many anyway."""
    text = headers.get("content-length", "")
    return int(text[:18]) if text.isascii() and text.isdigit() else 0


def heard(captured: Captured) -> Captured:
    """`captured` with what its answers' headers say of time."""
    return captured.model_copy(
        update={"retry_after_seconds": _wish(captured.captures), "clock_offset": _clock_offset(captured.captures)}
    )


def _wish(captures: Iterable[Capture]) -> float | None:
    """The longest one that came with a refusal: beside a good answer it means something else (a feed's refresh)."""
    refusals = [capture for capture in captures if (capture.status or 0) >= 400]
    wishes = [retry_after(refusal.headers.get("retry-after"), refusal.at) for refusal in refusals]
    return max((wish for wish in wishes if wish is not None), default=None)


def _clock_offset(captures: Iterable[Capture]) -> timedelta | None:
    """By the newest `Date`: an answer that some cache kept makes the other side's clock look slow, never fast."""
    dates = [
        (capture.at, http_date(capture.headers.get("date"))) for capture in captures if "age" not in capture.headers
    ]
    return min((at - date for at, date in dates if date is not None), default=None)
