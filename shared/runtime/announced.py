"""The first and the last line in the log of every process: what runs here on what, and why it ended."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

import structlog

from shared.runtime.settings import Settings
from shared.runtime.vitals import reason_of

log = structlog.get_logger(__name__)


@contextmanager
def announced(settings: Settings, roles: Iterable[str], received: Sequence[int]) -> Iterator[None]:
    """`started` before, `stopped` after. `received`: the numbers of the signals that arrived meanwhile."""
    own = list(roles)
    log.info(
        "started",
        version=program_version(),
        pid=os.getpid(),
        roles=own,
        settings=settings.place,
        data_dir=str(settings.data_dir.absolute()),
        database=settings.database,
        bus=settings.kafka_bootstrap or "embedded",
        rulebook=settings.rulebook,
        rulebooks=[f"{row.region or '*'}={row.rulebook}" for row in settings.rulebooks],
    )
    try:
        yield
    except Exception as error:
        log.error("stopped", roles=own, why=f"error: {reason_of(error)}")
        raise
    else:
        log.info("stopped", roles=own, why=signal.Signals(received[0]).name if received else "done")


def program_version() -> str:
    try:
        return version("xunjian")
    except PackageNotFoundError:
        return "unknown"
