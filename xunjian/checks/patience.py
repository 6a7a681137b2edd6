"""A bound on what has none of its own: resolvers, drivers and brokers that never answer."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What `ask` returns or raises; TimeoutError when it takes longer: its thread is left behind, and ends with us."""
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((ask(), None))
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is awaited
            answers.put((None, error))

    threading.Thread(target=run, name="doctor", daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"{seconds:g} 秒内没有应答") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
