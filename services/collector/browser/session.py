"""A login kept by hand: `<platform>.json`, a Playwright storage state."""

import json
from pathlib import Path

from shared.errors import InputError
from shared.folders import may_others_read

_AGAIN = "请运维人员重新保存登录状态，或删除该文件后不登录核查"


class SessionFileError(InputError):
    """The engineer's mistake and not the ledger's: it says nothing of any account."""


def saved_session(folder: Path | None, platform: str) -> Path | None:
    """The file, if there is one. Raises SessionFileError when others can read it, or the browser could not."""
    path = folder / f"{platform}.json" if folder else None
    if path is None or not path.exists():
        return None
    if may_others_read(path.stat()):
        raise SessionFileError(str(path), f"登录状态文件可被其他用户读取，请运维人员执行 chmod 600 {path}")
    try:
        state = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise unusable(path) from error
    if not isinstance(state, dict):
        raise unusable(path)
    return path


def unusable(path: Path) -> SessionFileError:
    return SessionFileError(str(path), f"登录状态文件无法使用，{_AGAIN}")
