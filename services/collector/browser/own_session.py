"""A terminal's Ctrl-C goes to every process of its group; the browser's driver must outlive it to end its visit."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

_AWAKENED = ("setpriv", "--pdeathsig", "CONT")
"""A driver that is stopped when we die would stay for ever, and its browser with it: awake it sees that we are gone and
ends both. Part of every Linux (util-linux); safe beside threads, which a function run between fork and exec is not."""


@contextmanager
def own_session() -> Iterator[None]:
    """While inside, what asyncio starts gets a session of its own. Playwright offers no other way to say so."""
    start = asyncio.create_subprocess_exec
    awakened = _AWAKENED if shutil.which(_AWAKENED[0]) else ()
    asyncio.create_subprocess_exec = partial(start, *awakened, start_new_session=True)
    try:
        yield
    finally:
        asyncio.create_subprocess_exec = start
