"""What was done to whom, when, and how it ended: one JSON line an operation, so that a run can be judged afterwards."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

SEED = "seed"


class Outcome(StrEnum):
    """`unknown`: it may have happened or not, as with a request whose answer never came."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Operation:
    """`op` was done to `target` from `start` to `end` (UTC). A fault ends when what it broke was whole again."""

    op: str
    target: str
    start: datetime
    end: datetime
    outcome: Outcome = Outcome.OK
    detail: Mapping[str, str] = field(default_factory=dict)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start <= end and self.end >= start


class History:
    """Thread-safe; every line is on the disk's side of this process before the call returns."""

    def __init__(self, file: Path, seed: str, clock: Callable[[], datetime]) -> None:
        self.file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._operations: list[Operation] = []
        now = clock()
        self.add(Operation(SEED, seed, now, now))

    def add(self, operation: Operation) -> None:
        with self._lock:
            self._operations.append(operation)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(_line(operation) + "\n")

    def note(self, op: str, target: str, outcome: Outcome = Outcome.OK, **detail: str) -> None:
        """Something that took no time."""
        now = self._clock()
        self.add(Operation(op, target, now, now, outcome, detail))

    @contextmanager
    def doing(self, op: str, target: str, **detail: str) -> Iterator[None]:
        """An operation that takes a while: ok at the end of the block, fail where it raises."""
        start = self._clock()
        try:
            yield
        except BaseException as error:
            self.add(Operation(op, target, start, self._clock(), Outcome.FAIL, {**detail, "error": str(error)[:300]}))
            raise
        self.add(Operation(op, target, start, self._clock(), Outcome.OK, detail))

    @property
    def operations(self) -> tuple[Operation, ...]:
        with self._lock:
            return tuple(self._operations)


def read_history(file: Path) -> list[Operation]:
    """Raises OSError without a file; a last line cut short by a kill is left out."""
    operations = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        start, end = (datetime.fromisoformat(told.pop(name)).astimezone(UTC) for name in ("start", "end"))
        operations.append(Operation(**{**told, "outcome": Outcome(told["outcome"]), "start": start, "end": end}))
    return operations


def _line(operation: Operation) -> str:
    told = {**vars(operation), "start": operation.start.isoformat(), "end": operation.end.isoformat()}
    return json.dumps(told, ensure_ascii=False)
