"""This process tells the others that it lives, and takes what the dead held: within a minute, on whatever host."""

import random
import threading
from datetime import timedelta

import structlog

from shared.clock import Clock
from shared.errors import TransientError
from shared.storage.members import Members

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
"""A process that is not heard of for so long is gone, or frozen, or cut off: what it held is another's."""
BEAT_SECONDS = 8.0


class Presence:
    """From `begin` to `close`, in a thread of its own: a long round must not look like a death."""

    def __init__(self, members: Members, name: str, clock: Clock) -> None:
        self._members = members
        self._name = name
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="presence", daemon=True)

    def begin(self) -> None:
        """Raises TransientError without database."""
        self._members.renew(self._name, self._clock(), LEASE)
        self._thread.start()

    def close(self) -> None:
        """Gives back whatever the process still holds."""
        self._over.set()
        self._thread.join()
        try:
            self._members.leave(self._name, self._clock())
        except TransientError as error:
            log.warning("leases_left", reason=str(error), free_in_seconds=LEASE.total_seconds())

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS * random.uniform(0.75, 1.25)):  # noqa: S311 - jitter, not secrecy
            try:
                self._once()
            except TransientError as error:
                log.info("presence_not_told", reason=str(error))
            except Exception:  # what it cannot do now it may do at the next beat
                log.exception("presence_failed")

    def _once(self) -> None:
        if not self._members.renew(self._name, self._clock(), LEASE):
            log.warning("taken_for_gone", member=self._name, meaning="frozen or cut off; others have what was held")
        for gone in self._members.free_gone(self._clock()):
            log.warning("member_gone", member=gone, meaning="what it held is free")
