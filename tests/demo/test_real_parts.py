"""The real Kafka and PostgreSQL of the demonstration: killed, frozen, resumed, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from demo.child import Child, end_left_over
from demo.kafka_broker import Broker, missing_programs
from demo.postgres import Postgres, programs
from shared.bus.kafka.bus import KafkaBus
from shared.events import Outcome, Probe
from tests.demo.eventually import eventually
from tests.paths import ROOT

needs_kafka = pytest.mark.skipif(bool(missing_programs()), reason="no java, no mvn: nothing to start a Kafka with")
needs_postgres = pytest.mark.skipif(programs() is None, reason="no PostgreSQL server: install Debian's `postgresql`")


def lives(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return shown.stdout.strip()[:1] not in ("", "Z")


def probe(number: int) -> Probe:
    return Probe(platform="weibo", account_id=str(number), at=datetime.now(UTC), outcome=Outcome.OK)


@pytest.fixture(scope="module")
def three() -> Iterator[Broker]:
    with Broker(nodes=3) as broker:
        bus = KafkaBus(broker.bootstrap, "test")
        bus.ensure_topics(partitions=3, replication=3)
        bus.close()
        yield broker


def test_what_a_killed_starter_had_running_ends_with_it(tmp_path: Path) -> None:
    words = "import sys, time, pathlib\nfrom demo.child import Child\n"
    words += "child = Child(['sleep', '600'], pathlib.Path(sys.argv[1]) / 'log')\nchild.start()\n"
    words += "print(child.pid, flush=True)\ntime.sleep(600)\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    starter = subprocess.Popen([sys.executable, "-c", words, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert lives(pid)
        starter.kill()
    assert eventually(lambda: not lives(pid))


def test_a_left_over_is_known_by_its_command_line(tmp_path: Path) -> None:
    other = Child(["sleep", "600"], tmp_path / "log")
    other.start()
    (tmp_path / "pid").write_text(f"{other.pid}\n")
    end_left_over(tmp_path / "pid", str(tmp_path))
    assert lives(other.pid)
    (tmp_path / "pid").write_text(f"{other.pid}\n")
    end_left_over(tmp_path / "pid", "sleep 600")
    assert not lives(other.pid)
    other.kill()


@pytest.mark.kafka
@needs_kafka
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("refused_connections")
def test_of_three_nodes_one_may_be_killed_or_frozen_and_of_two_the_writes_wait(three: Broker) -> None:
    bus = KafkaBus(three.bootstrap, "test", timeout_seconds=90)
    first, second, _ = three.nodes
    bus.publish([probe(1)])
    first.kill()
    bus.publish([probe(2)])
    first.resume()
    second.freeze()
    assert second.is_frozen
    bus.publish([probe(3)])
    first.kill()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(bus.publish, [probe(4)])
        time.sleep(2)
        assert not waiting.done()
        three.resume()
        waiting.result()
    bus.close()


@pytest.mark.kafka
@needs_kafka
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("refused_connections")
def test_a_kept_kafka_goes_on_with_its_records_after_a_kill(tmp_path: Path) -> None:
    broker = Broker(folder=tmp_path / "kafka").start()
    bus = KafkaBus(broker.bootstrap, "test")
    bus.ensure_topics(partitions=1, replication=1)
    bus.publish([probe(1)])
    bus.close()
    broker.kill()
    with Broker(folder=tmp_path / "kafka") as again:
        bus = KafkaBus(again.bootstrap, "test")
        subscription = bus.subscribe("reader", ["observations"])
        assert eventually(lambda: bool(subscription.poll(1)))
        subscription.close()
        bus.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not tmp_path: what lies above it may be closed to the server's own user."""
    with TemporaryDirectory(prefix="xunjian-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@needs_postgres
class TestPostgres:
    def test_what_was_committed_is_there_after_a_kill(self) -> None:
        with Postgres(password="a-secret") as server:
            place = server.url.replace("+psycopg", "")
            with psycopg.connect(place) as connection:
                connection.execute("CREATE TABLE kept (number int)")
                connection.execute("INSERT INTO kept VALUES (1)")
            server.kill()
            assert not server.answers()
            server.resume()
            with psycopg.connect(place) as connection:
                assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(place.replace("a-secret", "another"))

    def test_frozen_it_is_silent_and_goes_on_where_it_was(self) -> None:
        with Postgres() as server, psycopg.connect(server.url.replace("+psycopg", "")) as connection:
            server.freeze()
            assert server.is_frozen
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(server.url.replace("+psycopg", ""), connect_timeout=2)
            server.resume()
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_a_kept_one_goes_on_and_what_was_left_running_is_ended(self, open_folder: Path) -> None:
        first = Postgres(open_folder / "database").start()
        with Postgres(open_folder / "database") as second:
            assert second.port == first.port
            assert eventually(lambda: not first.is_running)
            first.kill()
            with psycopg.connect(second.url.replace("+psycopg", "")) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_nothing_is_left_behind(self) -> None:
        server = Postgres().start()
        folder = server._folder
        server.stop()
        assert folder is not None
        assert not folder.exists()
        assert not server.is_running


def test_an_order_to_end_is_obeyed_or_enforced(tmp_path: Path) -> None:
    obedient, stubborn = (
        Child([sys.executable, "-c", words], tmp_path / "log")
        for words in (
            "import time; time.sleep(600)",
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
        )
    )
    obedient.start()
    assert obedient.end(30) == -signal.SIGTERM
    stubborn.start()
    assert eventually(lambda: "deaf" in (tmp_path / "log").read_text())
    assert stubborn.end(0.2) == -signal.SIGKILL
