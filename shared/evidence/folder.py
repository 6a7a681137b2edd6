"""A vault in a folder: `ab/cd/abcd...`, compressed by zlib (RFC 1950), its owner's alone."""

import errno
import os
import secrets
import zlib
from collections.abc import Iterator
from pathlib import Path

from shared.errors import TransientError
from shared.evidence.vault import DamagedError, MissingError, demand_name, demand_whole, is_name, sha256_of
from shared.folders import OWNER_ONLY, make_folder
from shared.storage.files import PARTIAL, flush
from shared.system_words import system_words

_OF_ITS_OWN = (errno.EISDIR, errno.ELOOP, errno.EIO)
"""What is wrong with one file alone; all else is wrong with the disk or the folder."""
_LEVEL = 1
"""Pages shrink to a fifth at any level; a higher one takes several times the processor time."""
MOST_BYTES = 256 << 20
"""No content is larger: what unpacks to more is no capture of ours."""


class FolderVault:
    def __init__(self, path: Path) -> None:
        """The folder is made when the first content is kept."""
        self._path = path

    def put(self, content: bytes) -> str:
        """Written beside and linked into its place, which never overwrites. Raises TransientError."""
        sha256 = sha256_of(content)
        file = self._file(sha256)
        if file.exists():
            return sha256
        try:
            make_folder(file.parent)
            self._write(file, zlib.compress(content, _LEVEL))
        except OSError as error:
            raise _away(self._path, "写不进", error) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        demand_name(sha256)
        file = self._file(sha256)
        try:
            packed = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingError(f"证据库 {self._path} 里没有 {sha256}") from error
        except OSError as error:
            if error.errno in _OF_ITS_OWN:
                raise DamagedError(f"{file} 读不出（{system_words(error)}）；请从备份恢复") from error
            raise _away(self._path, "读不出", error) from error
        return demand_whole(sha256, _unpacked(packed, str(file)), str(file))

    def has(self, sha256: str) -> bool:
        demand_name(sha256)
        try:
            self._file(sha256).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise _away(self._path, "读不出", error) from error
        return True

    def remove(self, sha256: str) -> None:
        demand_name(sha256)
        try:
            self._file(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise _away(self._path, "删不掉", error) from error

    def each(self) -> Iterator[str]:
        """Two levels are listed at a time: a million names take no memory. What a crash left half written is none."""
        try:
            for outer in _entries(self._path):
                for inner in _entries(Path(outer.path)):
                    yield from (file.name for file in _entries(Path(inner.path)) if is_name(file.name))
        except OSError as error:
            raise _away(self._path, "读不出", error) from error

    def _file(self, sha256: str) -> Path:
        return self._path / sha256[:2] / sha256[2:4] / sha256

    def _write(self, file: Path, packed: bytes) -> None:
        partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}{PARTIAL}")
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(packed)
                opened.flush()
                os.fsync(descriptor)
            try:
                os.link(partial, file)
            except FileExistsError:
                return  # another process kept the same content meanwhile
            flush(file.parent)
        finally:
            partial.unlink(missing_ok=True)


def _unpacked(packed: bytes, place: str) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise DamagedError(f"{place} 已损坏，解不开；请从备份恢复") from error
    if not unpacker.eof or unpacker.unused_data:
        raise DamagedError(f"{place} 已损坏，长短不对；请从备份恢复")
    return content


def _entries(folder: Path) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            yield from list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return


def _away(path: Path, what: str, error: OSError) -> TransientError:
    return TransientError(f"证据库 {path} {what}（{system_words(error)}）；请检查磁盘和目录权限，恢复后自动继续")
