"""One service of ours as a process of its own, started anew when it ends, as an orchestrator would."""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from demo.child import Child

GRACE_SECONDS = 25.0
"""Within this a service that is told to end has ended."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, STEADY_SECONDS = 1.0, 20.0, 30.0


class Service:
    """`name` is its role and a number; `port` is where it answers for its health. Used by one thread."""

    def __init__(self, role: str, number: int, port: int, folder: Path, environment: Mapping[str, str]) -> None:
        self.role = role
        self.name = f"{role}-{number}"
        self.port = port
        self.log = folder / "logs" / f"{self.name}.log"
        command = [sys.executable, "-m", f"services.{role}", "--config", str(folder / "settings.yaml")]
        own = {**environment, "XUNJIAN_METRICS_PORT": str(port), "PYTHONHASHSEED": str(random.getrandbits(16))}
        self._child = Child(command, self.log, folder=folder, environment={**os.environ, **own})
        self._pause = FIRST_PAUSE_SECONDS
        self._born = 0.0
        self._due: float | None = None
        self.deaths: list[int] = []
        """Exit statuses of lives that nobody ended."""
        self.is_told = False
        """It was told to end, or killed."""
        self._told_at = self._ended_at = 0.0
        self._said_before = 0

    @property
    def is_running(self) -> bool:
        return self._child.is_running

    @property
    def is_frozen(self) -> bool:
        return self._child.is_frozen

    @property
    def status(self) -> int | None:
        return self._child.status

    def start(self) -> None:
        self._said_before = self._said
        self._child.start()
        self._born, self._due, self.is_told = time.monotonic(), None, False

    def keep_alive(self) -> bool:
        """Started again once its pause is over; true when it just was."""
        if self._child.is_running:
            return False
        now = time.monotonic()
        if self._due is None:
            if not self.is_told and self._child.status is not None:
                self.deaths.append(self._child.status)
            lived = now - self._born
            self._pause = FIRST_PAUSE_SECONDS if lived > STEADY_SECONDS else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            self._due = now + self._pause
        if now < self._due:
            return False
        self.start()
        return True

    def kill(self) -> None:
        self.is_told = True
        self._child.kill()

    def freeze(self) -> None:
        self._child.freeze()

    def resume(self) -> None:
        self._child.thaw()

    def terminate(self) -> None:
        """Told to end; `status` tells when it has."""
        self.is_told = True
        self._told_at, self._ended_at = time.monotonic(), 0.0
        self._child.signal(signal.SIGTERM)
        threading.Thread(target=self._note_end, name=f"end of {self.name}", daemon=True).start()

    @property
    def has_begun(self) -> bool:
        """It said something in this life; before, a signal ends it on the spot, as it does any program."""
        return self._said > self._said_before

    @property
    def _said(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    @property
    def seconds_since_told(self) -> float:
        """From `terminate` until it had ended, however much later somebody looks; until now where it has not."""
        return (self._ended_at or time.monotonic()) - self._told_at

    def _note_end(self) -> None:
        self._child.outlast()
        self._ended_at = time.monotonic()

    def end(self) -> int | None:
        """Told to end and waited for; its exit status."""
        self.is_told = True
        return self._child.end(GRACE_SECONDS)
