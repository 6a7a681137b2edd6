"""The end of a process that was told to stop: within the time a cluster gives it, whatever hangs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 23.0
"""From the signal. A cluster kills after 30: what ends by itself says more, and gives back what it holds."""


@contextmanager
def draining(stop: threading.Event, seconds: float = DRAIN_SECONDS) -> Iterator[None]:
    """Once `stop` is set the process ends within `seconds`, with 0, even where a call does not return.

    Nothing is lost by that: whatever was not written down, published and committed comes again.
    """
    over = threading.Event()

    def watch() -> None:
        stop.wait()
        if not over.wait(seconds):
            log.warning("drain_cut_short", seconds=seconds, remedy="what was at hand is done again by the next process")
            os._exit(0)

    threading.Thread(target=watch, name="draining", daemon=True).start()
    try:
        yield
    finally:
        over.set()
