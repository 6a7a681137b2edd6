"""The collector's rows: what is due, who is visiting it, what was published already, which platform rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from shared.account import Account
from shared.storage.accounts import find_account
from shared.storage.database import Database
from shared.storage.tables import metadata

_visit = metadata.tables["visit"]
_published = metadata.tables["published"]
_platform = metadata.tables["platform"]


@dataclass(frozen=True)
class Due:
    """An account whose time has come, with what the schedule needs to know of it."""

    account: Account
    failures: int
    last_at: datetime | None
    newest_post_at: datetime | None
    posts_per_day: float | None


@dataclass(frozen=True)
class Rest:
    """Politeness towards one platform: paused after `blocks` blocks in a row."""

    paused_until: datetime | None = None
    blocks: int = 0
    last_visit_at: datetime | None = None


class Visits:
    """Due rows are leased by a conditional update, so that several collectors share them without meeting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease_due(self, platform: str, owner: str, now: datetime, lease: timedelta) -> Due | None:
        """The longest-due account of a platform, leased to `owner`; null when none is due."""
        free = or_(_visit.c.leased_until.is_(None), _visit.c.leased_until <= now)
        with self._database.begin() as connection:
            row = connection.execute(
                select(_visit)
                .where(_visit.c.platform == platform, _visit.c.next_at <= now, free)
                .order_by(_visit.c.next_at, _visit.c.key)
                .limit(1)
            ).first()
            if row is None:
                return None
            taken = connection.execute(
                update(_visit).where(_visit.c.key == row.key, free).values(leased_until=now + lease, leased_by=owner)
            )
            account = find_account(connection, row.key) if taken.rowcount == 1 else None
        if account is None:
            return None
        return Due(account, row.failures, row.last_at, row.newest_post_at, row.posts_per_day)

    def release_leases(self, owner: str) -> None:
        """What this owner held when it was killed is due again at once."""
        free = {"leased_until": None, "leased_by": None}
        with self._database.begin() as connection:
            connection.execute(update(_visit).where(_visit.c.leased_by == owner).values(**free))

    def record(self, due: Due, next_at: datetime, seen: Mapping[str, str]) -> None:
        """The visit is over and what it saw is on the bus: remember what was published, free the lease."""
        values = {
            "next_at": next_at,
            "leased_until": None,
            "leased_by": None,
            "failures": due.failures,
            "last_at": due.last_at,
            "newest_post_at": due.newest_post_at,
            "posts_per_day": due.posts_per_day,
        }
        rows = [{"key": due.account.key, "post_id": post_id, "digest": digest} for post_id, digest in seen.items()]
        with self._database.begin() as connection:
            connection.execute(update(_visit).where(_visit.c.key == due.account.key).values(**values))
            if rows:
                insert = self._database.insert(_published)
                newest = {"digest": insert.excluded.digest}
                connection.execute(insert.on_conflict_do_update(index_elements=["key", "post_id"], set_=newest), rows)

    def published(self, key: str) -> dict[str, str]:
        """Post id to digest of what was published for this account."""
        with self._database.read() as connection:
            rows = connection.execute(select(_published.c.post_id, _published.c.digest).where(_published.c.key == key))
            return {post_id: digest for post_id, digest in rows}  # noqa: C416 - rows are Row objects, not tuples

    def rest(self, platform: str) -> Rest:
        with self._database.read() as connection:
            row = connection.execute(select(_platform).where(_platform.c.platform == platform)).first()
        return Rest(row.paused_until, row.blocks, row.last_visit_at) if row else Rest()

    def record_rest(self, platform: str, rest: Rest) -> None:
        values = {"paused_until": rest.paused_until, "blocks": rest.blocks, "last_visit_at": rest.last_visit_at}
        insert = self._database.insert(_platform).values(platform=platform, **values)
        with self._database.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["platform"], set_=values))

    def next_due_at(self) -> datetime | None:
        """When the next account is due; null for an empty ledger."""
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(select(func.min(_visit.c.next_at))).scalar()
        return moment

    def platforms_unvisited_since(self, moment: datetime) -> list[str]:
        """Platforms with accounts that nobody looked at since `moment`."""
        waiting = or_(_visit.c.last_at.is_(None), _visit.c.last_at < moment)
        with self._database.read() as connection:
            return list(connection.execute(select(_visit.c.platform).where(waiting).distinct()).scalars())

    def make_all_due(self, now: datetime) -> None:
        """Ask for one look at every account, wherever it stands in the schedule."""
        with self._database.begin() as connection:
            connection.execute(update(_visit).values(next_at=now))
