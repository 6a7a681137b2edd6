"""The log of what evidence was stored when: a chain that any number of collectors lengthen, one at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, Select, and_, delete, exists, func, or_, select, update

from shared.errors import InputError
from shared.events import Outcome
from shared.evidence.entry import EMPTY, Entry, EntryKind, Head, Item
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_entry = metadata.tables["evidence_entry"]
_content = metadata.tables["evidence_content"]
_ITEMS = TypeAdapter(tuple[Item, ...])
_HEAD = "evidence"
_LASTING = (Outcome.OK, Outcome.EMPTY, Outcome.GONE)
"""Outcomes that say something of the account; after any other there is only the picture of a wall."""
_PAGE = 500
BEFORE_ANY = -(1 << 62)
"""Entries begin at 1; what somebody put in before that is read, too."""


@dataclass(frozen=True)
class Logged:
    """A row as it stands in the database. `entry`: null where it can be none. `written`: the hash beside it."""

    n: int
    written: str
    entry: Entry | None


class EvidenceLog:
    """Entries are added, never changed; each tells the hash of the one before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, look: str, items: Sequence[Item], now: datetime) -> None:
        """From now on nobody removes these contents; to be called before they are stored."""
        with self._locked() as connection:
            for sha256 in dict.fromkeys(item.sha256 for item in items):
                self._database.add_new(
                    connection, _content, sha256=sha256, look=look, at=now, logged=False, leaving=False
                )

    def append(self, key: str, look: str, items: tuple[Item, ...], now: datetime, outcome: Outcome) -> Entry:
        """Log a look as kept; one that is logged already gives that entry."""
        with self._locked() as connection:
            found = connection.execute(_of_look(look, EntryKind.KEPT)).first()
            if found is not None:
                return _written(found)
            entry = _add(connection, now, kind=EntryKind.KEPT, key=key, look=look, items=items, why=str(outcome))
            connection.execute(update(_content).where(_content.c.look == look).values(logged=True))
            return entry

    def prune(self, look: str, why: str, now: datetime) -> Entry | None:
        """Log a look as pruned, after which its contents may go; null where it is not there or pruned already."""
        with self._locked() as connection:
            row = connection.execute(_of_look(look, EntryKind.KEPT).where(_entry.c.open)).first()
            if row is None:
                return None
            kept = _written(row)
            connection.execute(update(_entry).where(_entry.c.n == kept.n).values(open=False))
            connection.execute(update(_content).where(_content.c.look == look).values(leaving=True))
            return _add(connection, now, kind=EntryKind.PRUNED, key=kept.key, look=look, items=kept.items, why=why)

    def clear(self, remove: Callable[[str], None], claimed_before: datetime, most: int) -> int:
        """Have the contents of pruned looks, and of claims that came to nothing, removed; how many went.

        One a transaction: who claims the same content waits, and stores it again. What another look needs stays.
        """
        gone = 0
        for _ in range(most):
            with self._locked() as connection:
                row = connection.execute(_to_clear(claimed_before)).first()
                if row is None:
                    break
                other = and_(_content.c.sha256 == row.sha256, _content.c.look != row.look, ~_content.c.leaving)
                if not connection.execute(select(exists().where(other))).scalar():
                    remove(row.sha256)
                    gone += 1
                mine = and_(_content.c.sha256 == row.sha256, _content.c.look == row.look)
                connection.execute(delete(_content).where(mine))
        return gone

    def kept(self, look: str) -> Entry | None:
        """The entry that tells when a look was stored; pruned or not. Raises InputError where somebody changed it into
        none, as do the next two."""
        return next(iter(self._demanded(_of_look(look, EntryKind.KEPT))), None)

    def pruned(self, look: str) -> Entry | None:
        return next(iter(self._demanded(_of_look(look, EntryKind.PRUNED))), None)

    def starting(self, prefix: str, most: int) -> list[Entry]:
        """Looks whose hash begins so."""
        rows = select(_entry).where(_entry.c.kind == EntryKind.KEPT, _entry.c.look.startswith(prefix, autoescape=True))
        return self._demanded(rows.order_by(_entry.c.n).limit(most))

    def _demanded(self, rows: Select[Any]) -> list[Entry]:
        found = self._logged(rows)
        if changed := next((row for row in found if row.entry is None), None):
            why = f"第{changed.n}条被改动过，读不出；请运行 xunjian evidence verify 查看全部问题"
            raise InputError("证据登记簿", why)
        return [row.entry for row in found if row.entry]

    def old(self, before: datetime, walls_before: datetime, after: int, most: int) -> list[Logged]:
        """Looks stored before a moment and not pruned, by number, those after entry `after`.

        `walls_before`: the moment for those that saw nothing of the account.
        """
        is_old = or_(_entry.c.at < before, and_(_entry.c.at < walls_before, _entry.c.why.not_in(_LASTING)))
        rows = select(_entry).where(_entry.c.open, _entry.c.n > after, is_old).order_by(_entry.c.n).limit(most)
        return self._logged(rows)

    def head(self) -> Head:
        """Number and hash of the last entry; 0 and zeros before any."""
        with self._database.read() as connection:
            return _head(connection)

    def head_at(self, moment: datetime) -> Head:
        """As of then: entries stand in the order in which they were made."""
        rows = select(_entry.c.n, _entry.c.hash).where(_entry.c.at <= moment).order_by(_entry.c.n.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(rows).first()
        return Head(n=row.n, hash=row.hash) if row else EMPTY

    def count(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(_entry)).scalar_one())

    def each(self, after: int = BEFORE_ANY) -> Iterator[Logged]:
        """In order, some hundred at a time: what is appended meanwhile comes, too."""
        while page := self._page(after):
            yield from page
            after = page[-1].n

    def last(self, most: int) -> list[Logged]:
        """The newest entries, in order."""
        return list(self.each(max(self.head().n - most, BEFORE_ANY)))

    def _page(self, after: int) -> list[Logged]:
        return self._logged(select(_entry).where(_entry.c.n > after).order_by(_entry.c.n).limit(_PAGE))

    def _logged(self, rows: Select[Any]) -> list[Logged]:
        with self._database.read() as connection:
            try:
                return [_logged(row) for row in connection.execute(rows)]
            except (ValueError, TypeError):
                # Somebody wrote what the driver cannot read, a time that is none: found row by row.
                numbers = connection.execute(rows.with_only_columns(_entry.c.n, _entry.c.hash)).all()
        return [self._row(row.n, row.hash) for row in numbers]

    def _row(self, n: int, written: str) -> Logged:
        with self._database.read() as connection:
            try:
                return _logged(connection.execute(select(_entry).where(_entry.c.n == n)).one())
            except (ValueError, TypeError):
                return Logged(n, written, None)

    def pruned_among(self, looks: Sequence[str]) -> set[str]:
        """Those that an entry says are pruned."""
        asked = select(_entry.c.look).where(_entry.c.look.in_(looks), _entry.c.kind == EntryKind.PRUNED)
        with self._database.read() as connection:
            return set(connection.execute(asked).scalars())

    def needed_among(self, names: Sequence[str]) -> set[str]:
        """Contents on which a look rests that is kept, about to be, or about to leave."""
        asked = select(_content.c.sha256).where(_content.c.sha256.in_(names))
        with self._database.read() as connection:
            return set(connection.execute(asked).scalars())

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """A transaction in which nobody else lengthens the chain, claims or removes."""
        with self._database.begin() as connection:
            self._database.serialise(connection, _HEAD)
            yield connection


def _of_look(look: str, kind: EntryKind) -> Select[Any]:
    return select(_entry).where(_entry.c.look == look, _entry.c.kind == kind)


def _to_clear(claimed_before: datetime) -> Any:
    idle = and_(~_content.c.logged, _content.c.at < claimed_before)
    return select(_content).where(_content.c.leaving | idle).limit(1)


def _add(connection: Connection, now: datetime, **said: Any) -> Entry:
    """`said`: what is said of the look, as the entry's fields."""
    before = _head(connection)
    entry = Entry(n=before.n + 1, at=now, previous=before.hash, **said)
    values = entry.model_dump(exclude={"items"})
    packed = _ITEMS.dump_json(entry.items).decode()
    is_open = entry.kind is EntryKind.KEPT
    connection.execute(_entry.insert().values(**values, items=packed, hash=entry.hash, open=is_open))
    return entry


def _head(connection: Connection) -> Head:
    row = connection.execute(select(_entry.c.n, _entry.c.hash).order_by(_entry.c.n.desc()).limit(1)).first()
    return Head(n=row.n, hash=row.hash) if row else EMPTY


def _written(row: Row[Any]) -> Entry:
    return Entry(**{**row._mapping, "items": _ITEMS.validate_json(row.items)})


def _logged(row: Row[Any]) -> Logged:
    try:
        return Logged(row.n, row.hash, _written(row))
    except ValidationError:
        return Logged(row.n, row.hash, None)
