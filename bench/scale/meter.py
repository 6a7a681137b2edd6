"""What work costs besides time on the clock: CPU of this process and of the server's, and pages of the database."""

import time
from typing import Any, NamedTuple

import psutil
from sqlalchemy import Engine, text
from sqlalchemy.event import listen

_FLUSH = text("SELECT pg_stat_force_next_flush()")
_PAGES = text("SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()")
_LOG = text("SELECT pg_current_wal_lsn() - '0/0'")
_HERE = ("127.0.0.1", "localhost", "::1")


class Reading(NamedTuple):
    """Seconds, and what the database counted: pages looked at (in its memory or not), bytes of its log."""

    seconds: float
    cpu_seconds: float
    pages: int
    log_bytes: int

    def since(self, before: "Reading") -> "Reading":
        return Reading(
            self.seconds - before.seconds,
            self.cpu_seconds - before.cpu_seconds,
            self.pages - before.pages,
            self.log_bytes - before.log_bytes,
        )


class Meter:
    """Of what one process does with one database, from its first statement on.

    CPU of a PostgreSQL elsewhere, and pages of anything else, count as nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._servers: dict[int, psutil.Process] = {}
        self._counts_pages = engine.dialect.name == "postgresql"
        if self._counts_pages:
            listen(engine, "checkout", self._meet)

    def read(self) -> Reading:
        cpu, seconds = time.process_time(), time.perf_counter()
        for server in self._servers.values():
            times = server.cpu_times()
            cpu += times.user + times.system
        return Reading(seconds, cpu, *self._counted())

    def _counted(self) -> tuple[int, int]:
        if not self._counts_pages:
            return 0, 0
        with self._engine.connect() as connection:
            connection.execute(_FLUSH)
            connection.commit()
            return int(connection.execute(_PAGES).scalar_one()), int(connection.execute(_LOG).scalar_one())

    def _meet(self, driver: Any, *_: object) -> None:
        pid = driver.info.backend_pid
        if pid not in self._servers and driver.info.host in _HERE and psutil.pid_exists(pid):
            process = psutil.Process(pid)
            if process.name().startswith("postgres"):
                self._servers[pid] = process
