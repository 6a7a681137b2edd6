"""A PostgreSQL database that is about to be replaced: nobody at work on it, what it holds put aside first."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from shared.errors import InputError, TransientError
from shared.storage.schema import VERSION_TABLE
from shared.storage.tables.every import metadata
from xunjian.backups import postgres_tools

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


def empty_server(url: str) -> None:
    """Raises InputError while anybody else is connected, TransientError when the server is away."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            others = connection.execute(_OTHERS).scalar_one()
    except DBAPIError as error:
        raise TransientError(f"数据库没有应答：{error.orig}；请确认数据库服务在运行，核对设置 database_url") from error
    finally:
        engine.dispose()
    if others:
        raise InputError("数据库", f"还有{others}个连接在使用；请先停止所有巡检服务（各台机器上的）和其他客户端")


def put_aside(url: str, copy: Path) -> None:
    """Our tables leave the database, dumped to `copy` first; what else is in it stays.

    Raises InputError when something of others hangs on them: nothing was changed then.
    """
    engine = create_engine(url)
    try:
        with closing(engine.connect()) as connection:
            there = set(inspect(connection).get_table_names())
        ours = sorted(there & {*metadata.tables, VERSION_TABLE})
        if ours:
            postgres_tools.dump(url, copy)
        with engine.begin() as connection:
            for name in ours:
                connection.execute(text(f'DROP TABLE "{name}"'))
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        remedy = "请让这个用户可以删除这些表，移走依赖它们的视图等，或换用空的数据库"
        raise InputError("数据库", f"现有的表移不开，数据没有改动（{said}）；{remedy}") from error
    finally:
        engine.dispose()
