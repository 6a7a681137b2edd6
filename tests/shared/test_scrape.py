"""A scrape of a large ledger: bounded series, and an answer also while the database is away."""

import os
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice, product

import pytest
from sqlalchemy import insert

from services.alerter.receipts import Reason
from services.analyzer.rules.base import Rule
from services.analyzer.shown import shown
from services.collector.platforms.base import Platform
from shared.errors import TransientError
from shared.events import FindingStatus, Outcome, Severity
from shared.plugins import discover
from shared.runtime.metrics import Answer, Metrics
from shared.state import State
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.builders import NOW, a_finding, an_account

ACCOUNTS = int(os.environ.get("XUNJIAN_TEST_SCRAPE_ACCOUNTS", "6000"))
"""The number of series does not depend on it: here is every platform, region and state that there may be."""
MOST_SERIES = 3000
REGIONS = 120
CHANNELS = 20
PLATFORMS = sorted(discover("services.collector.platforms", Platform))
RULES = sorted(discover("services.analyzer.rules", Rule))
LONG = 300.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('large')}/xunjian.db")
    places = cycle(product(State, PLATFORMS, (f"河山省云川市第{number}区" for number in range(REGIONS))))
    accounts, standings, findings = [], [], []
    for number, (state, platform, region) in enumerate(islice(places, ACCOUNTS)):
        account = an_account(str(number), platform=platform, region=region)
        row = {"key": account.key, "platform": platform, "since": NOW, "body": account.model_dump_json()}
        accounts.append({**row, "cancelled": state is State.CANCELLED})
        standings.append({**row, "state": state, "why": "某原因", "at": NOW, "proved_at": NOW})
        finding = a_finding(platform=platform, account_id=str(number), rule=RULES[number % len(RULES)])
        held = {"fingerprint": str(number), "opened_at": NOW, "status": "open", "severity": finding.severity}
        findings.append({"key": finding.key, "rule": finding.rule, "body": finding.to_json().decode(), **held})
    with store.database.begin() as connection:
        for name, rows in (("account", accounts), ("standing", standings), ("finding", findings)):
            columns = metadata.tables[name].columns.keys()
            kept = [{column: row[column] for column in columns if column in row} for row in rows]
            connection.execute(insert(metadata.tables[name]), kept)
    yield store
    store.close()


def everything(metrics: Metrics) -> None:
    """Whatever one process may have to show, in the all-in-one, after a long life."""
    for platform in PLATFORMS:
        metrics.visit_seconds.labels(platform).observe(1)
        metrics.reader_errors.labels(platform).inc()
        metrics.last_visit.labels(platform).set(1)
        for outcome in Outcome:
            metrics.visits.labels(platform, outcome).inc()
    for rule, status in product(RULES, FindingStatus):
        metrics.findings.labels(rule, status).inc()
    for severity in Severity:
        metrics.fix_seconds.labels(severity).observe(1)
    for number in range(CHANNELS):
        metrics.alert_seconds.labels(f"channel{number}").observe(1)
        for result in ("sent", "retry", "dead", "muted"):
            metrics.deliveries.labels(f"channel{number}", result).inc()
        for reason in Reason:
            metrics.delivery_failures.labels(f"channel{number}", reason).inc()
    metrics.set_channels({f"channel{number}": (True, 1) for number in range(CHANNELS)})
    metrics.set_kept({})


def series(text: bytes) -> list[str]:
    return [line for line in text.decode().splitlines() if not line.startswith("#")]


def test_a_large_ledger_makes_a_bounded_number_of_series(store: Store) -> None:
    metrics = Metrics()
    everything(metrics)
    metrics.ask("store", partial(shown, metrics, store.counting, "cn", NOW), patience_seconds=LONG)
    shown_now = series(metrics.render())
    of_accounts = [line for line in shown_now if line.startswith("xunjian_accounts{")]
    assert len(of_accounts) == len(PLATFORMS) * 41 * len(State)
    assert len(shown_now) < MOST_SERIES
    numbers = [float(line.rpartition(" ")[2]) for line in of_accounts]
    assert sum(numbers) == ACCOUNTS


def test_while_the_database_is_away_everything_else_is_told(store: Store) -> None:
    def away() -> Answer:
        raise TransientError("数据库没有应答")

    metrics = Metrics()
    everything(metrics)
    metrics.ask("store", away, patience_seconds=LONG)
    told = metrics.render().decode()
    assert "xunjian_visits_total{" in told
    assert "xunjian_accounts{" not in told
