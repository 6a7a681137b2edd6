"""`make cluster` that is killed with -9 takes the run along: whoever started it has seen it end."""

import os
import threading

LOOK_SECONDS = 0.5


def end_with_make(stop: threading.Event) -> None:
    """Sets `stop` once the `make` that started us is gone. Without a `make`, nothing: a shell may be left behind."""
    if "MAKELEVEL" in os.environ:
        threading.Thread(target=_watch, args=(os.getppid(), stop), name="parent", daemon=True).start()


def _watch(parent: int, stop: threading.Event) -> None:
    while not stop.wait(LOOK_SECONDS):
        if os.getppid() != parent:
            stop.set()
