"""Which version of the tables a database holds, and which one this program needs. Asks only; `upgrade` changes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from shared.errors import InputError
from shared.storage.tables.every import metadata

VERSION_TABLE = "xunjian_version"
MIGRATIONS = Path(__file__).with_name("migrations")
NOTHING = "0000"
ADOPTED_MARK = "2"
"""What the last programs before the numbered versions left on their databases."""
NUMBERED_MARK = "3"
"""Left on ours, so that such a program refuses them."""
UPGRADE = "xunjian db upgrade"


class OldSchemaError(InputError):
    """Somebody has to make or upgrade the tables, and perhaps is about to."""


@dataclass(frozen=True)
class Schema:
    """`version`: `0000` where none was recorded yet."""

    version: str
    has_tables: bool

    @property
    def is_current(self) -> bool:
        return self.version == newest()

    @property
    def to_do(self) -> list[str]:
        """The versions an upgrade would go through, as their files are called: `0002_silence`."""
        return [name for name in versions() if number_of(name) > self.version]

    def demand_current(self, place: str) -> None:
        """Raises OldSchemaError with the remedy. `place`: the database's name for people."""
        if self.is_current:
            return
        if not self.has_tables:
            raise OldSchemaError(place, f"这个数据库还是空的；请先运行 {UPGRADE} 建表")
        raise OldSchemaError(
            place, f"表结构版本为{self.version}，本程序需要{newest()}；请停止各服务并备份，再运行 {UPGRADE}"
        )


@cache
def versions() -> tuple[str, ...]:
    """Names of the versions' files, oldest first."""
    return tuple(sorted(file.stem for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def number_of(name: str) -> str:
    return name.partition("_")[0]


def newest() -> str:
    return number_of(versions()[-1])


def schema_of(connection: Connection) -> Schema:
    """Raises InputError for the database of a newer program, of one too old to be adopted, or of somebody else."""
    there = set(inspect(connection).get_table_names())
    if VERSION_TABLE in there:
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
        return _known(str(found or NOTHING), there)
    ours = there & metadata.tables.keys()
    # Without the ledger's table they are somebody else's, who only names them as we do.
    mark = _mark(connection) if "account" in ours else "0"
    if ours and mark != ADOPTED_MARK:
        raise InputError(
            "数据库",
            f"表结构版本为{mark}，本程序不能升级它；请换用新的数据目录或数据库后重新导入台账，旧数据由原版本程序读取",
        )
    return Schema(NOTHING, bool(ours))


def _known(version: str, there: set[str]) -> Schema:
    if version > newest():
        raise InputError(
            "数据库",
            f"表结构版本为{version}，比本程序（{newest()}）新；"
            "请更新本程序，或用 xunjian restore 恢复升级前的备份（用 SQLite 的，数据库旁有 .bak 副本）",
        )
    if version != NOTHING and "account" not in there:
        raise InputError(
            "数据库", f"表结构版本记为{version}，却没有数据表；请用 xunjian restore 恢复备份，或换用新的数据库"
        )
    return Schema(version, "account" in there)


def _mark(connection: Connection) -> str:
    postgresql = connection.dialect.name == "postgresql"
    query = "SELECT obj_description('account'::regclass)" if postgresql else "PRAGMA user_version"
    return str(connection.execute(text(query)).scalar() or 0)
