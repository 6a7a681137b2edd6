"""The contract of a vault: bytes by their SHA-256, wherever they lie."""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from shared.errors import PermanentError


class MissingError(PermanentError):
    """The vault has no such content."""


class DamagedError(PermanentError):
    """What lies there does not hash to its name: it is not what was kept."""


class Vault(Protocol):
    """Bytes by their SHA-256 (64 lower-case hex digits). Thread-safe.

    Every method raises TransientError while the place is away or full, InputError when the settings are wrong.
    """

    def put(self, content: bytes) -> str:
        """Keep the bytes, whole or not at all, and return their SHA-256. What is there already is left as it is."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises MissingError, DamagedError."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether something lies under this name; whether it is the right thing, `get` tells."""
        ...

    def remove(self, sha256: str) -> None:
        """What is not there is removed already."""
        ...

    def each(self) -> Iterator[str]:
        """Every name, in no order, without reading the content."""
        ...


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_name(text: str) -> bool:
    """Whether the text can be the name of content: only that may become part of a path."""
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def demand_name(sha256: str) -> None:
    """Raises MissingError: under what is no hash nothing can lie."""
    if not is_name(sha256):
        raise MissingError(f"{sha256[:80]!r} 不是 SHA-256（64位小写十六进制）")


def demand_whole(sha256: str, content: bytes, place: str) -> bytes:
    """The content, if it is what its name says. Raises DamagedError."""
    if sha256_of(content) != sha256:
        raise DamagedError(f"{place} 的内容与其 SHA-256 不符，已不是当初保存的内容；请从备份恢复")
    return content
