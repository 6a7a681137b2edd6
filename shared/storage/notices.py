"""What the operators are to be told about the watch itself: once, by whichever alerter comes first."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from shared.delivery import Notice
from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.deliveries import LONGEST_LEASE
from shared.storage.tables.every import metadata

_notice = metadata.tables["notice"]


class Notices:
    """Posted by who notices, claimed by who can tell, withdrawn when no longer so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def post(self, notice: Notice, again_after: timedelta | None = None) -> bool:
        """True when it is to be told: it is new, or was last told longer than `again_after` (null: ever) ago."""
        with self._database.begin() as connection:
            if self._database.add_new(connection, _notice, **notice.model_dump()):
                return True
            if again_after is None:
                return False
            old = and_(_same(notice), _notice.c.told_at <= notice.since - again_after)
            news = {"text": notice.text, "since": notice.since, "told_at": None}
            return connection.execute(update(_notice).where(old).values(**news)).rowcount > 0

    def claim(self, now: datetime, lease: timedelta, claim: str, not_about: str) -> list[Notice]:
        """Those untold, leased to `claim`, without the one about the channel that is to carry them."""
        free = or_(_notice.c.leased_until.is_(None), _notice.c.leased_until <= now)
        other = or_(_notice.c.kind != "channel", _notice.c.subject != not_about)
        untold = and_(_notice.c.told_at.is_(None), free, other)
        with self._database.read() as connection:
            if connection.execute(select(_notice.c.kind).where(untold).limit(1)).first() is None:
                return []
        with self._database.begin() as connection:
            connection.execute(update(_notice).where(untold).values(leased_until=now + lease, leased_by=claim))
            mine = and_(_notice.c.told_at.is_(None), _notice.c.leased_by == claim)
            rows = connection.execute(select(_notice).where(mine).order_by(_notice.c.kind, _notice.c.subject)).all()
        return [Notice.model_validate(dict(row._mapping)) for row in rows]

    def renew(self, claim: str, now: datetime, lease: timedelta) -> int:
        """Hold them for longer; how many they are, none when the lease had ended: another may be telling them."""
        held = and_(_notice.c.leased_by == claim, _notice.c.leased_until > now, _notice.c.told_at.is_(None))
        with self._database.begin() as connection:
            return connection.execute(update(_notice).where(held).values(leased_until=now + lease)).rowcount

    def record_told(self, notices: Iterable[Notice], now: datetime) -> None:
        self._free(notices, told_at=now)

    def release(self, claim: str) -> None:
        """Not told: another channel may."""
        held = update(_notice).where(_notice.c.leased_by == claim)
        with self._database.begin() as connection:
            connection.execute(held.values(leased_until=None, leased_by=None))

    def claims(self) -> list[str]:
        """Claims that hold something, by name."""
        held = select(_notice.c.leased_by).where(_notice.c.leased_by.is_not(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(held.order_by(_notice.c.leased_by)).scalars())

    def mend_claims(self, now: datetime) -> None:
        """What was claimed, or told, under a clock that ran ahead may be told now."""
        ahead = now + CLOCKS_DIFFER
        with self._database.begin() as connection:
            held = update(_notice).where(_notice.c.leased_until > ahead + LONGEST_LEASE)
            connection.execute(held.values(leased_until=None, leased_by=None))
            connection.execute(update(_notice).where(_notice.c.told_at > ahead).values(told_at=now))

    def withdraw(self, kind: str, subject: str) -> None:
        """No longer so; if it comes again, it is told again."""
        with self._database.begin() as connection:
            connection.execute(delete(_notice).where(_notice.c.kind == kind, _notice.c.subject == subject))

    def withdraw_untold(self, kind: str, subject: str) -> None:
        """No longer so, and nobody need know that it was."""
        same = and_(_notice.c.kind == kind, _notice.c.subject == subject)
        with self._database.begin() as connection:
            connection.execute(delete(_notice).where(same, _notice.c.told_at.is_(None)))

    def forget(self, kinds: Iterable[str], before: datetime) -> None:
        """Of these kinds what was told, and is older."""
        old = and_(_notice.c.kind.in_(tuple(kinds)), _notice.c.told_at.is_not(None), _notice.c.since < before)
        with self._database.begin() as connection:
            connection.execute(delete(_notice).where(old))

    def _free(self, notices: Iterable[Notice], **values: object) -> None:
        with self._database.begin() as connection:
            for notice in notices:
                freed = update(_notice).where(_same(notice)).values(leased_until=None, leased_by=None, **values)
                connection.execute(freed)


def _same(notice: Notice) -> ColumnElement[bool]:
    return and_(_notice.c.kind == notice.kind, _notice.c.subject == notice.subject)
