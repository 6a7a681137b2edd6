"""The tables that migrations make are those of tables/, on both databases."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from shared.storage.schema import MIGRATIONS, VERSION_TABLE, newest, number_of, versions
from shared.storage.store import open_store
from shared.storage.tables.every import metadata
from shared.storage.upgrade import migrate
from tests.builders import NOW


@pytest.fixture(params=["sqlite", "postgres"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Of an empty database, in a transaction that is undone."""
    postgres = request.param == "postgres"
    engine = create_engine(request.getfixturevalue("postgres_url") if postgres else "sqlite://")
    if not postgres:
        event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN"))
    with closing(engine.connect()) as connection:
        if postgres:
            connection.execute(text("CREATE SCHEMA apart"))
            connection.execute(text("SET LOCAL search_path TO apart"))
        yield connection
        connection.rollback()
    engine.dispose()


def shape(connection: Connection) -> dict[str, str]:
    """What SQLite keeps word for word: AUTOINCREMENT and WITHOUT ROWID, too, which no inspection tells."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: _plain(sql) for name, sql in rows if name != VERSION_TABLE and not name.startswith("sqlite_")}


def _told(index: ReflectedIndex) -> str:
    options = {name: str(value) for name, value in sorted(index.get("dialect_options", {}).items())}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


def _plain(sql: str) -> str:
    return re.sub(r"[\s\"]+", "", sql).replace("IFNOTEXISTS", "").upper()


def test_migrations_make_the_tables_of_the_program(connection: Connection) -> None:
    migrate(connection)
    options = {"compare_server_default": True, "include_name": lambda name, *_: name != VERSION_TABLE}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    # The comment is the mark that keeps programs off which know no numbers.
    assert [difference for difference in found if difference[0] != "remove_table_comment"] == []


def test_they_make_the_same_indexes_over_the_same_rows(connection: Connection) -> None:
    def indexes() -> dict[str, list[str]]:
        inside = inspect(connection)
        return {name: sorted(map(_told, inside.get_indexes(name))) for name in metadata.tables}

    migrate(connection)
    migrated = indexes()
    metadata.drop_all(connection)
    metadata.create_all(connection)
    assert migrated == indexes()


def test_what_sqlite_keeps_of_them_is_the_same_word_for_word() -> None:
    shapes = []
    for make in (migrate, metadata.create_all):
        engine: Engine = create_engine("sqlite://")
        with engine.begin() as connection:
            make(connection)
            shapes.append(shape(connection))
        engine.dispose()
    assert shapes[0].keys() == shapes[1].keys()
    for name, sql in shapes[0].items():
        assert sorted(re.split("[,()]", sql)) == sorted(re.split("[,()]", shapes[1][name])), name


def test_the_versions_are_a_plain_line() -> None:
    before = None
    for number, name in enumerate(versions(), start=1):
        source = (MIGRATIONS / "versions" / f"{name}.py").read_text("utf-8")
        assert number_of(name) == f"{number:04}"
        assert f'\nrevision = "{number:04}"\n' in source
        assert f"\ndown_revision = {before!r}\n".replace("'", '"') in source
        assert not re.search(r"^\s*(from|import) (shared|services)", source, re.MULTILINE), f"{name} imports ours"
        before = number_of(name)


def test_a_new_file_is_its_owners_alone_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "var"
    store = open_store(f"sqlite:///{folder}/xunjian.db", lambda: NOW)
    store.visits.make_all_due(NOW)
    assert store.database.schema().version == newest()
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (folder.parent, folder, *folder.iterdir())}
    store.close()
    assert modes.pop("new") == modes.pop("var") == "0o700"
    assert {"xunjian.db", "xunjian.db-wal", "xunjian.db-shm"} <= modes.keys()
    assert set(modes.values()) == {"0o600"}
