"""Files that may change while they are used: read again when they do; where they cannot be, what was before stays."""

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from shared.clock import utc_now
from shared.errors import InputError
from shared.runtime.logs import logger_of

_SECONDS_BETWEEN_LOOKS = 2.0
_SECONDS_TO_SETTLE = 1.0
"""A file younger than this may still be being written."""

_Stamp = tuple[int, int, int] | None


class Versioned(Protocol):
    """What a file held. `version`: sha256 of its bytes."""

    @property
    def version(self) -> str: ...


Held = TypeVar("Held", bound=Versioned)
Built = TypeVar("Built")


class Following(ABC, Generic[Held, Built]):
    """What is built of files. A broken file changes nothing, and `trouble` says what is wrong with it.

    Raises InputError naming file, row and remedy when they cannot be read to begin with.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._stamps = [_stamp(file) for file in files]
        self._look_again = 0.0
        self._busy = threading.Lock()
        self.trouble: str | None = None
        self._take([self._read(file) for file in files])

    @abstractmethod
    def _read(self, file: Path) -> Held:
        """Raises InputError naming file, row and remedy."""

    @abstractmethod
    def _build(self, held: list[Held], version: str) -> Built: ...

    def current(self, now: float) -> Built:
        """`now`: seconds of a monotonic clock. Looks at the files every two seconds, and reads those that changed."""
        if now >= self._look_again and self._busy.acquire(blocking=False):
            try:
                self._look_again = now + _SECONDS_BETWEEN_LOOKS
                self._follow()
            finally:
                self._busy.release()
        return self.built

    def trouble_at(self, now: float) -> str | None:
        """Why the files as they are now are not in force, in Chinese; null: they are."""
        self.current(now)
        return self.trouble

    def _follow(self) -> None:
        stamps = [_stamp(file) for file in self._files]
        if stamps == self._stamps or not all(map(_is_settled, stamps)):
            return
        self._stamps = stamps
        try:
            held = [self._read(file) for file in self._files]
        except InputError as error:
            self._refuse(error)
            return
        self.trouble = None
        if _version(held) != self.version:
            self._take(held)
            logger_of(__name__).info("file_in_force", files=[str(file) for file in self._files], version=self.version)

    def _refuse(self, error: InputError) -> None:
        if isinstance(error.__cause__, OSError):
            self._stamps = []  # what can be read again later may look the same as now
        trouble = f"改动未生效，仍用原内容。{error}"
        if trouble != self.trouble:
            logger_of(__name__).warning("file_refused", reason=str(error), in_force=self.version)
        self.trouble = trouble

    def _take(self, held: list[Held]) -> None:
        version = _version(held)
        self.built = self._build(held, version)
        self.version = version


def _version(held: Sequence[Versioned]) -> str:
    """One file: its sha256. Several: that of theirs."""
    if len(held) == 1:
        return held[0].version
    return hashlib.sha256("".join(one.version for one in held).encode()).hexdigest()


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_settled(stamp: _Stamp) -> bool:
    # By the clock that stamped it; where that is another's, one second more or less is all that comes of it.
    return stamp is None or not 0 <= utc_now().timestamp() - stamp[0] / 1e9 < _SECONDS_TO_SETTLE
