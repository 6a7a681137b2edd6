"""What a collector has put on the bus of one account: asked by the ids at hand, forgotten when long unshown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select

from shared.storage.database import Database
from shared.storage.rows import Add
from shared.storage.tables.every import metadata

KEPT_FOR = timedelta(days=400)
MOST_PER_ACCOUNT = 1_000
MOST_FORGOTTEN_AT_ONCE = 500
SHOWN_TO_THE_DAY = timedelta(days=1)
"""How exactly `shown_at` is kept: a row that changes at every visit would be written at every visit."""

_IDS_AT_ONCE = 500
_published = metadata.tables["published"]
_MINE = _published.c.key == bindparam("of")
_OF_THESE = select(_published).where(_MINE, _published.c.post_id.in_(bindparam("these", expanding=True)))
_BEYOND = select(_published.c.shown_at).where(_MINE).order_by(_published.c.shown_at.desc())
_FIRST_BEYOND = _BEYOND.offset(MOST_PER_ACCOUNT).limit(1)
_OLDEST = (
    select(_published.c.post_id)
    .where(_MINE, _published.c.shown_at <= bindparam("unshown"))
    .order_by(_published.c.shown_at)
    .limit(MOST_FORGOTTEN_AT_ONCE)
)
_PUT = Add(_published, by=("key", "post_id"), renew=("digest", "published_at", "approximate", "shown_at"))
_FORGET = delete(_published).where(_MINE, _published.c.post_id.in_(_OLDEST))


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
        for row in connection.execute(_OF_THESE, {"of": key, "these": wanted[start : start + _IDS_AT_ONCE]}):
            found[row.post_id] = Published(row.digest, row.published_at, row.approximate, row.shown_at)
    return found


def record_published(database: Database, connection: Connection, key: str, items: Mapping[str, Published]) -> None:
    rows = [{"key": key, "post_id": post_id, **vars(item)} for post_id, item in items.items()]
    database.write(connection, _PUT, rows)


def forget_unshown(connection: Connection, key: str, now: datetime) -> None:
    """Drop what no page has shown for `KEPT_FOR`, or what lies beyond the newest `MOST_PER_ACCOUNT`; some at a time.

    What the account shows today stays, however much that is: it would be published anew at each visit.
    """
    crowded_out: datetime | None = connection.execute(_FIRST_BEYOND, {"of": key}).scalar()
    unshown = now - KEPT_FOR
    if crowded_out is not None:
        unshown = max(unshown, min(crowded_out, now - 2 * SHOWN_TO_THE_DAY))
    connection.execute(_FORGET, {"of": key, "unshown": unshown})
