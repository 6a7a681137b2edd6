"""Carries out the schedule: breaks, remembers what is broken, makes whole again, and writes all of it down."""

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from demo.cluster import checker
from demo.cluster.checker import KILL, TERMINATE
from demo.cluster.history import History, Operation, Outcome
from demo.cluster.schedule import Fault
from demo.cluster.service import GRACE_SECONDS, Service

PATIENCE_SECONDS = 60.0


class Part(Protocol):
    """A broker or the database."""

    @property
    def is_running(self) -> bool: ...

    @property
    def is_frozen(self) -> bool: ...

    def kill(self) -> None: ...

    def freeze(self) -> None: ...

    def begin(self) -> None: ...


@dataclass
class Broken:
    op: str
    target: str
    start: datetime
    until: float


class Chaos:
    """Used by one thread, which calls `step` again and again. `skipped`: the target was broken already."""

    def __init__(
        self,
        faults: list[Fault],
        services: Mapping[str, Service],
        parts: Mapping[str, Part],
        history: History,
        clock: Callable[[], datetime],
    ) -> None:
        self._faults = list(faults)
        self._services = services
        self._parts = parts
        self._history = history
        self._clock = clock
        self._broken: list[Broken] = []
        self._ending: list[Broken] = []
        self._began = time.monotonic()
        self.skipped = 0

    def step(self) -> None:
        elapsed = time.monotonic() - self._began
        self._heal([one for one in self._broken if elapsed >= one.until])
        while self._faults and self._faults[0].at <= elapsed:
            fault = self._faults.pop(0)
            for target in fault.targets:
                self._break(fault, target, elapsed)
        self._watch(elapsed)

    def heal(self) -> None:
        """Everything that is broken, at once; nothing more is broken."""
        self._faults.clear()
        self._heal(list(self._broken))

    @property
    def is_whole(self) -> bool:
        self._watch(time.monotonic() - self._began)
        return not (self._broken or self._ending)

    def _break(self, fault: Fault, target: str, elapsed: float) -> None:
        part: Service | Part = self._services.get(target) or self._parts[target]
        if not part.is_running or any(one.target == target for one in (*self._broken, *self._ending)):
            self.skipped += 1
            return
        broken = Broken(fault.op, target, self._clock(), elapsed + fault.lasts)
        match fault.op:
            case checker.KILL:
                part.kill()
            case checker.FREEZE:
                part.freeze()
        if isinstance(part, Service) and fault.op == KILL:
            self._note(broken)
        elif isinstance(part, Service) and fault.op == TERMINATE:
            part.terminate()
            self._ending.append(broken)
        else:
            self._broken.append(broken)

    def _heal(self, whole: list[Broken]) -> None:
        for one in whole:
            self._broken.remove(one)
            if one.target in self._services:
                self._services[one.target].resume()
            else:
                self._parts[one.target].begin()
            self._note(one)

    def _watch(self, elapsed: float) -> None:
        """Those that were told to end, and whether they did so in time and in order."""
        for one in list(self._ending):
            service = self._services[one.target]
            seconds = service.seconds_since_told
            if service.status is None and seconds < PATIENCE_SECONDS:
                continue
            self._ending.remove(one)
            if service.status is None:
                service.kill()
            was_born_only = service.status == -signal.SIGTERM and not service.has_begun
            obeyed = (service.status == 0 or was_born_only) and seconds <= GRACE_SECONDS
            outcome = Outcome.OK if obeyed else Outcome.FAIL
            self._note(one, outcome, status=str(service.status), seconds=f"{seconds:.1f}")

    def _note(self, one: Broken, outcome: Outcome = Outcome.OK, **detail: str) -> None:
        self._history.add(Operation(one.op, one.target, one.start, self._clock(), outcome, detail))
