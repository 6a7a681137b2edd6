"""SIGTERM: whatever is at hand, a service ends in time, with 0, and leaves no process and no lease behind."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from demo.kafka_broker import Broker
from shared.clock import utc_now
from shared.delivery import Delivery
from shared.storage.store import Store, open_store
from tests.apart import Apart, on_kafka, own_database
from tests.builders import a_finding, an_account
from tests.fakes.gate import Gate
from tests.fakes.raw_server import RawServer
from tests.faults.amount import at_length
from tests.postgres_server import with_tables

pytestmark = [pytest.mark.kafka, pytest.mark.fault(34), pytest.mark.timeout(300)]

SHORTEST_GRACE_SECONDS = 30.0
"""What Kubernetes gives unless told otherwise; beyond it a service would be killed."""


HOOK = """
channels:
  inbox: {{type: inbox}}
  hook: {{type: webhook, url: {url}/hook}}
routes:
  - channels: [hook]
"""


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    with own_database(postgres_url) as url:
        yield with_tables(url)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(open_store(database)) as store:
        yield store


def ends_well(service: Apart) -> None:
    service.signal(signal.SIGTERM)
    assert service.ends(SHORTEST_GRACE_SECONDS) == 0, service.log_text()
    assert "Traceback" not in service.log_text()


@pytest.mark.parametrize("name", ["reporter", *at_length("collector", "analyzer", "alerter")])
def test_with_nothing_at_hand(name: str, tmp_path: Path, database: str, kafka_bootstrap: str) -> None:
    with Apart(name, tmp_path, database_url=database, **on_kafka(kafka_bootstrap)) as service:
        service.becomes_ready()
        ends_well(service)
        assert service.logged()[-1]["event"] == "stopped"


@pytest.mark.parametrize("name", ["collector", *at_length("analyzer", "alerter", "reporter")])
def test_while_the_database_answers_nothing(name: str, tmp_path: Path, database: str, kafka_bootstrap: str) -> None:
    url = make_url(database)
    with Gate("127.0.0.1", url.port or 5432) as gate:
        gate.open()
        through = url.set(port=gate.port).render_as_string(hide_password=False)
        with Apart(name, tmp_path, database_url=through, **on_kafka(kafka_bootstrap)) as service:
            service.becomes_ready()
            gate.swallow()
            service.comes_to(lambda: service.ask("/readyz")[0] == 503)
            ends_well(service)


def test_while_the_broker_answers_nothing(tmp_path: Path, database: str) -> None:
    with Broker() as broker:
        settings = on_kafka(broker.bootstrap)
        services = [
            Apart(name, tmp_path / name, database_url=database, **settings)
            for name in ("analyzer", *at_length("collector", "alerter"))
        ]
        try:
            for service in services:
                service.start().becomes_ready()
            for node in broker.nodes:
                node.freeze()
            for service in services:
                service.comes_to(lambda service=service: service.ask("/readyz")[0] == 503)  # type: ignore[misc]
                ends_well(service)
        finally:
            for service in services:
                service.kill()


@pytest.mark.browser
@pytest.mark.parametrize("platform", ["weibo", *at_length("feed")])
def test_while_a_page_does_not_come(
    platform: str, tmp_path: Path, database: str, store: Store, kafka_bootstrap: str
) -> None:
    url = "http://feed.example/rss" if platform == "feed" else None
    store.accounts.upsert([an_account("1234567890", platform, url=url)], utc_now())
    with RawServer(lambda connection: time.sleep(600)) as silent:
        settings = on_kafka(kafka_bootstrap) | {"browser__proxy": silent.url, "browser__timeout_seconds": "120"}
        with Apart("collector", tmp_path, database_url=database, **settings) as service:
            service.comes_to(lambda: silent.connections > 0)
            started = psutil.Process(service.pid).children(recursive=True)
            ends_well(service)
            assert not [one for one in started if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert store.visits.owners() == []
    assert store.standings.latest_probes(platform, 10) == []


def test_while_a_webhook_hangs(tmp_path: Path, database: str, store: Store, kafka_bootstrap: str) -> None:
    finding, now = a_finding(), utc_now()
    with store.judgements.judging() as judging:
        judging.open(finding)
    row = {"fingerprint": finding.fingerprint, "status": finding.status, "unit": "县政府办", "account_key": finding.key}
    waiting = {"channel": "hook", "queued_at": now, "next_attempt_at": now}
    store.deliveries.enqueue([Delivery.model_validate({**row, **waiting, "finding": finding})])
    with RawServer(lambda connection: time.sleep(600)) as silent:
        settings = {"database_url": database, **on_kafka(kafka_bootstrap)}
        with Apart("alerter", tmp_path, HOOK.format(url=silent.url), **settings) as service:
            service.comes_to(lambda: silent.connections > 0)
            ends_well(service)
    assert store.deliveries.claims() == []
    assert len(store.deliveries.listed()) == 1


@pytest.mark.parametrize("name", ["alerter", *at_length("collector", "analyzer", "reporter")])
def test_a_second_signal_ends_it_at_once(name: str, tmp_path: Path, database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings = on_kafka(f"127.0.0.1:{nobody.getsockname()[1]}")
        with Apart(name, tmp_path, database_url=database, **settings) as service:
            service.comes_to(lambda: service.ask("/healthz")[0] == 200)
            service.signal(signal.SIGTERM)
            time.sleep(0.2)  # two at once may be one to the kernel
            if service.process and service.process.poll() is None:
                service.signal(signal.SIGTERM)
            assert service.ends() in (0, 128 + signal.SIGTERM)
