"""Where a command has written: said by every one that does."""

import re
import shlex
from pathlib import Path

from shared.runtime.settings import Settings

_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_SQLITE = "sqlite:///"


def where(settings: Settings) -> str:
    """`数据库：/var/lib/xunjian/xunjian.db（设置文件 /etc/xunjian/xunjian.yaml）`, without a password."""
    url = settings.database
    database = str(Path(url.removeprefix(_SQLITE)).absolute()) if url.startswith(_SQLITE) else url
    return f"数据库：{database}（{settings.place}）"


def typed(path: Path | str) -> str:
    """A path as it is typed in a command: quoted where the shell would take it apart."""
    text = str(path)
    return text if _PLAIN.fullmatch(text) else shlex.quote(text)
