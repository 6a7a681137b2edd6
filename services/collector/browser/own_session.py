"""A terminal's Ctrl-C goes to every process of its group; the browser's driver must outlive it to end its visit."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial


@contextmanager
def own_session() -> Iterator[None]:
    """While inside, what asyncio starts gets a session of its own. Playwright offers no other way to say so."""
    start = asyncio.create_subprocess_exec
    asyncio.create_subprocess_exec = partial(start, start_new_session=True)
    try:
        yield
    finally:
        asyncio.create_subprocess_exec = start
