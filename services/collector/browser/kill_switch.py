"""Ends a process that keeps us waiting."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

log = structlog.get_logger(__name__)


class KillSwitch:
    """A page that loops for ever answers no command, and most browser commands know no time-out.

    One thread watches whatever is armed: it is woken only for an end before the one it sleeps to, since a thread for
    each visit costs more than a light visit itself. It ends when it wakes and nothing is armed.
    """

    def __init__(self) -> None:
        self._pid: int | None = None
        self.has_fired = False
        self._changed = threading.Condition()
        self._ends: dict[int, float] = {}
        self._numbers = itertools.count()
        self._wakes_at: float | None = None

    def aim(self, pid: int | None) -> None:
        """At the process to end, or at none."""
        self._pid = pid
        self.has_fired = False

    @contextmanager
    def armed(self, seconds: float) -> Iterator[None]:
        number = self._arm(seconds)
        try:
            yield
        finally:
            with self._changed:
                self._ends.pop(number, None)

    def fire_within(self, seconds: float) -> None:
        """Whatever is aimed at then, unless it was ended before."""
        self._arm(seconds)

    def _arm(self, seconds: float) -> int:
        with self._changed:
            number, end = next(self._numbers), time.monotonic() + seconds
            self._ends[number] = end
            if self._wakes_at is None:
                self._wakes_at = end
                threading.Thread(target=self._watch, name="kill-switch", daemon=True).start()
            elif end < self._wakes_at:
                self._changed.notify()
            return number

    def _watch(self) -> None:
        with self._changed:
            while self._ends:
                self._wakes_at = min(self._ends.values())
                if (left := self._wakes_at - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._ends = {number: end for number, end in self._ends.items() if end > self._wakes_at}
                    self._fire()
            self._wakes_at = None

    def _fire(self) -> None:
        if self._pid is None:
            return
        self.has_fired = True
        log.warning("process_killed", pid=self._pid)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
