"""Started while broker or database are away, a service waits, says why, and goes on by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.apart import Apart, on_kafka, own_database
from tests.fakes.gate import STARTING_UP, WRONG_PASSWORD, Gate
from tests.faults.amount import at_length
from tests.postgres_server import with_tables

pytestmark = [pytest.mark.kafka, pytest.mark.fault(8), pytest.mark.timeout(300)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """URL of a database of its own, empty."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture
def gate(database: str) -> Iterator[Gate]:
    """Before the database, whose tables are there."""
    url = make_url(with_tables(database))
    with Gate(str(url.host), url.port or 5432) as gate:
        yield gate


def through(gate: Gate, database: str) -> str:
    return make_url(database).set(port=gate.port, host="127.0.0.1").render_as_string(hide_password=False)


def waits(service: Apart, words: str) -> None:
    """Alive, not ready, and says why in Chinese."""
    service.comes_to(lambda: words in service.ask("/readyz")[1])
    assert service.ask("/readyz")[0] == 503
    assert service.ask("/healthz") == (200, "ok\n")
    assert "Traceback" not in service.log_text()


@pytest.mark.parametrize("name", ["analyzer", *at_length("collector", "alerter", "reporter")])
def test_a_database_that_is_away_is_waited_for(
    name: str, tmp_path: Path, database: str, gate: Gate, kafka_bootstrap: str
) -> None:
    with Apart(name, tmp_path, database_url=through(gate, database), **on_kafka(kafka_bootstrap)) as service:
        waits(service, "数据库没有应答")
        gate.refuse(STARTING_UP)
        waits(service, "starting up")
        gate.refuse(WRONG_PASSWORD)
        waits(service, "数据库拒绝了用户名或密码")
        gate.open()
        service.becomes_ready()
        gate.shut()
        waits(service, "数据库没有应答")
        gate.open()
        service.becomes_ready()


@pytest.mark.parametrize("name", ["reporter", *at_length("collector", "analyzer", "alerter")])
def test_tables_that_are_being_made_are_waited_for(
    name: str, tmp_path: Path, database: str, kafka_bootstrap: str
) -> None:
    with Apart(name, tmp_path, database_url=database, **on_kafka(kafka_bootstrap)) as service:
        waits(service, "xunjian db upgrade")
        with_tables(database)
        service.becomes_ready()


@pytest.mark.parametrize("name", ["alerter", *at_length("collector", "analyzer")])
def test_a_broker_that_is_away_is_waited_for(name: str, tmp_path: Path, database: str, kafka_bootstrap: str) -> None:
    host, port = kafka_bootstrap.rsplit(":", 1)
    with Gate(host, int(port)) as broker:
        settings = on_kafka(f"127.0.0.1:{broker.port}")
        with Apart(name, tmp_path, database_url=with_tables(database), **settings) as service:
            waits(service, "Kafka")
            broker.swallow()
            waits(service, "Kafka")
            broker.open()
            service.becomes_ready()


@pytest.mark.parametrize("name", ["collector", *at_length("analyzer", "alerter")])
def test_topics_that_are_missing_are_waited_for(name: str, tmp_path: Path, database: str, kafka_bootstrap: str) -> None:
    settings = on_kafka(kafka_bootstrap)
    own = {**settings, "kafka_create_topics": "0"}
    with Apart(name, tmp_path / "first", database_url=with_tables(database), **own) as service:
        waits(service, "主题")
        with Apart("analyzer", tmp_path / "second", database_url=database, **settings) as other:
            other.becomes_ready()
            service.becomes_ready()
