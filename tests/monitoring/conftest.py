"""One running system for all tests of dashboards, since it takes a while until it has done its work."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from demo.world import Behaviour, DemoPost
from shared.runtime.health import HealthServer
from shared.runtime.metrics import Metrics
from shared.runtime.vitals import Vitals
from shared.storage.store import open_store
from tests.monitoring.running import Running, running
from tests.paths import ROOT

GRAFANA_SQL = ROOT / "monitoring/provisioning/grafana.sql"
MESSAGES = 11
ELSEWHERE = "xunjian-elsewhere"


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[tuple[Metrics, int]]:
    """A process of ours that suffers what the stand-in cannot do to a real one, and its port."""
    metrics = Metrics()
    server = HealthServer("127.0.0.1", 0, metrics, Vitals())
    yield metrics, server.port
    server.close()


@pytest.fixture(scope="package")
def here(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, elsewhere: tuple[Metrics, int]
) -> Iterator[Running]:
    """The demonstration has done its work, and Prometheus has been told."""
    more = {ELSEWHERE: [f"127.0.0.1:{elsewhere[1]}"]}
    with running(tmp_path_factory.mktemp("watched"), postgres_url, more) as here:
        give_grafana(here.database_url)
        done = "sum(xunjian_accounts) - sum(xunjian_accounts{state='waiting'} or vector(0))"
        # Held against the ledger: a scrape that came too late leaves nothing of either, and nothing equals nothing.
        here.wait(lambda: here.number(done) == len(here.world.accounts()), "every account to be judged")
        here.wait(lambda: len(list((here.folder / "inbox").glob("*.txt"))) >= MESSAGES, "the messages")
        here.wait(lambda: here.number("sum(xunjian_deliveries_total{result='sent'})") >= MESSAGES, "their count")
        yield here


def give_grafana(url: str) -> None:
    """What a database administrator does once, see monitoring/provisioning/grafana.sql."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(GRAFANA_SQL.read_text("utf-8").replace("%", "%%"))
    engine.dispose()


@pytest.fixture(scope="package")
def broken(here: Running, elsewhere: tuple[Metrics, int]) -> Running:
    """Whatever the dashboards tell of trouble has happened, and of a matter that was mended."""
    now = datetime.now(UTC)
    here.world.behave("weibo", Behaviour.CAPTCHA)
    here.world.publish("wechat/MzAwMDAwMDAwMg==", DemoPost(now, "恢复更新。"))
    here.world.publish("wechat/MzAwMDAwMDAwMQ==", DemoPost(now, "网上赌场注册送彩金，加群领取投注网址。"))
    shutil.rmtree(here.folder / "paper")
    (here.folder / "paper").write_text("a file where the folder was", encoding="utf-8")
    poison(here.folder / "data/xunjian.db")
    with closing(open_store(here.database_url)) as store:
        assert store.reports.claim("weekly", "2026-11-16", now, timedelta(minutes=5), "a test")
        store.reports.record_written("weekly", "2026-11-16", now)
        store.visits.make_all_due(now)
    suffer(elsewhere[0])
    return here


def poison(file: Path) -> None:
    """A record that is no event, on the embedded bus."""
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        connection.execute(
            "INSERT INTO bus_log (topic, key, body, headers, stored_at) VALUES ('observations', 'k', x'7b', '{}', ?)",
            (datetime.now(UTC).isoformat(),),
        )


def suffer(metrics: Metrics) -> None:
    """Once before a scrape and once after it, so that something grew."""
    for _ in range(2):
        metrics.reader_errors.labels("weibo").inc()
        time.sleep(3)
