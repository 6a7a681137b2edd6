"""Ends a process that keeps us waiting."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

log = structlog.get_logger(__name__)


class KillSwitch:
    """A page that loops for ever answers no command, and most browser commands know no time-out."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self.has_fired = False

    def aim(self, pid: int | None) -> None:
        """At the process to end, or at none."""
        self._pid = pid
        self.has_fired = False

    @contextmanager
    def armed(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._fire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def fire_within(self, seconds: float) -> None:
        """Whatever is aimed at then, unless it was ended before."""
        timer = threading.Timer(seconds, self._fire)
        timer.daemon = True
        timer.start()

    def _fire(self) -> None:
        if self._pid is None:
            return
        self.has_fired = True
        log.warning("process_killed", pid=self._pid)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
