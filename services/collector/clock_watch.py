"""Is our clock right? What the platforms' `Date` headers and the database's clock say of it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
KNOWN_FOR = timedelta(days=1)
JUMP_SECONDS = 60.0


class ClockWatch:
    """Remembers by how much we differ from each host, and says when it is we who are wrong.

    One host among several may be wrong itself, so they vote; the only one known is believed, since nobody may be
    accused on a doubt. When our clock is set while we run, what was known of it is forgotten.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offsets: dict[str, tuple[datetime, timedelta]] = {}
        self._set_at: float | None = None

    def note(self, host: str, offset: timedelta, now: datetime) -> None:
        """`offset`: our clock minus the host's at `now` (UTC, our clock)."""
        self._forget_after_jump(now)
        self._offsets[host] = (now, offset)

    def forget(self, host: str) -> None:
        self._offsets.pop(host, None)

    def error(self, now: datetime) -> timedelta | None:
        """Our clock minus the right time where that is more than five minutes; null while nothing says so."""
        self._forget_after_jump(now)
        self._offsets = {host: told for host, told in self._offsets.items() if abs(now - told[0]) <= KNOWN_FOR}
        offsets = sorted(offset for _, offset in self._offsets.values())
        if not offsets:
            return None
        # Of two that disagree, the one that finds less fault with us.
        middle = min(offsets[(len(offsets) - 1) // 2], offsets[len(offsets) // 2], key=abs)
        return middle if abs(middle) > TOLERANCE else None

    def _forget_after_jump(self, now: datetime) -> None:
        set_at = now.timestamp() - self._monotonic()
        if self._set_at is not None and abs(set_at - self._set_at) > JUMP_SECONDS:
            self._offsets.clear()
        self._set_at = set_at


def clock_reason(error: timedelta) -> str:
    """For a person, in Chinese: how far our clock is off."""
    minutes = abs(error) // timedelta(minutes=1)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟"))
    span = "".join(f"{number}{unit}" for number, unit in parts if number)
    way = "快" if error > timedelta() else "慢"
    return f"本机时间与平台相差过大（{way}{span}），核查结果不作数，请校准采集服务器的时钟"
