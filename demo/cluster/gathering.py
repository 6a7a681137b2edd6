"""Facts for the checker out of the database and the bus, as they lie there."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, select

from demo.cluster.facts import Found, Observation, Waiting
from shared.bus.contract import Record
from shared.bus.envelope import decode
from shared.event_json import read
from shared.events import Event, Finding, Post, Probe
from shared.storage.database import Database
from shared.storage.tables.every import metadata

_post, _probe, _finding = (metadata.tables[name] for name in ("post", "probe", "finding"))
_delivery, _published = metadata.tables["delivery"], metadata.tables["published"]
_SETTLED = ("sent", "muted")
SOON = timedelta(minutes=15)
"""Longer than any pause after a failure; the rules put off by an hour or more."""


def observations_of(records: Iterable[Record]) -> list[Observation]:
    """Raises PoisonError for a record that is none of ours."""
    return [_observation(event) for record in records if isinstance(event := decode(record.body), Post | Probe)]


def stored(database: Database) -> list[Observation]:
    with database.read() as connection:
        posts = (read(Post, body) for body in _column(connection, _post.c.body))
        probes = (read(Probe, body) for body in _column(connection, _probe.c.body))
        return [_observation(event) for event in (*posts, *probes)]


def published(database: Database) -> set[tuple[str, str, str]]:
    """Account, post, digest: what collectors wrote down after the bus had acknowledged it."""
    with database.read() as connection:
        rows = connection.execute(select(_published.c.key, _published.c.post_id, _published.c.digest))
        return {(key, post_id, digest) for key, post_id, digest in rows}


def findings(database: Database) -> list[Found]:
    with database.read() as connection:
        rows = connection.execute(select(_finding.c.body, _finding.c.opened_at, _finding.c.closed_at)).all()
    return [_found(read(Finding, body), opened_at, closed_at) for body, opened_at, closed_at in rows]


def waiting(database: Database, now: datetime | None = None) -> list[Waiting]:
    """Deliveries that are neither sent nor muted for a reason of the rules. With `now`, what is put off for longer than
    `SOON` (an account of a platform that shuts us out altogether, say) is not due and left out."""
    left = select(_delivery).where(_delivery.c.state.not_in(_SETTLED))
    if now is not None:
        left = left.where(~and_(_delivery.c.state == "pending", _delivery.c.next_attempt_at > now + SOON))
    with database.read() as connection:
        rows = connection.execute(left).all()
    return [Waiting(row.fingerprint[:8].upper(), row.channel, row.state, row.error or "") for row in rows]


def _observation(event: Event) -> Observation:
    if isinstance(event, Post):
        return Observation("post", event.key, event.fingerprint, event.observed_at, event.digest, event.id)
    return Observation("probe", event.key, event.fingerprint, event.occurred_at)


def _found(finding: Finding, opened_at: datetime, closed_at: datetime | None) -> Found:
    return Found(
        number=finding.number,
        key=finding.key,
        rule=finding.rule,
        subject=finding.subject,
        opened_at=opened_at,
        closed_at=closed_at,
        accuses=finding.severity.accuses,
    )


def _column(connection: Connection, column: ColumnElement[str]) -> list[str]:
    return list(connection.execute(select(column)).scalars())
