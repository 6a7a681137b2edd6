"""The pictures of findings: which are wanted, which are kept. The collector writes, everyone may read.

On which channel one was shown, the alerter writes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, or_, select, update

from shared.delivery import DeliveryState
from shared.event_json import read
from shared.events import Finding, FindingStatus, Severity
from shared.evidence.entry import EntryKind
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_picture = metadata.tables["picture"]
_finding = metadata.tables["finding"]
_entry = metadata.tables["evidence_entry"]
_told = metadata.tables["picture_told"]
_delivery = metadata.tables["delivery"]
_visit = metadata.tables["visit"]

OF_ACCOUNT = "account"
"""The place of the account's own page; any other is the id of a post."""
NOTED_AT_ONCE = 100
_ACCUSING = [severity for severity in Severity if severity.accuses]
_NO_LONGER = "问题已不成立，不再拍照"


@dataclass(frozen=True)
class Page:
    """A page that proves a finding. `url` is null for the account's own; `impossible` says why none can be made."""

    place: str
    url: str | None = None
    impossible: str | None = None


@dataclass(frozen=True)
class Wanted:
    """One page of one account, for all findings that rest on it. `attempts`: of the one that failed most often."""

    key: str
    place: str
    url: str | None
    fingerprints: tuple[str, ...]
    attempts: int


@dataclass(frozen=True)
class Kept:
    """Where a picture is kept: sha256 of the look's manifest, the image and the thumbnail. `at`: when it was made.

    `number`: of the look in the log of the evidence.
    """

    fingerprint: str
    place: str
    url: str | None
    at: datetime
    look: str
    picture: str
    thumbnail: str | None
    number: int | None = None


PagesOf = Callable[[Finding], Sequence[Page]]


class Pictures:
    """One row a page of a finding, made once, when the collector first hears of the finding."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, pages_of: PagesOf, now: datetime) -> int:
        """Write down what newly opened accusing findings are to be photographed, again those that were over meanwhile;
        how many findings."""
        known = exists().where(_picture.c.fingerprint == _finding.c.fingerprint)
        fresh = select(_finding.c.body).where(_finding.c.closed_at.is_(None), _finding.c.severity.in_(_ACCUSING))
        with self._database.begin() as connection:
            bodies = connection.execute(fresh.where(~known).order_by(_finding.c.id).limit(NOTED_AT_ONCE)).scalars()
            findings = [read(Finding, body) for body in bodies.all()]
            for finding in findings:
                for page in pages_of(finding) or (Page(OF_ACCOUNT, impossible="没有可拍的网页"),):
                    self._database.add_new(connection, _picture, **_row(finding, page, now))
            again = _want_again(connection, now)
        return len(findings) + again

    def hasten(self, platform: str, now: datetime, most: int) -> None:
        """Bring forward the visits of those whose pictures are due, the first `most`; the pace is as ever.

        What a finding that no longer holds asked for is given up.
        """
        due = and_(_picture.c.platform == platform, _picture.c.next_at.is_not(None), _picture.c.next_at <= now)
        holds = exists().where(_finding.c.fingerprint == _picture.c.fingerprint, _finding.c.closed_at.is_(None))
        first = select(_picture.c.key).where(due, holds).group_by(_picture.c.key)
        with self._database.begin() as connection:
            connection.execute(update(_picture).where(due, ~holds).values(next_at=None, reason=_NO_LONGER))
            keys = connection.execute(first.order_by(func.min(_picture.c.next_at)).limit(most)).scalars().all()
            later = _visit.c.key.in_(keys), _visit.c.next_at > now, _visit.c.leased_by.is_(None)
            connection.execute(update(_visit).where(*later).values(next_at=now))

    def wanted(self, key: str, now: datetime) -> list[Wanted]:
        """What is to be photographed at this visit of the account: its own page first."""
        due = and_(_picture.c.key == key, _picture.c.next_at.is_not(None), _picture.c.next_at <= now)
        by_place: dict[str, list[Row[*tuple[object, ...]]]] = {}
        with self._database.read() as connection:
            for row in connection.execute(select(_picture).where(due).order_by(_picture.c.next_at)):
                by_place.setdefault(row.place, []).append(row)
        found = [_wanted(key, rows) for rows in by_place.values()]
        return sorted(found, key=lambda one: one.place != OF_ACCOUNT)

    def keep(self, wanted: Wanted, look: str, picture: str, thumbnail: str | None, now: datetime) -> None:
        made = {"at": now, "look": look, "picture": picture, "thumbnail": thumbnail}
        values = {**made, "next_at": None, "attempts": 0, "reason": None}
        with self._database.begin() as connection:
            connection.execute(update(_picture).where(_of(wanted)).values(**values))

    def miss(self, wanted: Wanted, reason: str, next_at: datetime | None) -> None:
        """None was made at this attempt; null `next_at` gives it up."""
        values = {"next_at": next_at, "attempts": wanted.attempts + 1, "reason": reason}
        with self._database.begin() as connection:
            connection.execute(update(_picture).where(_of(wanted)).values(**values))

    def put_off(self, wanted: Wanted, reason: str, next_at: datetime) -> None:
        """None was kept, and not for the page's fault: this was no attempt."""
        with self._database.begin() as connection:
            connection.execute(update(_picture).where(_of(wanted)).values(next_at=next_at, reason=reason))

    def of(self, fingerprints: Iterable[str]) -> dict[str, list[Kept]]:
        """What is kept of each of the findings, its account's page first."""
        asked = list(dict.fromkeys(fingerprints))
        found: dict[str, list[Kept]] = {}
        with self._database.read() as connection:
            for start in range(0, len(asked), NOTED_AT_ONCE):
                for kept in _kept(connection, asked[start : start + NOTED_AT_ONCE]):
                    found.setdefault(kept.fingerprint, []).append(kept)
        return {of: sorted(all_of, key=lambda one: one.place != OF_ACCOUNT) for of, all_of in found.items()}

    def untold(self, channel: str, since: datetime, most: int) -> list[Kept]:
        """Pictures made since then of findings that this channel has told, and not yet their picture; oldest first."""
        told = exists().where(
            _delivery.c.fingerprint == _picture.c.fingerprint,
            _delivery.c.channel == channel,
            _delivery.c.status == FindingStatus.OPEN.value,
            _delivery.c.state == DeliveryState.SENT.value,
        )
        shown = exists().where(_told.c.fingerprint == _picture.c.fingerprint, _told.c.place == _picture.c.place)
        made = _picture.c.at >= since, _picture.c.picture.is_not(None), _picture.c.next_at.is_(None)
        rows = (
            select(_picture)
            .where(*made, told, ~shown.where(_told.c.channel == channel))
            .order_by(_picture.c.at, _picture.c.fingerprint)
            .limit(most)
        )
        with self._database.read() as connection:
            return [_kept_of(row) for row in connection.execute(rows)]

    def take(self, kept: Kept, channel: str, now: datetime) -> bool:
        """From now on it is told on this channel; false: somebody else tells it, or has."""
        with self._database.begin() as connection:
            return self._database.add_new(
                connection, _told, fingerprint=kept.fingerprint, place=kept.place, channel=channel, at=now
            )

    def give_back(self, kept: Kept, channel: str) -> None:
        """It could not be told now."""
        mine = _told.c.fingerprint == kept.fingerprint, _told.c.place == kept.place, _told.c.channel == channel
        with self._database.begin() as connection:
            connection.execute(delete(_told).where(*mine))

    def forget(self, after: str, before: datetime, most: int) -> str:
        """Of the next few findings those that were closed before then; where to go on, empty from the beginning."""
        lasting = or_(_finding.c.closed_at.is_(None), _finding.c.closed_at > before)
        holds = exists().where(_finding.c.fingerprint == _picture.c.fingerprint, lasting)
        some = select(_picture.c.fingerprint, (~holds).label("is_old")).where(_picture.c.fingerprint > after)
        with self._database.begin() as connection:
            rows = connection.execute(some.order_by(_picture.c.fingerprint).limit(most)).all()
            for table in (_picture, _told):
                old = [row.fingerprint for row in rows if row.is_old]
                connection.execute(delete(table).where(table.c.fingerprint.in_(old)))
        return rows[-1].fingerprint if len(rows) == most else ""

    def missing(self, fingerprint: str) -> list[tuple[str, str]]:
        """Place and Chinese reason of the pictures of a finding that are not there."""
        none = _picture.c.fingerprint == fingerprint, _picture.c.picture.is_(None)
        with self._database.read() as connection:
            rows = connection.execute(select(_picture.c.place, _picture.c.reason).where(*none)).all()
        return [(row.place, row.reason or "尚未拍到") for row in rows]


def _want_again(connection: Connection, now: datetime) -> int:
    """A finding that was over and is open again is proved by what its page shows now; what was given up stays so."""
    opened = _finding.c.closed_at.is_(None), _finding.c.fingerprint == _picture.c.fingerprint
    old = (
        select(_picture.c.fingerprint)
        .join(_finding, and_(*opened))
        .where(_picture.c.at < _finding.c.opened_at, _picture.c.next_at.is_(None), _picture.c.attempts == 0)
    )
    fingerprints = connection.execute(old.distinct().limit(NOTED_AT_ONCE)).scalars().all()
    if fingerprints:
        of = _picture.c.fingerprint.in_(fingerprints), _picture.c.at.is_not(None)
        connection.execute(update(_picture).where(*of).values(next_at=now))
        connection.execute(delete(_told).where(_told.c.fingerprint.in_(fingerprints)))
    return len(fingerprints)


def _row(finding: Finding, page: Page, now: datetime) -> dict[str, object]:
    return {
        "fingerprint": finding.fingerprint,
        "place": page.place,
        "key": finding.key,
        "platform": finding.platform,
        "url": page.url,
        "attempts": 0,
        "next_at": None if page.impossible else now,
        "reason": page.impossible,
    }


def _wanted(key: str, rows: Sequence[Row[*tuple[object, ...]]]) -> Wanted:
    fingerprints = tuple(row.fingerprint for row in rows)
    return Wanted(key, rows[0].place, rows[0].url, fingerprints, max(row.attempts for row in rows))


def _of(wanted: Wanted) -> ColumnElement[bool]:
    return and_(_picture.c.fingerprint.in_(wanted.fingerprints), _picture.c.place == wanted.place)


def _kept(connection: Connection, fingerprints: Sequence[str]) -> list[Kept]:
    logged = and_(_entry.c.look == _picture.c.look, _entry.c.kind == EntryKind.KEPT)
    there = _picture.c.fingerprint.in_(fingerprints), _picture.c.picture.is_not(None)
    rows = select(_picture, _entry.c.n).outerjoin(_entry, logged).where(*there)
    return [replace(_kept_of(row), number=row.n) for row in connection.execute(rows)]


def _kept_of(row: Row[*tuple[object, ...]]) -> Kept:
    return Kept(row.fingerprint, row.place, row.url, row.at, row.look, row.picture, row.thumbnail)
