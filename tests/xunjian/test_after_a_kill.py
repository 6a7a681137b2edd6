"""A folder that we hold alone: what its last process had in hand when it was killed waits for nobody."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from services.collector.__main__ import build as build_collector
from services.reporter.__main__ import build as build_reporter
from shared.account import Account
from shared.delivery import DeliveryState, Notice
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import Settings
from tests.builders import NOW, an_account
from tests.shared.test_store import a_delivery

HOUR = timedelta(hours=1)
OWNERS = {
    "of another container": "4f1c2d3e-1-0123abcd",
    "whose number another process has now": f"{socket.gethostname()}-{os.getppid()}-0123abcd",
}


@pytest.fixture(params=list(OWNERS.values()), ids=list(OWNERS))
def owner(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with open_host(Settings(data_dir=tmp_path), lambda: NOW, "test") as opened:
        yield opened


def pace_of(account: Account) -> str:
    return account.platform


def test_deliveries_and_notices_are_told_at_once(host: Host, owner: str) -> None:
    host.store.deliveries.enqueue([a_delivery()])
    host.store.notices.post(Notice(kind="dead", subject="ding", text="密钥不对", since=NOW))
    assert host.store.deliveries.claim("inbox", NOW, NOW, HOUR, f"{owner}/inbox/1")
    assert host.store.notices.claim(NOW, HOUR, f"{owner}/inbox/2", not_about="inbox")
    build_alerter(host).close()
    assert host.store.deliveries.claim("inbox", NOW, NOW, HOUR, "new/inbox/1")
    assert host.store.notices.claim(NOW, HOUR, "new/inbox/2", not_about="inbox")


def test_accounts_are_visited_at_once(host: Host, owner: str) -> None:
    host.store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    assert host.store.visits.lease_due("weibo", owner, NOW, HOUR, pace_of)
    build_collector(host).close()
    assert host.store.visits.lease_due("weibo", "new", NOW, HOUR, pace_of)


def test_the_timer_ticks_at_once(host: Host, owner: str) -> None:
    assert host.store.leases.take("timer", owner, NOW, timedelta(minutes=1))
    build_analyzer(host).close()
    assert host.store.leases.take("timer", "new", NOW, timedelta(minutes=1))


def test_a_report_is_written_at_once(host: Host) -> None:
    assert host.store.reports.claim("weekly", "2026-W47", NOW, HOUR, "other")
    build_reporter(host).close()
    assert host.store.reports.claim("weekly", "2026-W47", NOW, HOUR, "other")


def test_on_a_shared_database_the_living_keep_what_they_hold(tmp_path: Path, owner: str) -> None:
    shared = Settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/shared.db")
    with open_host(shared, lambda: NOW, "test") as host:
        host.store.deliveries.enqueue([a_delivery()])
        host.store.deliveries.claim("inbox", NOW, NOW, HOUR, f"{owner}/inbox/1")
        host.store.leases.take("timer", owner, NOW, timedelta(minutes=1))
        host.store.reports.claim("weekly", "2026-W47", NOW, HOUR, "other")
        build_alerter(host).close()
        build_analyzer(host).close()
        build_reporter(host).close()
        assert not host.store.deliveries.claim("inbox", NOW, NOW, HOUR, "new/inbox/1")
        assert not host.store.leases.take("timer", "new", NOW, timedelta(minutes=1))
        assert not host.store.reports.claim("weekly", "2026-W47", NOW, HOUR, "other")
        assert host.store.deliveries.listed()[0].state is DeliveryState.PENDING
