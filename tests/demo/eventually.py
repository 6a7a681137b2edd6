"""Waiting for what comes by itself."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """True as soon as it holds; asked no more after that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
