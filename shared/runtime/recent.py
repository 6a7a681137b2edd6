"""The answer to a slow question, for somebody who must not wait: asked in the background, and only every so often."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from shared.errors import TransientError

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

KEEP_SECONDS = 30.0
PATIENCE_SECONDS = 0.15
"""So long a new answer is waited for; then the last one is told, while it is not too old."""
_OLDEST_TIMES = 10
REST_TIMES = 50
"""A question that takes long is asked less often: it is left alone for so many times as long."""


class Recent(Generic[Answer]):
    """Thread-safe. At most one asks at a time, however many want to know and however long it takes.

    `keep_seconds` 0: asked anew every time. `rest_times` 0: however long it takes, for what costs nobody anything.
    """

    def __init__(
        self,
        ask: Callable[[], Answer],
        *,
        keep_seconds: float = KEEP_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        rest_times: float = REST_TIMES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._keep = keep_seconds
        self._patience = patience_seconds
        self._rest_times = rest_times
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._answer: Answer | None = None
        self._asked_at: float | None = None
        self._took = 0.0

    def get(self) -> Answer | None:
        """Null while there is no answer, after the question failed, and when the last answer is too old to tell."""
        with self._lock:
            if self._asking is None and self._age() >= self._keep_seconds():
                self._asking = threading.Thread(target=self._ask_now, name="recent", daemon=True)
                self._asking.start()
            asking = self._asking
        if asking is not None:
            asking.join(self._patience)
        with self._lock:
            return self._answer if self._age() < _OLDEST_TIMES * (self._keep_seconds() or KEEP_SECONDS) else None

    def _keep_seconds(self) -> float:
        return max(self._keep, self._rest_times * self._took) if self._keep else 0.0

    def _age(self) -> float:
        return float("inf") if self._asked_at is None else self._monotonic() - self._asked_at

    def _ask_now(self) -> None:
        answer, began, took = None, self._monotonic(), 0.0
        try:
            answer = self._ask()
            took = self._monotonic() - began
        except TransientError as error:
            log.warning("question_not_answered", reason=str(error))
        except Exception:  # whatever it is, whoever wants to know is only left without the answer
            log.exception("question_failed")
        finally:  # also when the log could not be written: nobody would ever be asked again
            with self._lock:
                self._answer, self._asked_at, self._asking = answer, self._monotonic(), None
                self._took = took
