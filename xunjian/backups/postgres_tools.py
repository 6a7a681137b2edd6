"""PostgreSQL's own pg_dump and pg_restore. The password goes by the environment, never by the command line."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url

from shared.errors import InputError
from shared.storage.schema import VERSION_TABLE
from shared.storage.tables.every import metadata

_INSTALL = (
    "请安装 PostgreSQL 客户端（Debian：apt install postgresql-client；麒麟、欧拉：dnf install postgresql），"
    "版本不低于服务器"
)
_OPTIONS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}


def dump(url: str, target: Path) -> None:
    """A dump of our tables in the custom format, checked. Raises InputError with what pg_dump said."""
    # A version's table is there or not; what else is in the database is somebody else's.
    ours = [f"--table={name}" for name in sorted({*metadata.tables, VERSION_TABLE})]
    _run(url, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", *ours, f"--file={target}"])
    if "TABLE DATA" not in _run(url, ["pg_restore", "--list", str(target)]):
        raise InputError(str(target), "pg_dump 写出的文件里没有数据；请核对数据库地址和用户的读权限")


def restore(url: str, source: Path) -> None:
    """All of it or nothing. Raises InputError with what pg_restore said."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    name = str(make_url(url).database or "")
    _run(url, ["pg_restore", *options, f"--dbname={name}", str(source)])


def check(url: str, source: Path) -> None:
    """Raises InputError when pg_restore cannot read it."""
    _run(url, ["pg_restore", "--list", str(source)])


def _run(url: str, command: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            command, env=os.environ | _environment(url), capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise InputError(command[0], f"没有安装；{_INSTALL}") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(str(error.stderr).split())[:300]
        raise InputError(command[0], f"没有成功：{said}；请按提示处理（版本不符时{_INSTALL}）") from error
    return done.stdout


def _environment(url: str) -> dict[str, str]:
    parts = make_url(url)
    known = {variable: str(value) for name, variable in _OPTIONS.items() if (value := getattr(parts, name)) is not None}
    query = {
        f"PG{name.upper()}": str(value) for name, value in parts.query.items() if name in ("sslmode", "host", "port")
    }
    return known | query
