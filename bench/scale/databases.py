"""Two empty databases of a kind: SQLite files, or databases of a PostgreSQL server."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.postgres_server import own_server, with_tables

NAMES = ("xunjian_scale_small", "xunjian_scale_large")


@contextmanager
def sqlite() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(prefix="xunjian-scale-") as folder:
        yield [f"sqlite:///{Path(folder) / name}.db" for name in NAMES]


@contextmanager
def postgres(server: str | None = None) -> Iterator[list[str]]:
    """On the server of this URL or of XUNJIAN_TEST_DATABASE_URL, or one of our own.

    Raises FileNotFoundError where there is none.
    """
    with ExitStack() as stack:
        server = server or os.environ.get("XUNJIAN_TEST_DATABASE_URL") or stack.enter_context(own_server(fsync=True))
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        stack.callback(admin.dispose)
        with admin.connect() as connection:
            for name in NAMES:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
                connection.execute(text(f"CREATE DATABASE {name}"))
        yield [with_tables(make_url(server).set(database=name).render_as_string(hide_password=False)) for name in NAMES]
        with admin.connect() as connection:
            for name in NAMES:
                connection.execute(text(f"DROP DATABASE {name}"))


DATABASES: dict[str, Callable[[], AbstractContextManager[list[str]]]] = {"sqlite": sqlite, "postgres": postgres}
