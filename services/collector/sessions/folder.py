"""Sessions in a folder: `<platform>/<name>.session`, sealed; `<platform>.json`, a plain one saved by hand.

`<platform>.<name>.session` is read as well: a mounted secret has no folders.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.collector.sessions.seal import BrokenSealError, Seal, WrongSealError, no_key
from services.collector.sessions.session import DEFAULT, Session, SessionFileError, checked_name, is_name
from shared.folders import make_folder, may_others_read
from shared.system_words import system_words

_ENDING = ".session"
_MOST_BYTES = 50_000_000


class SessionFolder:
    """Without a `seal` only plain sessions can be read, and none saved."""

    def __init__(self, folder: Path, seal: Seal | None) -> None:
        self._folder = folder
        self._seal = seal

    def check(self) -> None:
        """Whether something could be saved. Raises InputError."""
        if self._seal is None:
            raise no_key()

    def save(self, session: Session) -> None:
        if self._seal is None:
            raise no_key()
        sealed = _closed(self._seal, session)
        file = self._sealed(session.platform, session.name)
        try:
            make_folder(file.parent)
            with _alone(file.parent):
                _write_whole(file, sealed)
        except OSError as error:
            why = f"登录状态存不进去（{system_words(error)}），请检查磁盘和文件夹权限，再登录一次"
            raise SessionFileError(str(file), why) from error

    def find(self, platform: str, name: str = DEFAULT) -> Session | None:
        file = self._sealed(platform, name)
        if file.exists():
            return self._unsealed(file, platform, name)
        plain = self._plain(platform)
        return _from_plain(plain, platform) if name == DEFAULT and plain.exists() else None

    def refresh(self, session: Session) -> bool:
        file = self._sealed(session.platform, session.name)
        if self._seal is None or not file.exists():
            return False
        sealed = _closed(self._seal, session)
        try:
            with _alone(file.parent):
                known = self.find(session.platform, session.name)
                if known is None or known.saved_at != session.saved_at:
                    return False
                _write_whole(file, sealed)
        except OSError:  # mounted for reading only: what it holds still logs in
            return False
        return True

    def names(self, platform: str) -> tuple[str, ...]:
        folder = self._folder / checked_name(platform)
        sealed = {file.stem for file in folder.glob(f"*{_ENDING}")}
        sealed |= {file.stem.removeprefix(f"{platform}.") for file in self._folder.glob(f"{platform}.*{_ENDING}")}
        sealed = {name for name in sealed if is_name(name)}
        return tuple(sorted(sealed | ({DEFAULT} if self._plain(platform).exists() else set())))

    def remove(self, platform: str, name: str = DEFAULT) -> bool:
        files = [self._sealed(platform, name), *([self._plain(platform)] if name == DEFAULT else ())]
        there = [file for file in files if file.exists()]
        for file in there:
            file.unlink(missing_ok=True)
        return bool(there)

    def file(self, platform: str, name: str = DEFAULT) -> Path:
        """Where a session lies, or would."""
        sealed, plain = self._sealed(platform, name), self._plain(platform)
        return plain if name == DEFAULT and plain.exists() and not sealed.exists() else sealed

    def _sealed(self, platform: str, name: str) -> Path:
        below = self._folder / checked_name(platform) / f"{checked_name(name)}{_ENDING}"
        beside = self._folder / f"{platform}.{name}{_ENDING}"
        return beside if beside.exists() and not below.exists() else below

    def _plain(self, platform: str) -> Path:
        return self._folder / f"{checked_name(platform)}.json"

    def _unsealed(self, file: Path, platform: str, name: str) -> Session:
        if self._seal is None:
            raise SessionFileError(str(file), f"登录状态是加密的；{no_key().message}")
        again = f"请改用保存它时的密钥，或重新登录：xunjian login {platform} --name {name}"
        try:
            content = json.loads(self._seal.opened(_read(file), _owner(platform, name)))
        except BrokenSealError as error:
            why = "登录状态文件不完整（没有存完或被截断）"
            raise SessionFileError(str(file), f"{why}，请重新登录：xunjian login {platform} --name {name}") from error
        except WrongSealError as error:
            why = "登录状态文件打不开：密钥（browser.session_key）不对，或文件被改动、改名过"
            raise SessionFileError(str(file), f"{why}；{again}") from error
        saved_at = datetime.fromisoformat(content["saved_at"])
        return Session(platform, name, saved_at, content["state"], content["address"], str(file))


def _closed(seal: Seal, session: Session) -> bytes:
    told = {"saved_at": session.saved_at.isoformat(), "address": session.address, "state": session.state}
    return seal.closed(json.dumps(told).encode(), _owner(session.platform, session.name))


def _owner(platform: str, name: str) -> str:
    return f"{platform}/{name}"


def _from_plain(file: Path, platform: str) -> Session:
    body = _read(file)
    try:
        state: Any = json.loads(body)
        saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(file) from error
    if not isinstance(state, dict):
        raise _unusable(file)
    return Session(platform, DEFAULT, saved_at, state, file=str(file))


def _read(file: Path) -> bytes:
    try:
        told = file.stat()
        if may_others_read(told):
            raise SessionFileError(str(file), f"登录状态文件可被其他用户读取，请运维人员执行 chmod 600 {file}")
        if told.st_size > _MOST_BYTES:
            raise _unusable(file)
        return file.read_bytes()
    except OSError as error:
        raise _unusable(file) from error


def _unusable(file: Path) -> SessionFileError:
    return SessionFileError(str(file), "登录状态文件无法使用，请运维人员重新保存登录状态，或删除该文件后不登录核查")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Who refreshes an old login must not write it over one that a person saves meanwhile."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_whole(file: Path, content: bytes) -> None:
    """Beside the file, then into its place: who reads meanwhile has the old one. mkstemp's mode is 0600."""
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise


def session_folder(folder: Path | None, key: str | None) -> SessionFolder | None:
    """Null where no folder is set. Raises InputError for a key that is none."""
    return SessionFolder(folder, Seal(key) if key else None) if folder else None
