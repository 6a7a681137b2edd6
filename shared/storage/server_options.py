"""What stands behind the `?` of a PostgreSQL address: what its driver will never take is no outage to wait out."""

import re

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from shared.errors import InputError

_NOT_ASKED = frozenset(
    {"autocommit", "prepare_threshold", "row_factory", "context", "cursor_factory", "hostaddr", "password"}
)
"""What the library does not know or the driver sees to, where to go, and what nobody need know for this."""
_NOWHERE = {"host": "127.0.0.1", "port": "9"}
"""The library looks at most options only when it begins to connect: here, where nobody waits for the answer."""
_UNKNOWN = re.compile(r'invalid connection option "(\w+)"')
_WRONG = re.compile(
    r'invalid integer value .* for connection option "(\w+)"|invalid "?(\w+)"? value|invalid (port) number'
    r'|bad value for (\w+)|weak (sslmode) |definition of (service) ".*" not found'
)


def demand_options(url: URL) -> None:
    """Of a `postgresql+psycopg` address, and those that the library takes from PG* variables.

    Raises InputError, which names the option and shows no value.
    """
    from psycopg import ProgrammingError, pq  # noqa: PLC0415 - only who has such an address has the driver
    from psycopg.conninfo import make_conninfo, timeout_from_conninfo  # noqa: PLC0415

    try:
        _, options = url.get_dialect()().create_connect_args(url)
    except ArgumentError:
        raise InputError(
            "database_url", "数据库的地址里 ? 后面的 host、port 不成对；请写成 host=甲&port=5432"
        ) from None
    named = {name: value for name, value in options.items() if name not in _NOT_ASKED}
    try:
        timeout_from_conninfo(named)
        begun = pq.PGconn.connect_start(make_conninfo("", **{**named, **_NOWHERE}).encode())
    except ProgrammingError as error:
        said = str(error)
    else:
        said = begun.get_error_message() if begun.status == pq.ConnStatus.BAD else ""
        begun.finish()
    if found := _UNKNOWN.search(said):
        raise InputError("database_url", f"数据库的地址里没有 {found[1]} 这个选项；请删去，或按 PostgreSQL 的说明改正")
    if found := _WRONG.search(said):
        option = next(filter(None, found.groups()))
        where = f"请改正地址中 ? 后面的 {option}；那里没有的，查环境变量 PG*"
        raise InputError("database_url", f"数据库的地址里，选项 {option} 的值 PostgreSQL 的驱动不接受；{where}")
