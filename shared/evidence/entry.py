"""One entry of the log of what was stored when: its canonical line, and the hash that chains it to all before."""

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from shared.events import Moment, Value, Words

FIRST = "0" * 64
"""Stands for the entry before the first."""


class EntryKind(StrEnum):
    KEPT = "kept"
    PRUNED = "pruned"


class ItemKind(StrEnum):
    """`manifest` is the look itself (shared/evidence/look.py)."""

    MANIFEST = "manifest"
    CAPTURE = "capture"
    PICTURE = "picture"


class Item(Value):
    """One content of a look. `size`: bytes before any compression."""

    kind: ItemKind
    sha256: str
    size: int = Field(ge=0)


class Head(Value):
    """The last entry's number and hash: written down elsewhere, nobody rewrites what lies before unnoticed."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


EMPTY = Head(n=0, hash=FIRST)


class Entry(Value):
    """`at`: when it was logged. `key`: platform/account_id. `items`: what was kept or pruned. `why`: of pruning."""

    n: int = Field(ge=1)
    at: Moment
    kind: EntryKind
    look: str
    key: Words
    items: tuple[Item, ...]
    why: Words = ""
    previous: str

    @property
    def line(self) -> str:
        """The entry as one line of JSON, keys sorted, without spaces, its end of line included.

        `sha256sum` of the line is the entry's hash, which stands as `previous` in the next one.
        """
        said = {
            "at": moment_words(self.at),
            "items": [[item.kind, item.sha256, item.size] for item in self.items],
            "key": self.key,
            "kind": self.kind,
            "look": self.look,
            "n": self.n,
            "previous": self.previous,
            "why": self.why,
        }
        return canonical(said)

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()

    @property
    def head(self) -> Head:
        return Head(n=self.n, hash=self.hash)


def canonical(said: object) -> str:
    """One spelling for one content: UTF-8, keys sorted, fixed separators, a single end of line."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n"


def moment_words(moment: datetime) -> str:
    """UTC, microseconds always: `2026-11-28T02:43:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
