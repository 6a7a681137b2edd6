"""How long a platform rests after a block."""

from datetime import timedelta

from shared.backoff import doubled

LONGEST_COOL_DOWN = timedelta(hours=6)
LONGEST_PAUSE = timedelta(hours=24)
SPREAD = 0.25
"""Of the cool-down, added by chance: platforms that block at one moment are not asked again at one moment."""


def pause_after(blocks: int, cool_down_seconds: float, wish_seconds: float, jitter: float = 0.0) -> timedelta:
    """How long a platform rests after `blocks` blocks in a row: its own wish (Retry-After) is obeyed, up to a day.

    `jitter`: 0 to 1, lengthens the cool-down by up to a quarter, and never shortens what was wished.
    """
    cool_down = doubled(cool_down_seconds, blocks - 1, LONGEST_COOL_DOWN.total_seconds()) if blocks > 0 else 0.0
    longer = cool_down * (1 + SPREAD * max(0.0, min(1.0, jitter)))
    return timedelta(seconds=max(longer, doubled(wish_seconds, 0, LONGEST_PAUSE.total_seconds())))
