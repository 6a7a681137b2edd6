"""One real PostgreSQL for the whole test run: the one of XUNJIAN_TEST_DATABASE_URL, or one of our own, or a reason to skip."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, make_url, text

from demo.postgres import Postgres
from shared.storage.database import Database
from shared.storage.upgrade import upgrade


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a database whose tables are there and may be emptied."""
    if given := os.environ.get("XUNJIAN_TEST_DATABASE_URL"):
        yield with_tables(_of_this_worker(given))
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(own_server())
        except FileNotFoundError:
            pytest.skip("no PostgreSQL server and no XUNJIAN_TEST_DATABASE_URL: the store is tested on SQLite only")
        yield with_tables(url)


def _of_this_worker(url: str) -> str:
    """Tests empty the tables: where several workers test side by side each has a database of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return url
    name = f"{make_url(url).database}_{worker}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first():
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def with_tables(url: str) -> str:
    """The same URL, once its tables are there: what `xunjian db upgrade` does."""
    with closing(Database(url)) as database:
        upgrade(database, datetime.now(UTC))
    return url


@contextmanager
def own_server(*, fsync: bool = False) -> Iterator[str]:
    """URL of a server that lives as long as the block. Raises FileNotFoundError when none is installed."""
    with Postgres(fsync=fsync) as server:
        yield server.url
