"""The store that several files of this folder test: on a real SQLite file and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    sqlite = request.param == "sqlite"
    return f"sqlite:///{tmp_path}/xunjian.db" if sqlite else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    with store.database.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    yield store
    store.close()
