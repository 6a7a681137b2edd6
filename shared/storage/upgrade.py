"""A database brought to this program's version of the tables: one process does it, the others wait and find it done."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection, text

from shared.clock import to_shanghai
from shared.errors import InputError
from shared.folders import OWNER_ONLY
from shared.storage.database import Database
from shared.storage.files import copy_database, demand_space, locked, size_of
from shared.storage.refused import sqlite_words
from shared.storage.schema import MIGRATIONS, NUMBERED_MARK, Schema, newest, schema_of
from shared.system_words import system_words

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Upgraded:
    """`copy`: the file as it was before, where there is one."""

    before: Schema
    version: str
    copy: Path | None

    @property
    def sentence(self) -> str:
        if not self.before.has_tables:
            return f"数据库已建好，表结构版本{self.version}"
        kept = f"；升级前的副本：{self.copy}" if self.copy else ""
        return f"数据库已从表结构版本{self.before.version}升级到{self.version}{kept}"


def upgrade(database: Database, now: datetime, *, keeps_copy: bool = True) -> Upgraded | None:
    """Null when there was nothing to do. All or nothing: whoever is killed halfway leaves the database as it was.

    Raises InputError when it must not or cannot be done, TransientError when the database is away.
    """
    if database.schema().is_current:
        return None
    path = database.file
    if path is None:
        return _migrated(database, None)
    with locked(path.with_name(f"{path.name}.upgrade.lock")):
        before = database.schema()
        if before.is_current:
            return None
        copy = _copied(path, now) if before.has_tables and keeps_copy else None
        try:
            return _migrated(database, copy)
        except BaseException:
            # Nothing was changed, and whoever tries again and again would fill the disk with copies.
            if copy is not None:
                copy.unlink(missing_ok=True)
            raise


def _copied(path: Path, now: datetime) -> Path:
    """The file beside itself, and room for the upgrade's own changes, before anything is touched."""
    moment = to_shanghai(now).strftime("%Y%m%dT%H%M%S")
    copy = path.with_name(f"{path.name}.before-{newest()}-{moment}.bak")
    demand_space(path.parent, 3 * size_of(path), "升级前先留副本，")
    try:
        path.chmod(OWNER_ONLY)
        copy_database(path, copy)
    except (OSError, sqlite3.Error) as error:
        why = system_words(error) if isinstance(error, OSError) else sqlite_words(error) or error
        raise InputError(str(copy), f"升级前的副本没有做成（{why}）；请检查权限和磁盘，数据没有改动") from error
    return copy


def _migrated(database: Database, copy: Path | None) -> Upgraded | None:
    with database.begin() as connection:
        database.serialise(connection, "schema")
        before = schema_of(connection)
        if before.is_current:
            return None
        migrate(connection)
    done = Upgraded(before, newest(), copy)
    tell = log.warning if copy else log.info
    tell("database_upgraded", before=before.version, version=done.version, copy=copy and str(copy))
    return done


def migrate(connection: Connection, to: str = "head") -> None:
    """Inside the connection's transaction."""
    # Dear, and needed once in a database's life for each version.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"COMMENT ON TABLE account IS '{NUMBERED_MARK}'"))
    else:
        connection.exec_driver_sql(f"PRAGMA user_version = {NUMBERED_MARK}")
