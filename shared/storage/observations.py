"""Posts and probes as they were observed: written once, read as known at a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, func, insert, select, text, update

from shared.clock import FUTURE_TOLERANCE
from shared.event_json import read
from shared.events import Outcome, Post, Probe
from shared.storage.added import Added, asking
from shared.storage.among import among
from shared.storage.database import Database
from shared.storage.rows import Add
from shared.storage.tables.columns import PROVES
from shared.storage.tables.every import metadata

HISTORY_POSTS = 200
MOST_FAILURES = 20
MOST_LATER = 400
MOST_VERSIONS = 10
LARGEST_NUMBER = 2**63 - 1
"""That a column takes; what a page says may be any."""
_NOBODY = ""

_Latest = tuple[datetime | None, datetime | None]
"""Of an account the moments of the newest probe and of the newest sight of a post."""

_account = metadata.tables["account"]
_post = metadata.tables["post"]
_probe = metadata.tables["probe"]

# Asked for every post and every account: building a statement costs more than running it.
_ADD_POSTS, _ADD_PROBES = Add(_post, keep=True), Add(_probe, keep=True)
_STORED_POSTS, _STORED_PROBES = asking(_post, _post.c.observed_at), asking(_probe, _probe.c.at)
_NEWEST_VERSION = select(func.max(_post.c.observed_at)).where(_post.c.fingerprint == bindparam("of"))
_VERSIONS = (
    select(_post.c.body)
    .where(_post.c.fingerprint == bindparam("of"))
    .order_by(_post.c.observed_at.desc())
    .limit(MOST_VERSIONS)
)
_version = _post.alias()
_NEWEST_OF = select(_post.c.body).where(
    among(_post.c.fingerprint),
    _post.c.observed_at
    == select(func.max(_version.c.observed_at)).where(_version.c.fingerprint == _post.c.fingerprint).scalar_subquery(),
)
_FORGET_AHEAD = (
    update(_probe)
    .where(_probe.c.key == bindparam("of"), _probe.c.at > bindparam("moment"), _probe.c.outcome == Outcome.CLOCK)
    .values(key=_NOBODY)
)

_ITS = _probe.c.fingerprint == bindparam("its")
_WITHDRAW = update(_probe).where(_ITS, _probe.c.key == bindparam("of")).values(key=_NOBODY)
_KNOWN = select(_probe.c.key).where(_ITS)
_OF_THESE = select(_probe.c.body).where(among(_probe.c.fingerprint), _probe.c.key == bindparam("of"))

_MOMENT: BindParameter[datetime] = bindparam("moment")
_LINE: BindParameter[datetime] = bindparam("line")
_OF_POST, _OF_PROBE = _post.c.key == bindparam("of"), _probe.c.key == bindparam("of")
_POSTS = (
    select(_post.c.body)
    .where(_OF_POST, _post.c.observed_at <= _MOMENT)
    # Of what one visit saw, the same is cut off whoever asks and whenever.
    .order_by(_post.c.observed_at.desc(), _post.c.fingerprint)
    .limit(bindparam("most"))
)
_PUBLISHED_SINCE = select(func.count()).select_from(
    select(_post.c.key)
    .where(_OF_POST, _post.c.observed_at <= _MOMENT, _post.c.published_at >= bindparam("since"))
    .limit(HISTORY_POSTS + 1)
    .subquery("bounded")
)
_LATER_POSTS = (
    select(_post.c.body).where(_OF_POST, _post.c.observed_at > _MOMENT).order_by(_post.c.observed_at).limit(MOST_LATER)
)
_LATER_PROBES = select(_probe.c.body).where(_OF_PROBE, _probe.c.at > _MOMENT).order_by(_probe.c.at).limit(MOST_LATER)
_LATEST_AT = select(_probe.c.at).where(_OF_PROBE).order_by(_probe.c.at.desc()).limit(1)
_LATEST_POST_AT = select(_post.c.observed_at).where(_OF_POST).order_by(_post.c.observed_at.desc()).limit(1)
_LATEST_OF = select(
    _account.c.key,
    select(func.max(_probe.c.at)).where(_probe.c.key == _account.c.key).scalar_subquery(),
    select(func.max(_post.c.observed_at)).where(_post.c.key == _account.c.key).scalar_subquery(),
).where(among(_account.c.key), _account.c.until.is_(None))
_LATEST_LIST_AT = _LATEST_AT.where(text(PROVES))
_TIMES = select(_post.c.published_at).where(_OF_POST, _post.c.observed_at <= _MOMENT)
_COUNTED = _TIMES.where(_post.c.published_at <= _LINE).order_by(_post.c.published_at.desc()).limit(1)
_AHEAD = _TIMES.where(_post.c.published_at > _LINE).order_by(_post.c.published_at).limit(MOST_LATER)
_PROBES = (
    select(_probe.c.body, _probe.c.proves_list).where(_OF_PROBE, _probe.c.at <= _MOMENT).order_by(_probe.c.at.desc())
)
_LATEST = _PROBES.limit(1)
_LATEST_LIST = _PROBES.where(text(PROVES)).limit(1)
_FIRST_LIST = (
    select(_probe.c.body).where(_OF_PROBE, text(PROVES), _probe.c.at >= _MOMENT).order_by(_probe.c.at).limit(1)
)
_MOST_TOTAL = select(func.max(_probe.c.posts_total)).where(
    _OF_PROBE, text(PROVES), _probe.c.at.between(bindparam("since"), _MOMENT)
)
_LAST_LIST = (
    select(_probe.c.body).where(_OF_PROBE, text(PROVES), _probe.c.at < _MOMENT).order_by(_probe.c.at.desc()).limit(1)
)
_NOT_PROVED = _PROBES.limit(MOST_FAILURES)
_FAILURES = _PROBES.where(_probe.c.at > bindparam("proved")).limit(MOST_FAILURES)
_NEWEST = (
    select(_probe.c.newest_post_at)
    .where(_OF_PROBE, _probe.c.at <= _MOMENT, _probe.c.newest_post_at.is_not(None))
    .order_by(_probe.c.newest_post_at.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Probed:
    """The probes of one account up to a moment. `failures`: since the last one that proved the list, oldest first."""

    latest: Probe | None
    latest_list: Probe | None
    newest_post_at: datetime | None
    failures: tuple[Probe, ...]


@dataclass(frozen=True)
class Known:
    """What is known of an account at a moment.

    `versions`: items observed up to it, oldest first; `published`: their publish times, those that may matter.
    `later`: what happened after it, up to `reaches` (null: all of it). `latest_at`, `latest_list_at`: the newest probe
    of all, and the newest that proved the list, also those after it.
    """

    probed: Probed
    versions: Sequence[Post]
    published: Sequence[datetime]
    later: Sequence[Post | Probe]
    reaches: datetime | None
    latest_at: datetime | None
    latest_list_at: datetime | None


class Observations:
    """Within one transaction of the analyzer. Whoever adds has the accounts to itself.

    What is added is written down at `write`, or before a question it would answer.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        self._connection = connection
        self._latest: dict[str, _Latest] = {}
        self.posts = Added(database, connection, _ADD_POSTS, _STORED_POSTS, _post_row)
        self.probes = Added(database, connection, _ADD_PROBES, _STORED_PROBES, _probe_row)

    def expect(self, keys: Collection[str], events: Collection[Post | Probe]) -> None:
        """Ask at once which of the events are known, and how far each account is; of others, when it matters."""
        self._latest = {row[0]: (row[1], row[2]) for row in self._connection.execute(_LATEST_OF, {"those": list(keys)})}
        self.posts.expect(event for event in events if isinstance(event, Post))
        self.probes.expect(event for event in events if isinstance(event, Probe))

    def add_posts(self, posts: Sequence[Post]) -> list[Post]:
        """Those of them that were not known, each sight of an item once. One seen again unchanged is written down
        too: a version between the two may yet arrive."""
        new = self.posts.unknown(posts)
        self.posts.add(new)
        return new

    def add_probes(self, probes: Sequence[Probe]) -> list[Probe]:
        """Those of them that were not known."""
        new = self.probes.unknown(probes)
        self.probes.add(new)
        return new

    def write(self) -> None:
        for key in self.posts.unwritten | self.probes.unwritten:
            self._latest.pop(key, None)
        self.posts.write()
        self.probes.write()

    def _write_of(self, key: str) -> None:
        if key in self.posts.unwritten or key in self.probes.unwritten:
            self.write()

    def is_newest(self, post: Post) -> bool:
        """True unless a later version of the item is known already."""
        self._write_of(post.key)
        return self._connection.execute(_NEWEST_VERSION, {"of": post.fingerprint}).scalar() == post.observed_at

    def _newest(self, fingerprint: str) -> Post | None:
        versions = self._connection.execute(_VERSIONS, {"of": fingerprint}).scalars()
        posts = (read(Post, body) for body in versions)
        return next((post for post in posts if post.text is not None), None)

    def shown_before(self, post: Post) -> Post | None:
        """The version of the item before this one that shows its text; null also where ten or more lie in between."""
        self._write_of(post.key)
        versions = (
            read(Post, body) for body in self._connection.execute(_VERSIONS, {"of": post.fingerprint}).scalars()
        )
        return next((one for one in versions if one.observed_at < post.observed_at and one.text is not None), None)

    def newest_of(self, fingerprints: Collection[str]) -> list[Post]:
        """Of some items the newest version that shows its text."""
        self.write()
        bodies = self._connection.execute(_NEWEST_OF, {"those": list(fingerprints)}).scalars()
        posts = [read(Post, body) for body in bodies]
        found = (post if post.text is not None else self._newest(post.fingerprint) for post in posts)
        return [post for post in found if post is not None]

    def forget_wrong_clocks(self, key: str, moment: datetime) -> bool:
        """Probes of a clock that was ahead prove nothing, and their moment would stand before all that comes.

        True when there were. They stay known, as nobody's, so that one that is delivered again is no news.
        """
        self.write()
        self._latest.pop(key, None)
        return self._connection.execute(_FORGET_AHEAD, {"of": key, "moment": moment}).rowcount > 0

    def withdraw(self, look: Probe) -> list[Probe]:
        """What the look withdraws is nobody's from now on, also where it comes only later; those that had come."""
        self.write()
        self._latest.pop(look.key, None)
        those = {"those": list(look.withdraws or ()), "of": look.key}
        known = [read(Probe, body) for body in self._connection.execute(_OF_THESE, those).scalars()]
        for fingerprint in look.withdraws or ():
            withdrawn = {"its": fingerprint, "of": look.key}
            if not self._connection.execute(_WITHDRAW, withdrawn).rowcount and not self._row_of(fingerprint):
                row = _probe_row(look) | {"fingerprint": fingerprint, "key": _NOBODY, "proves_list": False}
                self._connection.execute(insert(_probe).values(**row))
        return known

    def is_withdrawn(self, look: Probe) -> bool:
        """Asked of looks that people had stated something of."""
        row = self._row_of(look.fingerprint)
        return row is not None and row.key == _NOBODY

    def _row_of(self, fingerprint: str) -> Row[Any] | None:
        return self._connection.execute(_KNOWN, {"its": fingerprint}).first()

    def first_list(self, key: str, moment: datetime) -> Probe | None:
        """The first look at or after a moment that proved the list."""
        self._write_of(key)
        body = self._connection.execute(_FIRST_LIST, {"of": key, "moment": moment}).scalar()
        return read(Probe, body) if body else None

    def most_total(self, key: str, since: datetime, until: datetime) -> int:
        """The highest number of items that the platform gave at any look of these that proved the list; 0: none was."""
        self._write_of(key)
        return self._connection.execute(_MOST_TOTAL, {"of": key, "since": since, "moment": until}).scalar() or 0

    def last_list(self, key: str, moment: datetime) -> Probe | None:
        """The last look before a moment that proved the list."""
        self._write_of(key)
        body = self._connection.execute(_LAST_LIST, {"of": key, "moment": moment}).scalar()
        return read(Probe, body) if body else None

    def known(self, key: str, moment: datetime) -> Known:
        """What is known of an account at a moment, bounded however much there is."""
        self._write_of(key)
        asked = {"of": key, "moment": moment}
        latest_at, latest_post_at = self._latest_of(key)
        probed = Probed(None, None, None, ()) if latest_at is None else _probed(self._connection, key, moment)
        came: list[Sequence[Post | Probe]] = []
        latest_list_at = probed.latest_list.at if probed.latest_list else None
        # Of an account that is judged in order there is nothing more to ask.
        if latest_post_at is not None and latest_post_at > moment:
            came.append([read(Post, body) for body in self._all(_LATER_POSTS, asked)])
        if latest_at is not None and latest_at > moment:
            came.append([read(Probe, body) for body in self._all(_LATER_PROBES, asked)])
            latest_list_at = self._connection.execute(_LATEST_LIST_AT, {"of": key}).scalar()
        versions = self._versions(asked) if latest_post_at is not None else []
        return Known(
            probed=probed,
            versions=versions,
            published=self._published(key, moment) if versions else (),
            later=[event for events in came for event in events],
            reaches=min((events[-1].occurred_at for events in came if len(events) == MOST_LATER), default=None),
            latest_at=latest_at,
            latest_list_at=latest_list_at,
        )

    def _versions(self, asked: dict[str, Any]) -> list[Post]:
        """The newest 400, oldest first; only 200 where none before them can be among the 200 items published last."""
        newest = self._newest_versions(asked, HISTORY_POSTS)
        if len(newest) < HISTORY_POSTS or self._are_published_last(newest, asked):
            return newest
        return self._newest_versions(asked, 2 * HISTORY_POSTS)

    def _newest_versions(self, asked: dict[str, Any], most: int) -> list[Post]:
        return [read(Post, body) for body in reversed(self._all(_POSTS, asked | {"most": most}))]

    def _are_published_last(self, versions: Sequence[Post], asked: dict[str, Any]) -> bool:
        """So many items, each with its date, and nothing else dated as late."""
        dates = {post.id: post.published_at for post in versions if post.published_at}
        if len(dates) < HISTORY_POSTS:
            return False
        since = asked | {"since": min(dates.values())}
        return bool(self._connection.execute(_PUBLISHED_SINCE, since).scalar() == HISTORY_POSTS)

    def _latest_of(self, key: str) -> _Latest:
        if key not in self._latest:
            asked = {"of": key}
            probe_at: datetime | None = self._connection.execute(_LATEST_AT, asked).scalar()
            self._latest[key] = probe_at, self._connection.execute(_LATEST_POST_AT, asked).scalar()
        return self._latest[key]

    def _published(self, key: str, moment: datetime) -> list[datetime]:
        """Publish times that matter: the newest counted at `moment`, and those dated after it."""
        asked = {"of": key, "moment": moment, "line": moment + FUTURE_TOLERANCE}
        return [*self._all(_COUNTED, asked), *self._all(_AHEAD, asked)]

    def _all(self, query: Select[Any], asked: dict[str, Any]) -> Sequence[Any]:
        return self._connection.execute(query, asked).scalars().all()


def _probed(connection: Connection, key: str, moment: datetime) -> Probed:
    asked = {"of": key, "moment": moment}
    row = connection.execute(_LATEST, asked).first()
    if row is None:
        return Probed(None, None, None, ())
    latest = read(Probe, row.body)
    newest: datetime | None = connection.execute(_NEWEST, asked).scalar()
    if row.proves_list:
        return Probed(latest, latest, newest, ())
    latest_list = connection.execute(_LATEST_LIST, asked).scalar()
    proved = read(Probe, latest_list) if latest_list else None
    since = (
        connection.execute(_FAILURES, asked | {"proved": proved.at})
        if proved
        else connection.execute(_NOT_PROVED, asked)
    )
    failures = [read(Probe, body) for body in since.scalars()]
    return Probed(latest, proved, newest, tuple(reversed(failures)))


def _post_row(post: Post) -> dict[str, Any]:
    return {
        "fingerprint": post.fingerprint,
        "observed_at": post.observed_at,
        "key": post.key,
        "published_at": post.published_at,
        "body": post.to_json().decode(),
    }


def _probe_row(probe: Probe) -> dict[str, Any]:
    return {
        "fingerprint": probe.fingerprint,
        "key": probe.key,
        "at": probe.at,
        "outcome": probe.outcome,
        "proves_list": probe.proves_list,
        "newest_post_at": probe.counted_newest,
        "posts_total": None if probe.posts_total is None else min(probe.posts_total, LARGEST_NUMBER),
        "body": probe.to_json().decode(),
    }
