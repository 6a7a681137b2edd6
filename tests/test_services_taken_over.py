"""What a process was at when it was killed, or frozen, another takes over, on whatever host it runs."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.clock import utc_now
from shared.storage.store import Store, open_store
from tests.apart import Apart, on_kafka, own_database
from tests.builders import an_account
from tests.fakes.raw_server import RawServer
from tests.faults.amount import at_length
from tests.postgres_server import with_tables

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    with own_database(postgres_url) as url:
        yield with_tables(url)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(open_store(database)) as store:
        yield store


@pytest.fixture
def silent() -> Iterator[RawServer]:
    """Takes every connection and never answers."""
    over = threading.Event()

    def hang(_connection: object) -> None:
        over.wait()

    with RawServer(hang) as server:
        yield server
        over.set()


@pytest.mark.fault(1)
@pytest.mark.parametrize("end", [signal.SIGKILL, *at_length(signal.SIGSTOP)])
def test_a_collector_s_account(
    end: signal.Signals, tmp_path: Path, database: str, store: Store, silent: RawServer, kafka_bootstrap: str
) -> None:
    """Both run already, so that none of them can ask the other's process number: as on two hosts."""
    store.accounts.upsert([an_account("1", "feed", url="http://feed.example/rss")], utc_now())
    settings = {"database_url": database, "browser__proxy": silent.url, "browser__timeout_seconds": "300"}
    bus = on_kafka(kafka_bootstrap)
    with Apart("collector", tmp_path / "a", **settings, **bus) as first:
        first.comes_to(lambda: silent.connections == 1)
        with Apart("collector", tmp_path / "b", **settings, **bus) as second:
            second.becomes_ready()
            assert silent.connections == 1
            first.signal(end)
            second.comes_to(lambda: silent.connections == 2)
            (holder,) = store.visits.owners()
            assert f"-{second.pid}-" in holder
            first.signal(signal.SIGCONT) if end is signal.SIGSTOP else None
            time.sleep(3)
            assert store.visits.owners() == [holder]


@pytest.mark.fault(4)
def test_the_timer(tmp_path: Path, database: str, store: Store, kafka_bootstrap: str) -> None:
    settings = {"database_url": database, **on_kafka(kafka_bootstrap)}

    def holder() -> str:
        return "".join(owner for name, owner in store.leases.held() if name == "timer")

    with Apart("analyzer", tmp_path / "a", **settings) as first:
        first.comes_to(holder)
        with Apart("analyzer", tmp_path / "b", **settings) as second:
            second.becomes_ready()
            assert f"-{first.pid}-" in holder()
            first.signal(signal.SIGKILL)
            second.comes_to(lambda: f"-{first.pid}-" not in holder())
