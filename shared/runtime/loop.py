"""The run loop of every service: rounds until told to stop, patience with what may pass, death for what will not."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Protocol

import structlog

from shared.backoff import doubled
from shared.clock import Clock
from shared.errors import TransientError

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
LONGEST_WISH_SECONDS = 300.0
"""A longer Retry-After is not waited out in one go: a consumer group would take the service for dead."""


class Service(Protocol):
    """An engine, ready to run. Its `step` leaves nothing half done when it raises: the same work comes again."""

    def step(self, now: datetime) -> bool:
        """One round; True when something was done. TransientError means: try the same again later."""
        ...

    def close(self) -> None: ...


def ignore(error_name: str) -> None:
    """The `on_error` of who does not count."""


def run(
    service: Service,
    stop: threading.Event,
    idle_seconds: float,
    clock: Clock,
    on_error: Callable[[str], None] = ignore,
) -> None:
    """Rounds until `stop`; always closes the service.

    A TransientError is logged, told to `on_error` (class name) and waited out, ever longer. Any other exception is
    logged with its traceback and raised, so that the process dies and whoever supervises it starts it afresh.
    """
    failures = 0
    try:
        while not stop.is_set():
            try:
                pause = 0.0 if service.step(clock()) else idle_seconds
                failures = 0
            except TransientError as error:
                failures += 1
                pause = pause_seconds(failures, error.retry_after_seconds)
                log.warning("round_failed", error=str(error), failures=failures, retry_in_seconds=pause)
                on_error(type(error).__name__)
            stop.wait(pause)
    except Exception as error:
        log.exception("service_died", error=str(error))
        on_error(type(error).__name__)
        raise
    finally:
        service.close()


def pause_seconds(failures: int, wish_seconds: float | None = None) -> float:
    """Seconds to wait after the `failures`-th failure in a row (from 1): doubling, capped; a wish may lengthen it."""
    pause = doubled(FIRST_PAUSE_SECONDS, failures - 1, LONGEST_PAUSE_SECONDS)
    return max(pause, min(wish_seconds or 0.0, LONGEST_WISH_SECONDS))


def install_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set `stop`; a second one ends the process at once. Call it from the main thread."""
    received: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)
        # The handler may interrupt `stop.wait()` while it holds the event's lock; setting it here could wait forever.
        threading.Thread(target=stop.set, daemon=True).start()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
