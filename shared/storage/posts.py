"""The posts that are stored, for who reads them all: in small parts, each in a transaction of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, exists, func, or_, select, text

from shared.clock import FUTURE_TOLERANCE
from shared.export import EXPORT
from shared.storage.database import Database
from shared.storage.tables.columns import PROVES
from shared.storage.tables.every import metadata

_MOST = 500
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_post = metadata.tables["post"]
_probe = metadata.tables["probe"]
_newer = _post.alias("newer")
_published = func.coalesce(_post.c.published_at, _post.c.observed_at)
# A quote within a text is escaped in JSON, so no page can write this.
_OF_EXPORT = _probe.c.body.contains(f'"source":"{EXPORT}:', autoescape=True)
_BATCH = (
    select(_post.c.fingerprint, _post.c.body)
    .where(
        _post.c.key == bindparam("of"),
        _published >= bindparam("since", type_=_post.c.observed_at.type),
        _published < bindparam("until", type_=_post.c.observed_at.type),
        or_(
            _post.c.observed_at > bindparam("last_at", type_=_post.c.observed_at.type),
            and_(_post.c.observed_at == bindparam("last_at"), _post.c.fingerprint > bindparam("last")),
        ),
        # Lets the index begin where the last part ended.
        _post.c.observed_at >= bindparam("last_at"),
        ~exists().where(_newer.c.fingerprint == _post.c.fingerprint, _newer.c.observed_at > _post.c.observed_at),
    )
    .order_by(_post.c.observed_at, _post.c.fingerprint)
    .limit(_MOST)
)
# Asked of the last row alone: making a time of each costs as much as reading it.
_OBSERVED_AT = select(func.max(_post.c.observed_at)).where(_post.c.fingerprint == bindparam("of"))


class Posts:
    """Reading what the analyzer has written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first_observed(self, fingerprint: str) -> datetime | None:
        """When an item was first observed, in whatever version; null where none is stored."""
        first = select(func.min(_post.c.observed_at)).where(_post.c.fingerprint == fingerprint)
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(first).scalar()
        return moment

    def newest_known(self, key: str, now: datetime) -> datetime | None:
        """The newest publish time that any look at the account showed, those that lie ahead left out."""
        line = now + FUTURE_TOLERANCE
        item, look = _post.c.published_at, _probe.c.newest_post_at
        asked = (
            select(func.max(item)).where(_post.c.key == key, item <= line),
            select(func.max(look)).where(_probe.c.key == key, look <= line),
        )
        with self._database.read() as connection:
            return max(filter(None, (connection.execute(one).scalar() for one in asked)), default=None)

    def proved_at(self, key: str) -> datetime | None:
        """When the list of the account was last proven by any source but exports: their days are stated by people, and
        may be stated anew."""
        proved = select(func.max(_probe.c.at)).where(_probe.c.key == key, text(PROVES), ~_OF_EXPORT)
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(proved).scalar()
        return moment

    def published(self, key: str, since: datetime, until: datetime) -> Iterator[list[str]]:
        """The newest version of each item of the account published from `since` to before `until`, oldest first.

        The events' own JSON. An item without a publish time counts by when it was first observed so. Raises
        TransientError.
        """
        place = {"last_at": _BEGINNING, "last": ""}
        asked = {"of": key, "since": since, "until": until}
        while True:
            with self._database.read() as connection:
                rows = connection.execute(_BATCH, asked | place).all()
                is_last = len(rows) < _MOST
                if not is_last:
                    last = rows[-1].fingerprint
                    place = {"last_at": connection.execute(_OBSERVED_AT, {"of": last}).scalar_one(), "last": last}
            if rows:
                yield [body for _, body in rows]
            if is_last:
                return
