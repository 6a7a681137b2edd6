"""What has to hold on either database."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def each_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Empty."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/xunjian.db" if is_sqlite else request.getfixturevalue("postgres_url")
    with closing(open_store(url)) as store:
        empty(store)
        yield store


def empty(store: Store) -> None:
    with store.database.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
