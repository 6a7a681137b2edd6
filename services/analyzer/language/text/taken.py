"""Stretches of one text of which no two may share a place."""

import bisect


class Taken:
    """Asked and filled in any order, each time at the cost of a search: a long text has a hundred thousand of them."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def is_free(self, start: int, end: int) -> bool:
        """True when `start` to before `end` shares no place with any that is taken."""
        at = bisect.bisect_left(self._starts, end)
        return at == 0 or self._ends[at - 1] <= start

    def take(self, start: int, end: int) -> bool:
        """Take a stretch of at least one place if it is free; true when it was."""
        if not self.is_free(start, end):
            return False
        at = bisect.bisect_left(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True
