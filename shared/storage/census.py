"""How many of what there are: the numbers that gauges show. Each question is one consistent view."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import JSON, ColumnElement, Connection, and_, case, cast, func, select, type_coerce

from shared.account import WHOLE_PLATFORM
from shared.state import State
from shared.storage.accounts import in_force
from shared.storage.backed_up import backups
from shared.storage.database import Database
from shared.storage.leases import FOLLOWED
from shared.storage.tables.every import metadata

_account = metadata.tables["account"]
_finding = metadata.tables["finding"]
_lease = metadata.tables["lease"]
_pace = metadata.tables["pace"]
_report = metadata.tables["report"]
_standing = metadata.tables["standing"]
_visit = metadata.tables["visit"]

PROVED_WITHIN = timedelta(hours=24)
"""An account is covered while its list was proved so lately: twice the longest the collector waits after a failure."""
MOST_REGIONS = 40
OTHERS, NOWHERE = "其他", "未填"
MOST_CHARACTERS = 60

Labels = tuple[str, ...]
Numbers = Mapping[Labels, float]


@dataclass(frozen=True)
class Census:
    """Keys are label values. `regions` of `accounts` are those of the ledger, the smaller ones together as 其他."""

    accounts: Numbers = field(default_factory=dict)
    """(platform, region, state)"""
    active: Numbers = field(default_factory=dict)
    proved: Numbers = field(default_factory=dict)
    last_proved: Numbers = field(default_factory=dict)
    """As Unix time, like every moment here."""
    findings: Numbers = field(default_factory=dict)
    """(platform, rule, severity)"""
    blocked: Numbers = field(default_factory=dict)
    paused_until: Numbers = field(default_factory=dict)
    due: Numbers = field(default_factory=dict)
    reports: Numbers = field(default_factory=dict)
    backups: Numbers = field(default_factory=dict)
    """(result)"""
    leases: Numbers = field(default_factory=dict)


class Counting:
    """Asks only. Raises TransientError when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._region = _region_on(database)

    def census(self, now: datetime) -> Census:
        """As of now. It looks through the whole ledger: ask seldom, and not in a round."""
        with self._database.read() as connection:
            accounts, proved, last_proved = self._accounts(connection, now)
            active = Counter[Labels]()
            for (platform, _, state), number in accounts.items():
                active[(platform,)] += number if state != State.CANCELLED else 0
            findings, blocked = _findings(connection)
            return Census(
                accounts=bounded(accounts, MOST_REGIONS),
                active=dict(active),
                proved={key: proved.get(key, 0) for key in active},
                last_proved=last_proved,
                findings=findings,
                blocked={key: int(key in blocked) for key in active.keys() | blocked},
                paused_until=_paused(connection),
                due={**dict.fromkeys(active, 0), **_due(connection, now)},
                reports=_reports(connection, now),
                backups=backups(connection, now),
                leases=_leases(connection, now),
            )

    def _accounts(
        self, connection: Connection, now: datetime
    ) -> tuple[Counter[Labels], Counter[Labels], dict[Labels, float]]:
        counts, proved, last = Counter[Labels](), Counter[Labels](), dict[Labels, datetime]()
        is_proved = case((_standing.c.proved_at > now - PROVED_WITHIN, 1), else_=0)
        by = (_account.c.platform, self._region.label("region"), _account.c.cancelled, _standing.c.state)
        told = (func.count().label("number"), func.sum(is_proved).label("proved"))
        joined = _account.outerjoin(_standing, and_(_standing.c.key == _account.c.key, _standing.c.until.is_(None)))
        rows = select(*by, *told, func.max(_standing.c.proved_at).label("last")).select_from(joined)
        for row in connection.execute(rows.where(in_force()).group_by(*by)):
            state = State.CANCELLED if row.cancelled else State(row.state or State.WAITING)
            counts[row.platform, _named(row.region), str(state)] += row.number
            proved[(row.platform,)] += 0 if row.cancelled else row.proved
            if row.last is not None:
                last[(row.platform,)] = max(row.last, last.get((row.platform,), row.last))
        return counts, proved, {key: moment.timestamp() for key, moment in last.items()}


def bounded(counts: Mapping[Labels, int], most: int) -> dict[Labels, float]:
    """Of (platform, region, state): the `most` regions with most accounts, of equals by name; the others as one."""
    sizes = Counter[str]()
    for (_, region, _), number in counts.items():
        sizes[region] += number
    largest = set(sorted(sizes, key=lambda region: (-sizes[region], region))[:most])
    together = Counter[Labels]()
    for (platform, region, state), number in counts.items():
        together[platform, region if region in largest else OTHERS, state] += number
    return dict(together)


def _named(region: str | None) -> str:
    """Dashboards quote it with back quotes, where one of its own would end the expression of every panel."""
    words = " ".join((region or "").split()).replace("`", "'")
    return words[:MOST_CHARACTERS] or NOWHERE


def _region_on(database: Database) -> ColumnElement[str]:
    body = _account.c.body
    # PostgreSQL reads no part of a body in which NUL stands anywhere; as monitoring/provisioning/grafana.sql.
    is_server = database.engine.dialect.name == "postgresql"
    whole = cast(func.replace(body, r"\u0000", r"\ufffd"), JSON) if is_server else type_coerce(body, JSON)
    region: ColumnElement[str] = whole["region"].as_string()
    return region


def _findings(connection: Connection) -> tuple[dict[Labels, float], set[Labels]]:
    counts, blocked = Counter[Labels](), set[Labels]()
    by = (_finding.c.key, _finding.c.rule, _finding.c.severity)
    for row in connection.execute(select(*by).where(_finding.c.closed_at.is_(None))):
        platform, _, account_id = row.key.partition("/")
        counts[platform, row.rule, row.severity] += 1
        if account_id == WHOLE_PLATFORM:
            blocked.add((platform,))
    return dict(counts), blocked


def _paused(connection: Connection) -> dict[Labels, float]:
    rows = select(_pace.c.key, _pace.c.paused_until).where(_pace.c.key == _pace.c.platform)
    return {
        (row.key,): row.paused_until.timestamp()
        for row in connection.execute(rows.where(_pace.c.paused_until.is_not(None)))
    }


def _due(connection: Connection, now: datetime) -> dict[Labels, float]:
    rows = select(_visit.c.platform, func.count().label("number")).where(_visit.c.next_at <= now)
    return {(row.platform,): row.number for row in connection.execute(rows.group_by(_visit.c.platform))}


def _reports(connection: Connection, now: datetime) -> dict[Labels, float]:
    rows = select(_report.c.report, func.max(_report.c.written_at).label("at")).where(_report.c.written_at <= now)
    return {(row.report,): row.at.timestamp() for row in connection.execute(rows.group_by(_report.c.report))}


def _leases(connection: Connection, now: datetime) -> dict[Labels, float]:
    rows = connection.execute(select(_lease.c.name, _lease.c.owner, _lease.c.until).where(_lease.c.name != FOLLOWED))
    return {(row.name,): int(row.owner is not None and row.until is not None and row.until > now) for row in rows}
