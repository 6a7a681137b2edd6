"""How long to wait after failures in a row: the one place where a number is doubled."""

_MOST_DOUBLINGS = 40
"""Beyond it every wait is at its longest anyway, and a larger exponent would overflow."""


def doubled(first_seconds: float, times: int, longest_seconds: float) -> float:
    """Seconds: `first_seconds` doubled `times` times, from 0 to `longest_seconds`; not-a-number waits longest."""
    seconds = first_seconds * 2.0 ** min(max(times, 0), _MOST_DOUBLINGS)
    # In this order NaN, which is smaller than nothing, ends as the longest.
    return max(0.0, min(longest_seconds, seconds))
