"""Databases as programs of the past left them: `databases/NNNN.sql`, invented rows only."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text

from shared.storage.schema import NUMBERED_MARK, VERSION_TABLE
from shared.storage.tables.every import metadata
from shared.storage.upgrade import migrate

FOLDER = Path(__file__).with_name("databases")
BEFORE_NUMBERS = "0000"


def make_old(path: Path, version: str = BEFORE_NUMBERS) -> str:
    """URL of the SQLite file, made anew."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FOLDER / f"{version}.sql").read_text("utf-8"))
    return f"sqlite:///{path}"


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    """Everything in the file, by table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if name != VERSION_TABLE and not name.startswith("sqlite_")]
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in kept}


def empty_postgresql(url: str) -> None:
    """No table of ours is left."""
    engine = create_engine(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
    engine.dispose()


def make_old_postgresql(url: str, path: Path) -> None:
    """The rows of the old SQLite file at `path`, in the tables of that day and with their mark."""
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        assert NUMBERED_MARK != "2"
        connection.execute(text("COMMENT ON TABLE account IS '2'"))
        booleans = {"cancelled", "approximate", "waiting", "proves_list", "open_told", "close_told"}
        for table, rows in rows_of(path).items():
            if table.startswith("bus_"):
                continue
            for row in rows:
                values = {name: bool(value) if name in booleans else value for name, value in row.items()}
                names = ", ".join(values)
                marks = ", ".join(f":{name}" for name in values)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)
    engine.dispose()
