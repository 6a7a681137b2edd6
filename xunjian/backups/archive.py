"""A backup as a file: one .tar.gz with a manifest, the database, and the files that belong to it. Read as hostile."""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import InputError
from shared.folders import OWNER_ONLY, make_folder
from shared.storage.files import PARTIAL, demand_space, flush
from shared.system_words import system_words

MANIFEST = "manifest.json"
SQLITE_MEMBER = "xunjian.db"
POSTGRESQL_MEMBER = "xunjian.dump"
FOLDERS = ("evidence", "inbox", "reports")
LEDGER = "ledger"
FORMAT: Literal[1] = 1
_MOST_MANIFEST_BYTES = 64 << 20
_CHUNK = 1 << 20
_OTHER = "请换一份完好的备份"


class Entry(BaseModel):
    """A file of the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Manifest(BaseModel):
    """What the backup is. `tables`: the database's version; `at`: everything told before it is in the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    program: str
    tables: str = Field(pattern=r"^\d{4}$")
    database: Literal["sqlite", "postgresql"]
    host: str
    at: AwareDatetime
    files: dict[str, Entry]


def write_archive(target: Path, files: Iterable[tuple[str, Path]], about: Manifest) -> Manifest:
    """Whole or not at all, checked after writing; its owner's eyes only. Files that vanish meanwhile are left out.

    Raises InputError when it cannot be written, or does not read back as written.
    """
    partial = target.with_name(target.name + PARTIAL)
    try:
        make_folder(target.parent)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "wb") as raw:
            manifest = _write(raw, files, about)
        flush(partial)
        with open_archive(partial) as archive:
            archive.check(manifest)
        partial.rename(target)
        flush(target.parent)
    except OSError as error:
        remedy = "请检查权限和剩余空间，或换一个位置"
        raise InputError(str(target), f"备份写不进去（{system_words(error)}）；{remedy}") from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write(raw: IO[bytes], files: Iterable[tuple[str, Path]], about: Manifest) -> Manifest:
    entries: dict[str, Entry] = {}
    with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar:
        for name, path in files:
            try:
                with path.open("rb") as file:
                    entries[name] = _add(tar, name, file, about.at)
            except FileNotFoundError:
                continue
        manifest = about.model_copy(update={"files": entries})
        text = manifest.model_dump_json(indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(text), about.at)
    return manifest


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], at: datetime) -> Entry:
    """As long as it was when it was opened, though it grows."""
    digest = hashlib.sha256()
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, OWNER_ONLY, int(at.timestamp())
    tar.addfile(member, _Hashing(file, digest))
    return Entry(sha256=digest.hexdigest(), size=size)


class _Hashing(io.RawIOBase):
    """Reads a file and keeps the sum of what was read."""

    def __init__(self, file: IO[bytes], digest: "hashlib._Hash") -> None:
        self._file = file
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data


class Archive:
    """A backup that is read: first to last, no member trusted."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path = path
        self._tar = tar

    def check(self, wanted: Manifest | None = None) -> Manifest:
        """Its manifest, once every member was read and is as it says. Raises InputError."""
        return self._read(None, wanted)

    def unpack(self, folder: Path) -> Manifest:
        """Every file below `folder`, which the caller empties when this raises InputError."""
        return self._read(folder, None)

    def _read(self, folder: Path | None, wanted: Manifest | None) -> Manifest:
        found: dict[str, Entry] = {}
        manifest: Manifest | None = None
        for member in self._tar:
            self._demand_harmless(member, found)
            file = self._tar.extractfile(member)
            if file is None or manifest is not None:
                raise InputError(str(self._path), f"不是完整的备份（{MANIFEST} 之后还有内容）；{_OTHER}")
            if member.name == MANIFEST:
                manifest = self._manifest(file, member.size)
            else:
                if folder is not None:
                    demand_space(folder.parent, member.size + _CHUNK, "恢复")
                found[member.name] = _copied(file, folder and folder / member.name)
        if manifest is None:
            raise InputError(str(self._path), f"不是本程序的备份，或备份不完整（没有 {MANIFEST}）；{_OTHER}")
        self._compare(found, manifest)
        if wanted is not None and wanted != manifest:
            raise InputError(str(self._path), "写好后读回的内容与写入的不一致；请检查磁盘")
        return manifest

    def _demand_harmless(self, member: tarfile.TarInfo, found: dict[str, Entry]) -> None:
        if not member.isreg() or not is_ours(member.name) or member.name in found:
            shown = re.sub(r"[^\w./-]", "?", member.name)[:80]
            raise InputError(str(self._path), f"备份里有不该有的成员 {shown}，没有恢复任何内容；{_OTHER}")

    def _manifest(self, file: IO[bytes], size: int) -> Manifest:
        try:
            if size > _MOST_MANIFEST_BYTES:
                raise ValueError
            return Manifest.model_validate_json(file.read())
        except (ValidationError, ValueError):
            remedy = "请用写这份备份的程序版本（或更新的）恢复"
            raise InputError(str(self._path), f"{MANIFEST} 无法识别；{remedy}") from None

    def _compare(self, found: dict[str, Entry], manifest: Manifest) -> None:
        for name in sorted(found.keys() | manifest.files.keys()):
            if found.get(name) != manifest.files.get(name):
                raise InputError(str(self._path), f"{name} 与备份时的校验值不符，备份已损坏或被改动；{_OTHER}")


def is_ours(name: str) -> bool:
    """A name that a backup may hold: nothing absolute, nothing that leads out of its folder."""
    if name in (MANIFEST, SQLITE_MEMBER, POSTGRESQL_MEMBER):
        return True
    parts = PurePosixPath(name).parts
    plain = name == "/".join(parts) and ".." not in parts and name.isprintable()
    return plain and len(parts) > 1 and parts[0] in (*FOLDERS, LEDGER)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Raises InputError for what is no backup, cut short or damaged."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            yield Archive(path, tar)
    except FileNotFoundError:
        raise InputError(str(path), "没有这个文件；请核对备份的位置") from None
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(str(path), f"不是完整的备份文件（没有拷完，或不是 xunjian backup 写的）；{_OTHER}") from error
    except PermissionError as error:
        raise InputError(str(path), f"读不了（{system_words(error)}）；请让运行用户可以读") from error


def _copied(file: IO[bytes], target: Path | None) -> Entry:
    """Sum and size; written to `target` where one is wanted."""
    digest, size = hashlib.sha256(), 0
    if target is None:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        return Entry(sha256=digest.hexdigest(), size=size)
    make_folder(target.parent)
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "wb") as writing:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            writing.write(chunk)
            size += len(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return Entry(sha256=digest.hexdigest(), size=size)
