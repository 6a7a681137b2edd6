"""Lives of logins: begun by who finds a new one, held by the one collector that looks with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update

from shared.session_life import REPLACED, Life, Proof
from shared.storage.database import Database
from shared.storage.tables.every import metadata

KEPT = 20
"""Of each session the newest lives that are shown."""
_life = metadata.tables["session_life"]


class SessionLives:
    """Any number of collectors share them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, platform: str, name: str, since: datetime, now: datetime) -> bool:
        """A login was found, True when it is new; an older one of the name that had not ended was replaced by it, and
        so was one that a clock ahead had dated after `now`."""
        is_older = and_(_life.c.since != since, or_(_life.c.since < since, _life.c.since > now))
        older = _life.c.platform == platform, _life.c.name == name, is_older, _life.c.ended_at.is_(None)
        with self._database.begin() as connection:
            row = {"platform": platform, "name": name, "since": since, "proof": Proof.UNKNOWN, "blocks": 0}
            is_new = self._database.add_new(connection, _life, **row)
            if is_new:
                ended = {"ended_at": now, "why": REPLACED, "holder": None, "held_until": None}
                connection.execute(update(_life).where(*older).values(**ended))
        return is_new

    def hold(self, life: Life, owner: str, now: datetime, until: datetime) -> Life | None:
        """As it stands, ours until then; null while another has it. One that ended may be held, too."""
        free = or_(_life.c.holder.is_(None), _life.c.holder == owner, _life.c.held_until <= now)
        with self._database.begin() as connection:
            held = update(_life).where(_same(life), free).values(holder=owner, held_until=until).returning(_life)
            row = connection.execute(held).first()
        return _life_of(row) if row else None

    def record(self, life: Life) -> None:
        """What was asked, and how long it rests."""
        values = life.model_dump(include={"asked_at", "proved_at", "ended_at", "why", "free_at", "blocks"})
        with self._database.begin() as connection:
            connection.execute(update(_life).where(_same(life)).values(**values, proof=str(life.proof)))

    def of(self, platform: str, name: str | None = None) -> tuple[Life, ...]:
        """Newest first, at most `KEPT`; of one name or of all."""
        wanted: list[ColumnElement[bool]] = [_life.c.platform == platform]
        if name is not None:
            wanted.append(_life.c.name == name)
        rows = select(_life).where(*wanted).order_by(_life.c.since.desc(), _life.c.name).limit(KEPT)
        with self._database.read() as connection:
            return tuple(map(_life_of, connection.execute(rows)))

    def are_held(self, platform: str, now: datetime) -> bool:
        """Whether somebody looks with one at this moment."""
        held = select(_life.c.name).where(_life.c.platform == platform, _life.c.held_until > now).limit(1)
        with self._database.read() as connection:
            return connection.execute(held).first() is not None

    def holders(self) -> list[str]:
        """Who holds a session, gone or not."""
        held = select(_life.c.holder).where(_life.c.holder.is_not(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(held).scalars())

    def free(self, owners: Collection[str]) -> None:
        """These processes are gone."""
        with self._database.begin() as connection:
            freed = update(_life).where(_life.c.holder.in_(owners)).values(holder=None, held_until=None)
            connection.execute(freed)


def _same(life: Life) -> ColumnElement[bool]:
    return and_(_life.c.platform == life.platform, _life.c.name == life.name, _life.c.since == life.since)


def _life_of(row: Row[Any]) -> Life:
    return Life.model_validate(dict(row._mapping))
