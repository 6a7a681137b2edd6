"""The end of one whole visit."""

import time


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def cut(self, seconds: float) -> None:
        """It ends within `seconds`. May be called from any thread."""
        self._end = min(self._end, time.monotonic() + seconds)

    @property
    def seconds(self) -> float:
        return max(0.0, self._end - time.monotonic())

    @property
    def milliseconds(self) -> float:
        """At least 1: to Playwright 0 means for ever."""
        return max(1.0, self.seconds * 1000)
