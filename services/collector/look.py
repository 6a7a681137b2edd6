"""What one look through the browser brought back."""

import re

from services.collector.platforms.base import Capture
from shared.events import Outcome, Value


class Look(Value):
    """`failure` is only ever `timeout`, `network` or `crash`: what a page means is for Platform.read to say.

    With a failure, `captures` may still hold what arrived before it. `reason` is a Chinese sentence for a person.
    `screenshot` is a PNG, taken on full visits only.
    """

    captures: tuple[Capture, ...] = ()
    failure: Outcome | None = None
    reason: str | None = None
    final_url: str | None = None
    screenshot: bytes | None = None


TOO_LARGE = "RangeError"


def failed(failure: Outcome, reason: str) -> Look:
    return Look(failure=failure, reason=reason)


def network_failure(message: str) -> Look:
    """From the words of Chromium (`net::ERR_...`), of its driver (`ECONNREFUSED`) or of fetch() in a page."""
    if message == TOO_LARGE:
        return failed(Outcome.NETWORK, "应答过大，已放弃")
    if "TIMED_OUT" in message or message in ("TimeoutError", "AbortError"):
        return failed(Outcome.TIMEOUT, "连接超时")
    if "Download is starting" in message:
        return failed(Outcome.NETWORK, "该网址是下载文件，不是页面")
    code = re.search(r"ERR_[A-Z_]+|\bE[A-Z]{5,}", message)
    return failed(Outcome.NETWORK, f"网络不通（{code.group()}）" if code else "网络不通")
