"""Links of accounts: noted by whoever meets them, opened by the collectors, read by the rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from shared.links import Link
from shared.storage.database import Database
from shared.storage.tables.every import metadata

KEEP_REMOVED = timedelta(days=2)
"""Longer than an analyzer is away without anybody being told."""
MOST_OF_POSTS = 200
"""Of one account: more links than an office writes in a month."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_link = metadata.tables["link"]
_visit = metadata.tables["visit"]
_IN_USE = _link.c.removed_at.is_(None)


class Links:
    """Any number of collectors share them: who opens one moves it to the back first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, links: Sequence[Link], next_at: datetime) -> None:
        """Of posts; those that are known stay as they are, and the newest `MOST_OF_POSTS` of an account are kept."""
        with self._database.begin() as connection:
            for link in links:
                row = link.model_dump(mode="python") | {"state": str(link.state), "next_at": next_at}
                self._database.add_new(connection, _link, **row)
            for key in {link.key for link in links}:
                mine = _link.c.key == key, _link.c.post_id.is_not(None), _IN_USE
                old = select(_link.c.url).where(*mine).order_by(_link.c.added_at.desc(), _link.c.url)
                gone = list(connection.execute(old.offset(MOST_OF_POSTS)).scalars())
                _remove(connection, max(link.added_at for link in links), _link.c.key == key, _link.c.url.in_(gone))

    def add_service(self, link: Link, now: datetime) -> bool:
        """Of a menu or service column, to be opened at once; False when it is there already under this label."""
        insert = self._database.insert(_link).values(
            link.model_dump(mode="python") | {"state": str(link.state), "next_at": now, "changed_at": now}
        )
        own = {"label": link.label, "post_id": None, "next_at": now, "changed_at": now, "removed_at": None}
        with self._database.begin() as connection:
            row = connection.execute(select(_link).where(_link.c.key == link.key, _link.c.url == link.url)).first()
            if row and row.post_id is None and row.label == link.label and row.removed_at is None:
                return False
            connection.execute(insert.on_conflict_do_update(index_elements=["key", "url"], set_=own))
        return True

    def remove(self, key: str, url: str, now: datetime) -> bool:
        """False when there was none."""
        with self._database.begin() as connection:
            return _remove(connection, now, _link.c.key == key, _link.c.url == url) > 0

    def lease_due(self, now: datetime, lease: timedelta) -> Link | None:
        """The longest-due link of an account that is still watched, moved behind the lease; null: none is due."""
        watched = select(_visit.c.key).where(_visit.c.key == _link.c.key)
        due = (
            select(_link)
            .where(_link.c.next_at <= now, _IN_USE, watched.exists())
            .order_by(_link.c.next_at, _link.c.url)
        )
        with self._database.begin() as connection:
            row = connection.execute(due.limit(1).with_for_update(skip_locked=True, of=_link)).first()
            if row is None:
                return None
            own = _link.c.key == row.key, _link.c.url == row.url, _link.c.next_at == row.next_at
            if not connection.execute(update(_link).where(*own).values(next_at=now + lease)).rowcount:
                return None
        return _link_of(row)

    def record(self, link: Link, next_at: datetime, now: datetime) -> None:
        """How it was found. `changed_at` moves when rules have something new to read."""
        own = _link.c.key == link.key, _link.c.url == link.url
        found = {"state", "reason", "since", "looked_at", "times", "digest", "final_url"}
        values = link.model_dump(mode="python", include=found) | {"state": str(link.state), "next_at": next_at}
        with self._database.begin() as connection:
            connection.execute(update(_link).where(*own).values(**values, changed_at=now))

    def of(self, key: str) -> tuple[Link, ...]:
        """Of one account: services first, as they were added, then those of posts, newest first."""
        rows = select(_link).where(_link.c.key == key, _IN_USE)
        with self._database.read() as connection:
            links = [_link_of(row) for row in connection.execute(rows.order_by(_link.c.added_at, _link.c.url))]
        services = [link for link in links if link.is_service]
        return (*services, *reversed([link for link in links if not link.is_service]))

    def changed_after(self, moment: datetime | None, most: int) -> list[tuple[datetime, str]]:
        """When and whose, oldest first: of those opened after `moment`."""
        after = _link.c.changed_at > (moment or _BEGINNING)
        rows = select(_link.c.changed_at, _link.c.key).where(after).order_by(_link.c.changed_at, _link.c.key)
        with self._database.read() as connection:
            return [(at, key) for at, key in connection.execute(rows.limit(most))]

    def forget_posts_before(self, moment: datetime, now: datetime) -> int:
        """Links of posts that were noted before `moment`: nobody opens them any more."""
        with self._database.begin() as connection:
            connection.execute(delete(_link).where(_link.c.removed_at < now - KEEP_REMOVED))
            return _remove(connection, now, _link.c.post_id.is_not(None), _link.c.added_at < moment)


def _remove(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> int:
    gone = update(_link).where(*which, _IN_USE).values(removed_at=now, changed_at=now)
    return connection.execute(gone).rowcount


def _link_of(row: Row[Any]) -> Link:
    return Link.model_validate(dict(row._mapping))
