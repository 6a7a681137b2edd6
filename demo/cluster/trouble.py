"""What becomes of a message on the other side: mostly taken, now and then refused, or taken with the answer lost."""

import random
import threading

from demo.cluster.checker import CUT
from demo.cluster.history import History

_REFUSED, _LOST = 0.2, 0.08


class Trouble:
    """Thread-safe."""

    def __init__(self, seed: str, history: History, *, is_on: bool) -> None:
        self._chance = random.Random(f"receiver {seed}")  # noqa: S311 - nothing secret
        self._history = history
        self._lock = threading.Lock()
        self.is_on = is_on

    def __call__(self, channel: str) -> str:
        with self._lock:
            drawn = self._chance.random()
        if not self.is_on or drawn > _REFUSED + _LOST:
            return ""
        if drawn > _LOST:
            return "busy"
        self._history.note(CUT, channel)
        return "cut"
