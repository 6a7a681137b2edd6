"""Old rows thinned to what still proves something."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, select

from shared.clock import to_shanghai
from shared.events import Outcome
from shared.storage.accounts import last_version
from shared.storage.coverage import forget_coverage
from shared.storage.database import Database
from shared.storage.sketches import SKETCHES, drop_sketches
from shared.storage.tables.every import metadata

_account = metadata.tables["account"]
_probe = metadata.tables["probe"]
_post = metadata.tables["post"]
_sketch = metadata.tables["sketch"]

_MOST_ROWS = 2000


class Thinning:
    """Findings and standings are never thinned: they are what lists rest on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts_after(self, key: str, most: int) -> list[str]:
        """The next keys of the ledger, in order; of removed accounts, too."""
        rows = select(_account.c.key).where(last_version(), _account.c.key > key).order_by(_account.c.key).limit(most)
        with self._database.read() as connection:
            return list(connection.execute(rows).scalars())

    def forget_sketches(self, key: str, now: datetime, keep: timedelta) -> int:
        """Delete the sketches of what one account published longer ago than `keep`; age counts as in `thin`."""
        with self._database.begin() as connection:
            self._database.serialise(connection, key)
            self._database.serialise(connection, SKETCHES)
            newest = _newest(connection, key)
            before = min(now, newest) - keep if newest else now - keep
            old = select(_sketch).where(_sketch.c.key == key, _sketch.c.published_at < before)
            rows = connection.execute(old.order_by(_sketch.c.published_at).limit(_MOST_ROWS)).all()
            drop_sketches(connection, rows)
            return len(rows)

    def thin(self, key: str, now: datetime, keep: timedelta) -> int:
        """Thin what one account has from longer ago than `keep`; the number of probes and sightings that went.

        Age counts from the newest thing known of it, if that is before `now`: a clock that is ahead destroys nothing.

        Of the probes of each Beijing day stay the first and the last that proved the list, the first and the last that
        did not, and the one with the newest post; of the sightings of an item the first and the last. What was
        seen when is forgotten.
        """
        with self._database.begin() as connection:
            # Who judges the account asks more than once: nothing may go in between.
            self._database.serialise(connection, key)
            newest = _newest(connection, key)
            before = min(now, newest) - keep if newest else now - keep
            forget_coverage(connection, key, before)
            return _thin_probes(connection, key, before) + _thin_posts(connection, key, before)


def _newest(connection: Connection, key: str) -> datetime | None:
    """When anything was last observed, as far as the clock was right."""
    probed = select(_probe.c.at).where(_probe.c.key == key, _probe.c.outcome != Outcome.CLOCK)
    shown = select(_post.c.observed_at).where(_post.c.key == key).order_by(_post.c.observed_at.desc())
    found = [connection.execute(one.limit(1)).scalar() for one in (probed.order_by(_probe.c.at.desc()), shown)]
    return max((moment for moment in found if moment), default=None)


def _thin_probes(connection: Connection, key: str, before: datetime) -> int:
    columns = (_probe.c.fingerprint, _probe.c.at, _probe.c.proves_list, _probe.c.newest_post_at)
    old = select(*columns).where(_probe.c.key == key, _probe.c.at < before)
    days: dict[date, list[Any]] = defaultdict(list)
    for row in _oldest_first(connection, old.order_by(_probe.c.at.desc())):
        days[to_shanghai(row.at).date()].append(row)
    gone = []
    for rows in days.values():
        kept = {id(row) for same in (True, False) for row in _ends([row for row in rows if row.proves_list is same])}
        dated = [row for row in rows if row.newest_post_at]
        kept |= {id(max(dated, key=lambda row: row.newest_post_at))} if dated else set()
        gone += [row.fingerprint for row in rows if id(row) not in kept]
    for fingerprint in gone:
        connection.execute(delete(_probe).where(_probe.c.fingerprint == fingerprint))
    return len(gone)


def _thin_posts(connection: Connection, key: str, before: datetime) -> int:
    old = select(_post.c.fingerprint, _post.c.observed_at).where(_post.c.key == key, _post.c.observed_at < before)
    items = defaultdict(list)
    for row in _oldest_first(connection, old.order_by(_post.c.observed_at.desc())):
        items[row.fingerprint].append(row.observed_at)
    gone = [(item, moment) for item, moments in items.items() for moment in moments[1:-1]]
    for item, moment in gone:
        connection.execute(delete(_post).where(and_(_post.c.fingerprint == item, _post.c.observed_at == moment)))
    return len(gone)


def _oldest_first(connection: Connection, newest_first: Select[Any]) -> Iterable[Row[Any]]:
    """The newest of them only: what lies before had its turn, and stays however much it is."""
    return reversed(connection.execute(newest_first.limit(_MOST_ROWS)).all())


def _ends(rows: list[Any]) -> Iterable[Any]:
    return (rows[0], rows[-1]) if rows else ()
