"""The run loop of every service: rounds until told to stop; what fails is waited out, what dies is built anew."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from types import FrameType
from typing import Protocol, runtime_checkable

import structlog

from shared.backoff import doubled
from shared.clock import Clock
from shared.errors import InputError, TransientError
from shared.runtime.vitals import Pulse, reason_of

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0
"""A database or broker that is back is noticed within this, whatever has piled up meanwhile."""
LONGEST_BURIAL_SECONDS = 60.0
"""Before a service that goes on dying is built anew."""
LONGEST_WISH_SECONDS = 300.0
"""A longer Retry-After is not waited out in one go: a consumer group would take the service for dead."""
STEADY_SECONDS = 120.0
"""A service that ran well for so long after it was built anew is healed."""


class Service(Protocol):
    """An engine, ready to run. Its `step` leaves nothing half done when it raises: the same work comes again."""

    def step(self, now: datetime) -> bool:
        """One round; True when something was done. TransientError means: try the same again later."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Checked(Protocol):
    """A service of which a part may fail while the rest goes on."""

    def check(self) -> None:
        """Raises TransientError naming what could not be done."""
        ...


@runtime_checkable
class Hasty(Protocol):
    """A service whose round may last longer than the end of a process may."""

    def hurry(self) -> None:
        """End the round at hand soon. Called once, from another thread."""
        ...


def run(
    build: Callable[[], Service], stop: threading.Event, idle_seconds: float, clock: Clock, pulse: Pulse | None = None
) -> None:
    """Build the service and do its rounds until `stop`; always closes it.

    A TransientError is logged and waited out, ever longer. Any other exception is logged with its traceback, and the
    service is closed and built anew, after pauses that grow while it goes on dying. `pulse` tells of both.
    Raises InputError when the first build does: a setting is wrong, and waiting mends none.
    """
    life = _Life(build, clock, pulse or Pulse("service"))
    threading.Thread(target=life.hurry_after, args=(stop,), name="hurry", daemon=True).start()
    try:
        while not stop.is_set():
            stop.wait(life.round(idle_seconds))
    finally:
        life.end()


class _Life:
    """A service, its rounds, and its deaths."""

    def __init__(self, build: Callable[[], Service], clock: Clock, pulse: Pulse) -> None:
        self._build = build
        self._clock = clock
        self._pulse = pulse
        self._service: Service | None = None
        self._born = 0.0
        self._was_built = False
        self._failures = 0
        self._deaths = 0
        self._last_death: str | None = None

    def round(self, idle_seconds: float) -> float:
        """One round; the seconds to rest after it."""
        try:
            pause = 0.0 if self._living().step(self._clock()) else idle_seconds
        except TransientError as error:
            return self._fail(error)
        except InputError as error:
            if not self._was_built:
                raise
            return self._die(error)
        except Exception as error:  # noqa: BLE001 - the one place that survives everything
            return self._die(error)
        self._recover(pause)
        return pause

    def end(self) -> None:
        service, self._service = self._service, None
        if service is None:
            return
        try:
            service.close()
        except Exception:  # it is over in any case
            log.exception("close_failed", service=self._pulse.name)

    def hurry_after(self, stop: threading.Event) -> None:
        stop.wait()
        service = self._service
        if isinstance(service, Hasty):
            service.hurry()

    def _living(self) -> Service:
        if self._service is None:
            self._service = self._build()
            self._was_built = True
            self._born = time.monotonic()
        return self._service

    def _fail(self, error: TransientError) -> float:
        self._failures += 1
        pause = spread(pause_seconds(self._failures, error.retry_after_seconds))
        reason = reason_of(error)
        log.warning(
            "round_failed", service=self._pulse.name, error=reason, failures=self._failures, retry_in_seconds=pause
        )
        self._pulse.beat(pause, reason)
        return pause

    def _die(self, error: Exception) -> float:
        self._deaths += 1
        self._last_death = reason_of(error)
        pause = spread(doubled(FIRST_PAUSE_SECONDS, self._deaths - 1, LONGEST_BURIAL_SECONDS))
        log.exception("service_died", service=self._pulse.name, deaths=self._deaths, built_anew_in_seconds=pause)
        self.end()
        self._pulse.dying(True)
        self._pulse.beat(pause, self._last_death)
        return pause

    def _recover(self, pause: float) -> None:
        """One good round proves nothing when the next input may kill it again."""
        self._failures = 0
        if self._deaths and time.monotonic() - self._born >= STEADY_SECONDS:
            self._deaths, self._last_death = 0, None
            self._pulse.dying(False)
        self._pulse.beat(pause, self._last_death or _complaint(self._service))


def _complaint(service: Service | None) -> str | None:
    """What a service that goes on nevertheless could not do."""
    try:
        if isinstance(service, Checked):
            service.check()
    except TransientError as error:
        return reason_of(error)
    return None


def pause_seconds(failures: int, wish_seconds: float | None = None) -> float:
    """Seconds to wait after the `failures`-th failure in a row (from 1): doubling, capped; a wish may lengthen it."""
    pause = doubled(FIRST_PAUSE_SECONDS, failures - 1, LONGEST_PAUSE_SECONDS)
    return max(pause, min(wish_seconds or 0.0, LONGEST_WISH_SECONDS))


def spread(seconds: float) -> float:
    """Up to a quarter longer: many that failed together must not come back together."""
    return seconds * random.uniform(1.0, 1.25)  # noqa: S311 - jitter, not secrecy


def install_signals(stop: threading.Event) -> Sequence[int]:
    """SIGTERM and SIGINT set `stop`; a second one ends the process at once. Call it from the main thread.

    Returns the numbers of those that will have arrived.
    """
    received: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(128 + number)
        # The handler may interrupt `stop.wait()` while it holds the event's lock; setting it here could wait forever.
        threading.Thread(target=stop.set, daemon=True).start()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return received
