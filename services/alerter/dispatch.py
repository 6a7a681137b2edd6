"""A thread per channel, so that a slow one keeps nobody waiting, and one that never returns keeps no process alive."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

_log = structlog.get_logger(__name__)

HUNG_SECONDS = 120.0
"""A courier's round and the message at hand at its end are over long before."""
CLOSING_SECONDS = 13.0
"""A robot has ten seconds for a message. Who takes longer is left behind: the process has not much more to live."""


class Courier(Protocol):
    """Whoever sends something, in a thread of its own."""

    def round(self, now: datetime, early: timedelta) -> int:
        """The number of messages tried. Raises TransientError without database."""
        ...


@dataclass(frozen=True)
class _Round:
    future: Future[int]
    began: float


class Dispatch:
    """Hands rounds to the couriers. `closing` tells them to end after the message at hand."""

    def __init__(self, couriers: Mapping[str, Courier], closing: threading.Event) -> None:
        self._couriers = couriers
        self._closing = closing
        self._running: dict[str, _Round] = {}

    def round(self, now: datetime, early: timedelta, patience_seconds: float | None) -> int:
        """A round for every channel that is not still at one; messages tried by those that ended within the patience.

        Without a patience it waits for all but those that hang. Raises what a courier raised, TransientError without
        database; the others go on.
        """
        for name, courier in self._couriers.items():
            if name not in self._running:
                self._running[name] = _Round(_begun(name, partial(courier.round, now, early)), time.monotonic())
        hung = self.hung()
        waited_for = [one.future for name, one in self._running.items() if name not in hung]
        wait(waited_for, timeout=HUNG_SECONDS if patience_seconds is None else patience_seconds)
        # All are taken first: an error of this round must not be raised in the next.
        ended = [self._running.pop(name) for name, one in list(self._running.items()) if one.future.done()]
        return sum(one.future.result() for one in ended)

    def hung(self) -> list[str]:
        """Channels that do not return, which no channel may."""
        now = time.monotonic()
        return [name for name, one in self._running.items() if now - one.began >= HUNG_SECONDS]

    def close(self) -> None:
        """Waits for the messages at hand, and sends no further one; who hangs is left behind."""
        self._closing.set()
        hung = self.hung()
        left = [one.future for name, one in self._running.items() if name not in hung]
        _, late = wait(left, timeout=CLOSING_SECONDS)
        if hung or late:
            _log.error("channels left behind: they do not return", channels=[*self._running])


def _begun(name: str, work: Callable[[], int]) -> Future[int]:
    future: Future[int] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
            future.set_exception(error)

    # A daemon: the interpreter waits for any other at its end.
    threading.Thread(target=run, name=f"channel-{name}", daemon=True).start()
    return future
