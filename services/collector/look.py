"""What the browser brought back from one visit."""

from services.collector.platforms.base import Capture
from shared.events import Outcome, Value


class Look(Value):
    """`failure` is set (timeout, network, crash) when the browser itself could not look; then `reason` says why,
    in Chinese. `light`: only the feed was asked for, from inside the warm page. `retry_after_seconds`: the platform's
    own wish, if it gave one. `screenshot`: PNG bytes of a full visit that asked for one.
    """

    captures: tuple[Capture, ...] = ()
    failure: Outcome | None = None
    reason: str | None = None
    final_url: str | None = None
    light: bool = False
    retry_after_seconds: float | None = None
    screenshot: bytes | None = None
