"""Long work and the group: a member that does not poll for `max_poll_interval_ms` is thrown out of it."""

import threading
import time
from collections.abc import Callable

from shared.bus.kafka.client import CHECK_SECONDS

AGAIN_SECONDS = 0.1
"""While partitions are being shared out: the whole group waits for its slowest member."""


class KeepAlive:
    """Beats in the background while the caller is away for over `every_seconds`: at work, or waiting out a trouble.

    Whoever uses the consumer holds `lock`, which may be held twice. `beat` is called holding it; it says whether the
    next beat is urgent, and raises nothing. A process that hangs is not kept alive for ever: `/healthz` tells of it.
    """

    def __init__(self, every_seconds: float, beat: Callable[[], bool]) -> None:
        self.lock = threading.RLock()
        self._every = every_seconds
        self._beat = beat
        self._due: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def touch(self) -> None:
        """The caller was here."""
        self._due = time.monotonic() + self._every
        if self._thread is None or not self._thread.is_alive():
            self._ended.clear()
            self._thread = threading.Thread(target=self._run, name="kafka-keepalive", daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """There is no member to keep alive."""
        self._due = None

    def close(self) -> None:
        """Not to be called holding the lock."""
        thread, self._thread = self._thread, None
        self._ended.set()
        if thread is not None:
            thread.join(CHECK_SECONDS)

    def _run(self) -> None:
        pause = self._every / 2
        while not self._ended.wait(pause):
            pause = AGAIN_SECONDS if self._beat_when_due() else self._every / 2

    def _beat_when_due(self) -> bool:
        with self.lock:
            if self._due is None or time.monotonic() < self._due:
                return False
            return self._beat()
