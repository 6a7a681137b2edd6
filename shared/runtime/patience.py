"""Work that may not come back, for whoever has to answer somebody in time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillAtWork
from typing import TypeVar

from shared.errors import TransientError

T = TypeVar("T")


class Patience:
    """Waits `seconds` for a piece of work and no longer. At most `most` are at work at once, those included that were
    left behind: what hangs uses up neither threads nor connections. Thread-safe."""

    def __init__(self, name: str, seconds: float, most: int) -> None:
        self._name = name
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(most)

    def wait_for(self, work: Callable[[], T]) -> T:
        """What the work returns or raises. Raises TransientError when that takes too long: it may still be done."""
        deadline = time.monotonic() + self._seconds
        if not self._free.acquire(timeout=self._seconds):
            raise TransientError("前面的请求还没有结束，请稍后再发")
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                future.set_exception(error)
            finally:
                self._free.release()

        # A daemon: the interpreter waits for any other at its end.
        threading.Thread(target=run, name=self._name, daemon=True).start()
        try:
            return future.result(max(0.0, deadline - time.monotonic()))
        except StillAtWork:
            raise TransientError(f"{self._seconds:g} 秒内没有做完，请稍后再发") from None
