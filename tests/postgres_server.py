"""One real PostgreSQL for the whole test run: the one of XUNJIAN_TEST_DATABASE_URL, or one of our own, or a reason to skip."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.storage.database import Database
from shared.storage.upgrade import upgrade

USER = "postgres"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a database whose tables are there and may be emptied."""
    if given := os.environ.get("XUNJIAN_TEST_DATABASE_URL"):
        yield with_tables(given)
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(own_server())
        except FileNotFoundError:
            pytest.skip("no PostgreSQL server and no XUNJIAN_TEST_DATABASE_URL: the store is tested on SQLite only")
        yield with_tables(url)


def with_tables(url: str) -> str:
    """The same URL, once its tables are there: what `xunjian db upgrade` does."""
    with closing(Database(url)) as database:
        upgrade(database, datetime.now(UTC))
    return url


@contextmanager
def own_server(*, fsync: bool = False) -> Iterator[str]:
    """URL of a server that lives as long as the block. Raises FileNotFoundError when none is installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not programs or (os.geteuid() == 0 and not _user_exists()):
        raise FileNotFoundError("no PostgreSQL server: install one, or set XUNJIAN_TEST_DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="xunjian-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    port = _free_port()
    run(programs[-1].with_name("initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", USER, "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync={'on' if fsync else 'off'}"
    run(programs[-1], "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
    try:
        yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres"
    finally:
        run(programs[-1], "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def run(program: Path, *arguments: str) -> None:
    """Run it as the server's own user when we are root: PostgreSQL refuses to be root."""
    as_user = USER if os.geteuid() == 0 else None
    subprocess.run([str(program), *arguments], check=True, user=as_user, stdout=subprocess.DEVNULL, cwd="/")


def _user_exists() -> bool:
    return subprocess.run(["id", USER], check=False, capture_output=True).returncode == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
