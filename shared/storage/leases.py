"""What only one process may do at a time, taken by a conditional update."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from shared.storage.database import CLOCKS_DIFFER, Database
from shared.storage.tables.every import metadata

_lease = metadata.tables["lease"]

FOLLOWED = "ledger"
"""Its mark is the number of the newest version of the ledger that the timer has followed under any rulebook."""


class Leases:
    """One holder each; who dies loses it when its time is over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, owner: str, now: datetime, duration: timedelta) -> bool:
        """Take or renew; False while somebody else holds it."""
        # A lease that ends later than any could was taken by a clock that was ahead: it must not last till then.
        ahead = now + duration + CLOCKS_DIFFER
        free = or_(_lease.c.owner.is_(None), _lease.c.until <= now, _lease.c.until > ahead)
        mine = or_(_lease.c.owner == owner, free)
        values = {"owner": owner, "until": now + duration}
        with self._database.begin() as connection:
            taken = connection.execute(update(_lease).where(_lease.c.name == name, mine).values(**values))
            return taken.rowcount == 1 or self._database.add_new(connection, _lease, name=name, **values)

    def release(self, name: str, owner: str) -> None:
        """Whoever comes next need not wait."""
        own = (_lease.c.name == name, _lease.c.owner == owner)
        with self._database.begin() as connection:
            connection.execute(update(_lease).where(*own).values(owner=None, until=None))

    def held(self) -> list[tuple[str, str]]:
        """Name and owner of what somebody has taken and not released."""
        taken = select(_lease.c.name, _lease.c.owner).where(_lease.c.owner.is_not(None)).order_by(_lease.c.name)
        with self._database.read() as connection:
            return [(name, owner) for name, owner in connection.execute(taken)]

    def mark(self, name: str) -> str | None:
        """How far the holders have come."""
        with self._database.read() as connection:
            mark: str | None = connection.execute(select(_lease.c.mark).where(_lease.c.name == name)).scalar()
        return mark

    def set_mark(self, name: str, mark: str) -> None:
        insert = self._database.insert(_lease).values(name=name, mark=mark)
        with self._database.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"mark": mark}))


def followed(connection: Connection) -> int:
    """The newest version of the ledger that is in the standings; 0 while there is none."""
    return int(connection.execute(select(_lease.c.mark).where(_lease.c.name == FOLLOWED)).scalar() or 0)
