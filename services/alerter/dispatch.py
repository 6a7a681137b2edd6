"""A thread per channel, so that a slow one keeps nobody waiting."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from services.alerter.courier import Courier


class Dispatch:
    """Hands rounds to the couriers. `closing` tells them to end after the message at hand."""

    def __init__(self, couriers: Mapping[str, Courier], closing: threading.Event) -> None:
        self._couriers = couriers
        self._closing = closing
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(couriers)), thread_name_prefix="channel")
        self._running: dict[str, Future[int]] = {}

    def round(self, now: datetime, early: timedelta, patience_seconds: float | None) -> int:
        """A round for every channel that is not still at one; messages tried by those that ended within the patience.

        Raises what a courier raised, TransientError without database; the others go on.
        """
        for name, courier in self._couriers.items():
            if name not in self._running:
                self._running[name] = self._pool.submit(courier.round, now, early)
        wait(self._running.values(), timeout=patience_seconds)
        # All are taken first: an error of this round must not be raised in the next.
        ended = [self._running.pop(name) for name, future in list(self._running.items()) if future.done()]
        return sum(future.result() for future in ended)

    def close(self) -> None:
        """Waits for the messages at hand, and sends no further one."""
        self._closing.set()
        self._pool.shutdown(wait=True)
