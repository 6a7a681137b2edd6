"""The analyzer's rows: posts, probes and findings, written in one transaction; and the outbox of findings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update

from shared.account import Account
from shared.clock import FUTURE_TOLERANCE
from shared.events import Finding, FindingStatus, Outcome, Post, Probe
from shared.standing import Standing
from shared.storage import accounts
from shared.storage.database import Database
from shared.storage.findings import findings_held
from shared.storage.standings import write_standing
from shared.storage.tables import PROVES, UNTOLD, metadata
from shared.storage.timeline import HISTORY_POSTS, MOST_FAILURES, Probed, Timeline, counted_newest

_post = metadata.tables["post"]
_probe = metadata.tables["probe"]
_finding = metadata.tables["finding"]

# Asked for every post of a replay: building a statement costs more than running it.
_NEWEST_VERSION = select(func.max(_post.c.observed_at)).where(_post.c.fingerprint == bindparam("of"))


class Judging:
    """One transaction of the analyzer. Everything is as of a moment, so that late or repeated events change nothing."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self.connection = connection
        self._timeline: Timeline | None = None
        self._held: dict[str, list[Finding]] = {}
        self._watched_since: dict[str, datetime | None] = {}

    def serialise(self, key: str) -> None:
        """Of two analyzers that judge one account, one waits until the other's transaction is over."""
        self._database.serialise(self.connection, key)

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is written inside is undone by itself when something raises. Raises TransientError."""
        try:
            with self._database.part(self.connection):
                yield
        except Exception:
            self._timeline = None
            self._held.clear()
            raise

    def account(self, key: str) -> Account | None:
        return accounts.find_account(self.connection, key)

    def watched_since(self, key: str) -> datetime | None:
        if key not in self._watched_since:
            self._watched_since[key] = accounts.watched_since(self.connection, key)
        return self._watched_since[key]

    def add_post(self, post: Post) -> bool:
        """True when this sight of the item was not known. One seen again unchanged is written down too: a version
        between the two may yet arrive."""
        is_new = self._database.add_new(
            self.connection,
            _post,
            fingerprint=post.fingerprint,
            observed_at=post.observed_at,
            key=post.key,
            published_at=post.published_at,
            body=post.model_dump_json(),
        )
        if is_new:
            self._keep_up(post)
        return is_new

    def is_newest(self, post: Post) -> bool:
        """True unless a later version of the item is known already."""
        return self.connection.execute(_NEWEST_VERSION, {"of": post.fingerprint}).scalar() == post.observed_at

    def add_probe(self, probe: Probe) -> bool:
        """True when this look was not known."""
        is_new = self._database.add_new(
            self.connection,
            _probe,
            fingerprint=probe.fingerprint,
            key=probe.key,
            at=probe.at,
            outcome=probe.outcome,
            proves_list=probe.proves_list,
            newest_post_at=counted_newest(probe),
            body=probe.model_dump_json(),
        )
        if is_new:
            self._keep_up(probe)
        return is_new

    def posts(self, key: str, moment: datetime) -> list[Post]:
        """The newest version of each item as known at `moment`, newest published first, at most HISTORY_POSTS."""
        return self._at(key, moment).posts()

    def probed(self, key: str, moment: datetime) -> Probed:
        return self._at(key, moment).looks

    def newest_published(self, key: str, moment: datetime) -> datetime | None:
        """Newest publish time among all items known at `moment`, deleted ones included, future ones not."""
        return self._at(key, moment).newest_published

    def forget_wrong_clocks(self, key: str, moment: datetime) -> None:
        """Probes of a clock that was ahead prove nothing, and their moment would stand before all that comes."""
        ahead = (_probe.c.key == key, _probe.c.at > moment, _probe.c.outcome == Outcome.CLOCK)
        if self.connection.execute(delete(_probe).where(*ahead)).rowcount:
            self._timeline = None

    def latest_at(self, key: str, moment: datetime) -> datetime | None:
        """When the newest probe of all was, also one after `moment`."""
        return self._at(key, moment).latest_at

    def latest_list_at(self, key: str, moment: datetime) -> datetime | None:
        """When the newest look of all was that proved the list, also one after `moment`."""
        return self._at(key, moment).latest_list_at

    def open_findings(self, key: str) -> list[Finding]:
        if key not in self._held:
            rows = select(_finding.c.body).where(_finding.c.key == key, _finding.c.closed_at.is_(None))
            bodies = self.connection.execute(rows.order_by(_finding.c.id)).scalars()
            self._held = {key: [Finding.model_validate_json(body) for body in bodies]}
        return self._held[key]

    def open(self, finding: Finding) -> bool:
        """Write the finding and put its event in the outbox; False when it is open already.

        One that was closed is as if it had not been.
        """
        same = (_finding.c.fingerprint == finding.fingerprint, _finding.c.closed_at.is_(None))
        if self.connection.execute(select(_finding.c.id).where(*same)).first() is not None:
            return False
        self._held.clear()
        insert = self._database.insert(_finding).values(
            fingerprint=finding.fingerprint,
            key=finding.key,
            rule=finding.rule,
            severity=finding.severity,
            opened_at=finding.at,
            status=FindingStatus.OPEN,
            open_told=False,
            close_told=True,
            body=finding.model_dump_json(),
        )
        again = {"closed_at": None, "status": FindingStatus.OPEN, "close_told": True}
        self.connection.execute(insert.on_conflict_do_update(index_elements=["fingerprint", "opened_at"], set_=again))
        return True

    def close(self, finding: Finding, at: datetime, status: FindingStatus) -> None:
        """End the finding's interval; a resolved one goes to the outbox, a superseded one is nobody's news."""
        self._held.clear()
        self.connection.execute(
            update(_finding)
            .where(_finding.c.fingerprint == finding.fingerprint, _finding.c.closed_at.is_(None))
            .values(closed_at=at, status=status, close_told=status is not FindingStatus.RESOLVED)
        )

    def stand(self, standing: Standing, at: datetime, check_at: datetime | None) -> None:
        """Write down where the account stands since `at`; the timer looks again at `check_at` (null: it need not)."""
        write_standing(self.connection, standing, at, check_at)

    def _keep_up(self, event: Post | Probe) -> None:
        timeline = self._timeline
        if timeline is not None and timeline.key == event.key and not timeline.add(event):
            self._timeline = None

    def _at(self, key: str, moment: datetime) -> Timeline:
        timeline = self._timeline
        if timeline is None or timeline.key != key or timeline.moment > moment:
            timeline = self._timeline = self._read(key, moment)
        timeline.move_to(moment)
        return timeline

    def _read(self, key: str, moment: datetime) -> Timeline:
        posts = select(_post.c.body).where(_post.c.key == key)
        known = posts.where(_post.c.observed_at <= moment).order_by(_post.c.observed_at.desc())
        versions = self._bodies(known.limit(2 * HISTORY_POSTS))
        later_posts = self._bodies(posts.where(_post.c.observed_at > moment))
        later_probes = self._bodies(select(_probe.c.body).where(_probe.c.key == key, _probe.c.at > moment))
        return Timeline(
            key,
            moment,
            _looks(self.connection, key, moment),
            versions=[Post.model_validate_json(body) for body in reversed(versions)],
            published=self._published(key, moment),
            later=[
                *(Post.model_validate_json(body) for body in later_posts),
                *(Probe.model_validate_json(body) for body in later_probes),
            ],
        )

    def _published(self, key: str, moment: datetime) -> list[datetime]:
        """Publish times that matter: the newest counted at `moment`, and those dated after it."""
        times = select(_post.c.published_at).where(_post.c.key == key, _post.c.observed_at <= moment)
        line = moment + FUTURE_TOLERANCE
        counted = times.where(_post.c.published_at <= line).order_by(_post.c.published_at.desc()).limit(1)
        ahead = times.where(_post.c.published_at > line)
        return [time for query in (counted, ahead) for time in self.connection.execute(query).scalars()]

    def _bodies(self, query: Select[Any]) -> Sequence[str]:
        return self.connection.execute(query).scalars().all()


class Judgements:
    """The analyzer's side of the store, and what reports ask of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def judging(self) -> Iterator[Judging]:
        """One transaction: posts, probes and findings become visible together or not at all."""
        with self._database.begin() as connection:
            yield Judging(self._database, connection)

    def untold(self) -> list[Finding]:
        """Findings whose event is not known to be on the bus, oldest first (the outbox)."""
        with self._database.read() as connection:
            rows = connection.execute(select(_finding).where(text(UNTOLD)).order_by(_finding.c.id)).all()
        told: list[Finding] = []
        for row in rows:
            finding = Finding.model_validate_json(row.body)
            if not row.open_told:
                told.append(finding)
            if not row.close_told:
                told.append(finding.model_copy(update={"status": FindingStatus(row.status), "at": row.closed_at}))
        return told

    def mark_told(self, findings: Iterable[Finding]) -> None:
        with self._database.begin() as connection:
            for finding in findings:
                opened = finding.status is FindingStatus.OPEN
                moment = _finding.c.opened_at if opened else _finding.c.closed_at
                same = (_finding.c.fingerprint == finding.fingerprint, moment == finding.at)
                values = {"open_told": True} if opened else {"close_told": True}
                connection.execute(update(_finding).where(*same).values(**values))

    def findings_as_of(self, moment: datetime) -> list[Finding]:
        """Findings that held at `moment`, oldest first."""
        with self._database.read() as connection:
            return findings_held(connection, moment)

    def all_probed_as_of(self, moment: datetime) -> dict[str, Probed]:
        """The probes of every account that was ever in the ledger, by key."""
        with self._database.read() as connection:
            keys = connection.execute(select(metadata.tables["account"].c.key).distinct()).scalars().all()
            return {key: _looks(connection, key, moment) for key in keys}


def _looks(connection: Connection, key: str, moment: datetime) -> Probed:
    known = (_probe.c.key == key, _probe.c.at <= moment)
    newest_first = select(_probe.c.body).where(*known).order_by(_probe.c.at.desc())
    latest = connection.execute(newest_first.limit(1)).scalar()
    latest_list = connection.execute(newest_first.where(text(PROVES)).limit(1)).scalar()
    proved = Probe.model_validate_json(latest_list) if latest_list else None
    since = newest_first.where(_probe.c.at > proved.at) if proved else newest_first
    failures = [Probe.model_validate_json(body) for body in connection.execute(since.limit(MOST_FAILURES)).scalars()]
    dated = select(_probe.c.newest_post_at).where(*known, _probe.c.newest_post_at.is_not(None))
    newest: datetime | None = connection.execute(dated.order_by(_probe.c.newest_post_at.desc()).limit(1)).scalar()
    return Probed(Probe.model_validate_json(latest) if latest else None, proved, newest, tuple(reversed(failures)))
