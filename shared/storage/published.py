"""What a collector has put on the bus of one account: asked by the ids at hand, forgotten when long unshown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, and_, delete, select

from shared.storage.database import Database
from shared.storage.tables.every import metadata

KEPT_FOR = timedelta(days=400)
MOST_PER_ACCOUNT = 1_000
MOST_FORGOTTEN_AT_ONCE = 500
SHOWN_TO_THE_DAY = timedelta(days=1)
"""How exactly `shown_at` is kept: a row that changes at every visit would be written at every visit."""

_IDS_AT_ONCE = 500
_published = metadata.tables["published"]


@dataclass(frozen=True)
class Published:
    """One item as last published. `approximate`: its `published_at` was told in words like 3小时前."""

    digest: str
    published_at: datetime | None
    approximate: bool
    shown_at: datetime


def published(connection: Connection, key: str, ids: Collection[str]) -> dict[str, Published]:
    found: dict[str, Published] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[start : start + _IDS_AT_ONCE]
        rows = select(_published).where(_published.c.key == key, _published.c.post_id.in_(some))
        for row in connection.execute(rows):
            found[row.post_id] = Published(row.digest, row.published_at, row.approximate, row.shown_at)
    return found


def record_published(database: Database, connection: Connection, key: str, items: Mapping[str, Published]) -> None:
    if not items:
        return
    rows = [{"key": key, "post_id": post_id, **vars(item)} for post_id, item in items.items()]
    insert = database.insert(_published)
    newest = {name: insert.excluded[name] for name in ("digest", "published_at", "approximate", "shown_at")}
    connection.execute(insert.on_conflict_do_update(index_elements=["key", "post_id"], set_=newest), rows)


def forget_unshown(connection: Connection, key: str, now: datetime) -> None:
    """Drop what no page has shown for `KEPT_FOR`, or what lies beyond the newest `MOST_PER_ACCOUNT`; some at a time.

    What the account shows today stays, however much that is: it would be published anew at each visit.
    """
    shown_at = _published.c.shown_at
    mine = _published.c.key == key
    beyond = select(shown_at).where(mine).order_by(shown_at.desc()).offset(MOST_PER_ACCOUNT).limit(1)
    crowded_out: datetime | None = connection.execute(beyond).scalar()
    unshown = now - KEPT_FOR
    if crowded_out is not None:
        unshown = max(unshown, min(crowded_out, now - 2 * SHOWN_TO_THE_DAY))
    connection.execute(delete(_published).where(and_(mine, _published.c.post_id.in_(_oldest(key, unshown)))))


def _oldest(key: str, unshown: datetime) -> Select[tuple[str]]:
    oldest = select(_published.c.post_id).where(_published.c.key == key, _published.c.shown_at <= unshown)
    return oldest.order_by(_published.c.shown_at).limit(MOST_FORGOTTEN_AT_ONCE)
