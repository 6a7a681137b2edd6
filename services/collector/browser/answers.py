"""What an answer's headers and the words of a failure mean."""

import email.utils
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from services.collector.capture import Capture, Captured
from shared.events import Outcome

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
    """Bytes as announced; 0 when the answer does not say."""
    text = headers.get("content-length", "")
    return int(text) if text.isdecimal() else 0


def retry_after(captures: Iterable[Capture], now: datetime) -> float | None:
    """The longest wish of the other side in seconds (RFC 9110 10.2.3: seconds or a date), if there is one."""
    wishes = [_seconds(capture.headers.get("retry-after", ""), now) for capture in captures]
    return max((wish for wish in wishes if wish is not None), default=None)


def _seconds(text: str, now: datetime) -> float | None:
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
