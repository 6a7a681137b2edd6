"""Silences: added, ended before their time, and looked up as of any moment."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from shared.events import Finding
from shared.silence import Silence
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_silence = metadata.tables["silence"]


class Silences:
    """Written by whoever decides, obeyed by the alerter, shown by the reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, silence: Silence) -> Silence:
        """The silence as it is kept, or the one that already says the same for at least as long."""
        with self._database.begin() as connection:
            self._database.serialise(connection, "silence")
            rows = connection.execute(select(_silence).where(_begun_before(silence.starts_at)))
            same = (known for known in map(_silence_of, rows) if known.conditions == silence.conditions)
            longer = next((known for known in same if known.ends_at >= silence.ends_at), None)
            if longer is not None:
                return longer
            values = silence.model_dump(exclude={"id"})
            number = connection.execute(insert(_silence).values(**values)).inserted_primary_key
        return silence.model_copy(update={"id": number[0] if number else 0})

    def expire(self, number: int, author: str, now: datetime) -> bool:
        """End it now; False when there is none of that number, or it is over already."""
        still = and_(_silence.c.id == number, _silence.c.expired_at.is_(None), _silence.c.ends_at > now)
        with self._database.begin() as connection:
            ended = update(_silence).where(still).values(expired_at=now, expired_by=author)
            return connection.execute(ended).rowcount > 0

    def find(self, number: int) -> Silence | None:
        with self._database.read() as connection:
            row = connection.execute(select(_silence).where(_silence.c.id == number)).first()
        return _silence_of(row) if row else None

    def as_of(self, moment: datetime) -> tuple[Silence, ...]:
        """Those that hold at the moment, also a past one, as they were known then."""
        with self._database.read() as connection:
            rows = connection.execute(select(_silence).where(_begun_before(moment)).order_by(_silence.c.id))
            return tuple(_known_at(moment, _silence_of(row)) for row in rows)

    def covering(self, findings: Iterable[tuple[Finding, str]], moment: datetime) -> dict[str, Silence]:
        """By fingerprint, the silence that holds longest over a finding and the unit that would be told of it."""
        held = sorted(self.as_of(moment), key=lambda silence: (silence.over_at, silence.id))
        return {
            finding.fingerprint: silence
            for finding, unit in findings
            for silence in held
            if silence.covers(finding, unit, moment)
        }

    def listed(self, now: datetime, *, ended: bool = False) -> list[Silence]:
        """Those that hold or will, with `ended` also those that are over, oldest first."""
        wanted = [] if ended else [_not_over(now)]
        with self._database.read() as connection:
            return [
                _silence_of(row) for row in connection.execute(select(_silence).where(*wanted).order_by(_silence.c.id))
            ]


def _known_at(moment: datetime, silence: Silence) -> Silence:
    if silence.expired_at is None or silence.expired_at <= moment:
        return silence
    return silence.model_copy(update={"expired_at": None, "expired_by": None})


def _not_over(moment: datetime) -> ColumnElement[bool]:
    unexpired = or_(_silence.c.expired_at.is_(None), _silence.c.expired_at > moment)
    return and_(_silence.c.ends_at > moment, unexpired)


def _begun_before(moment: datetime) -> ColumnElement[bool]:
    return and_(_silence.c.starts_at <= moment, _not_over(moment))


def _silence_of(row: Row[tuple[object, ...]]) -> Silence:
    return Silence.model_validate(dict(row._mapping))
