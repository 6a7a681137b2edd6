"""How the parts of a process are, said by those who run them: what `/healthz`, `/readyz` and the screen tell."""

import threading
import time
from collections.abc import Callable

import structlog

from shared.errors import XunjianError
from shared.runtime.logs import redacted

log = structlog.get_logger(__name__)

LONGEST_ROUND_SECONDS = 300.0
"""A loop silent for longer is stuck; who has longer rounds says so."""
LONGEST_DYING_SECONDS = 900.0
"""Who died again and again for this long is not healed by itself: a fresh process may be."""
MAX_REASON_CHARACTERS = 300
STARTING = "正在启动"

Check = Callable[[], None]
"""Really asks a bus or a database; raises what is wrong with it."""


class Pulse:
    """One run loop, as it says of itself. Thread-safe. By monotonic time, so that a clock set anew kills nobody."""

    def __init__(self, name: str, longest_round_seconds: float = LONGEST_ROUND_SECONDS) -> None:
        self.name = name
        self._longest = longest_round_seconds
        self._due = time.monotonic() + longest_round_seconds
        self._dying_since: float | None = None
        self.problem: str | None = STARTING

    def beat(self, pause_seconds: float = 0.0, problem: str | None = None) -> None:
        """A round is over; the next begins in `pause_seconds`. `problem`: why it did not go well."""
        self.problem = problem
        self._due = time.monotonic() + pause_seconds + self._longest

    def dying(self, is_dying: bool) -> None:
        """Whether its service dies whenever it is built."""
        if not is_dying:
            self._dying_since = None
        elif self._dying_since is None:
            self._dying_since = time.monotonic()

    def stalled(self) -> str | None:
        """Why only a fresh process helps; null while it beats."""
        now = time.monotonic()
        if now > self._due:
            return f"{self.name}：没有按时完成一轮，已超过 {now - self._due:.0f} 秒"
        if self._dying_since is not None and now - self._dying_since > LONGEST_DYING_SECONDS:
            return f"{self.name}：反复出错已 {now - self._dying_since:.0f} 秒：{self.problem}"
        return None


class Vitals:
    """Of one process, filled while it comes up."""

    def __init__(self) -> None:
        self._pulses: list[Pulse] = []
        self._checks: list[Check] = []
        self._asking = threading.Lock()
        self._stop: threading.Event | None = None

    def pulse(self, name: str, longest_round_seconds: float = LONGEST_ROUND_SECONDS) -> Pulse:
        pulse = Pulse(name, longest_round_seconds)
        self._pulses.append(pulse)
        return pulse

    def over(self, name: str) -> None:
        """A part that is done: nobody asks how it is, or misses it."""
        self._pulses = [pulse for pulse in self._pulses if pulse.name != name]

    def watch(self, *checks: Check) -> None:
        self._checks.extend(checks)

    def ends_with(self, stop: threading.Event) -> None:
        """From then on the process is not ready, at once and whatever else may be."""
        self._stop = stop

    def stalled(self) -> list[str]:
        """What only a fresh process heals. Asks nobody."""
        return [reason for pulse in self._pulses if (reason := pulse.stalled())]

    def troubles(self) -> list[str]:
        """What the loops last failed at, by name. Asks nobody."""
        return [f"{pulse.name}：{problem}" for pulse in self._pulses if (problem := pulse.problem)]

    def well(self) -> dict[str, bool]:
        """By name of its loop: whether the last round went without trouble. Asks nobody."""
        return {pulse.name: pulse.problem is None and pulse.stalled() is None for pulse in self._pulses}

    def problems(self, patience_seconds: float = 5.0) -> list[str]:
        """Troubles, and what every check says now. One asks at a time; who waited too long is told that."""
        if self._stop is not None and self._stop.is_set():
            return ["正在停止"]
        if not self._asking.acquire(timeout=patience_seconds):
            return ["上一次检查还没有结束"]
        try:
            return self.troubles() + [reason for check in self._checks if (reason := _failure(check))]
        finally:
            self._asking.release()


def reason_of(error: Exception) -> str:
    """An error in one short line without secrets."""
    text = " ".join(redacted(str(error)).split())
    named = text if isinstance(error, XunjianError) and text else f"{type(error).__name__}: {text}"
    return named[:MAX_REASON_CHARACTERS]


def _failure(check: Check) -> str | None:
    try:
        check()
    except XunjianError as error:
        return reason_of(error)
    except Exception as error:
        log.exception("check_died")
        return reason_of(error)
    return None
