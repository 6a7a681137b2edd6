"""What becomes of a message on the other side: mostly taken, now and then refused, or taken with the answer lost."""

import random
import threading
from collections import Counter
from collections.abc import Sequence

from demo.cluster.checker import CUT
from demo.cluster.history import History

_REFUSED, _LOST = 0.2, 0.08
MOST = 2
"""Times in a row, of a channel and of a matter. The pause after a third is a quarter of an hour, which nobody waits
for at the end of a run."""


class Trouble:
    """Thread-safe."""

    def __init__(self, seed: str, history: History, *, is_on: bool) -> None:
        self._chance = random.Random(f"receiver {seed}")  # noqa: S311 - nothing secret
        self._history = history
        self._lock = threading.Lock()
        self._times: Counter[tuple[str, str]] = Counter()
        self.is_on = is_on

    def __call__(self, channel: str, numbers: Sequence[str]) -> str:
        with self._lock:
            drawn = self._chance.random()
            mine = [(channel, number) for number in ("", *numbers)]
            if not self.is_on or drawn > _REFUSED + _LOST or any(self._times[one] >= MOST for one in mine):
                self._times[channel, ""] = 0
                return ""
            self._times.update(mine)
        if drawn > _LOST:
            return "busy"
        self._history.note(CUT, channel)
        return "cut"
