"""Kafka killed, frozen, away at the start, refusing writes, full of poison and of old news."""

import time
from collections.abc import Iterable
from contextlib import closing

import pytest
from kafka import KafkaAdminClient
from kafka.errors import MessageSizeTooLargeError

from demo.kafka.node import Node
from tests.faults.amount import often
from tests.faults.office import CREW, Office
from tests.faults.topics import headers_of, records_of, write
from tests.faults.verdict import violations

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(3600), pytest.mark.usefixtures("refused_connections")]


def none_is_ready(office: Office, names: Iterable[str] = CREW) -> bool:
    """All live, none is ready, and each says that it is Kafka's."""
    answers = [office.ask(name, "/readyz") for name in names]
    lives = {office.ask(name, "/healthz")[0] for name in names} == {200}
    return lives and all(status == 503 and "Kafka" in said for status, said in answers)


@pytest.mark.fault(7)
def test_a_broker_that_was_away_for_a_while_has_lost_nothing(office: Office) -> None:
    office.file(10)
    office.kill_brokers()
    office.file(10)
    office.until(lambda: none_is_ready(office), "nobody is ready without a broker")
    time.sleep(often(2, 60))
    office.restart_brokers()
    office.settle()
    office.await_ready()
    assert violations(office) == []


@pytest.mark.fault(8)
def test_started_while_the_broker_is_away_everybody_waits_and_says_so(office: Office) -> None:
    for name in CREW:
        office.end(name)
    office.kill_brokers()
    office.file(6)
    office.start()
    office.until(lambda: none_is_ready(office), "everybody lives and is not ready")
    assert all(office.runs(name) for name in CREW)
    office.restart_brokers()
    office.await_ready()
    office.settle()
    assert violations(office) == []
    assert "Traceback" not in office.logs_since_begin()


@pytest.mark.fault(9)
def test_a_broker_that_says_nothing_any_more_holds_up_no_end_and_loses_nothing(office: Office) -> None:
    """A black hole: connections stay open, no answer comes."""
    office.file(6)
    office.freeze_brokers()
    office.file(6)
    office.until(lambda: none_is_ready(office), "nobody is ready in a black hole")
    names = CREW if often(0, 1) else ("collector", "analyzer-1", "alerter-1")
    assert {name: office.end(name) for name in names} == dict.fromkeys(names, 0)
    office.restart_brokers()
    office.start()
    office.settle()
    assert violations(office) == []


@pytest.mark.fault(10)
def test_writes_that_too_few_replicas_take_are_repeated_until_they_are_taken(office: Office) -> None:
    """NOT_ENOUGH_REPLICAS with one node of three; NOT_LEADER as nodes fall one after another."""
    for _ in range(often(1, 5)):
        office.kill_brokers(*_some(office, 2))
        office.file(6)
        time.sleep(office.chance.uniform(2, 8))
        office.restart_brokers()
        for node in _some(office, often(1, 3)):
            office.file(4)
            time.sleep(office.chance.uniform(0, 1))
            office.kill_brokers(node)
            office.file(4)
            office.settle()
            office.restart_brokers()
    office.settle()
    assert violations(office) == []


def _some(office: Office, count: int) -> list[Node]:
    return office.chance.sample(office.broker.nodes, count)


@pytest.mark.fault(11)
def test_everything_again_three_times_and_shuffled_changes_nothing(office: Office) -> None:
    office.file(20)
    office.settle()
    before = state_of(office)
    again = [(record.key, record.value) for record in records_of(office.bus, "observations")] * 3
    office.chance.shuffle(again)
    write(office.bus, "observations", again)
    office.until(lambda: not any(office.lag().values()), "the repeats are read")
    office.settle()
    assert state_of(office) == before
    assert violations(office) == []


POISON = {
    "no JSON": b"{",
    "another schema": b'{"event":"post","nonsense":1}',
    "unknown version": b'{"event":"probe","version":99,"platform":"feed","account_id":"1","at":"2026-01-01T00:00:00Z"}',
    "NUL": b"\0\0\0",
    "a lone surrogate": b'{"event":"post","id":"\xed\xa0\x80"}',
    "nothing": b"",
    "deep": b"[" * 100_000,
    "large": b"x" * 1_000_000,
}


@pytest.mark.fault(12)
def test_poison_goes_to_the_dead_letters_with_its_reason_and_the_partitions_go_on(office: Office) -> None:
    office.settle()
    before = len(records_of(office.bus, "observations.dlq"))
    for number in range(4):
        write(office.bus, "observations", [(f"feed/{number}".encode(), body) for body in POISON.values()])
    with pytest.raises(MessageSizeTooLargeError):
        write(office.bus, "observations", [(b"feed/0", b"x" * 5_000_000)])
    office.file(10)
    office.settle()
    dead = [headers_of(record) for record in records_of(office.bus, "observations.dlq")[before:]]
    assert len(dead) == 4 * len(POISON)
    assert all(headers["dlq_reason"] and headers["dlq_topic"].endswith("observations") for headers in dead)
    scraped = office.ask("analyzer-1", "/metrics")[1] + office.ask("analyzer-2", "/metrics")[1]
    assert 'outcome="dead_letter"' in scraped or 'result="dead_letter"' in scraped
    assert violations(office, poison=len(dead)) == []


@pytest.mark.fault(13)
def test_where_no_dead_letter_can_be_written_nothing_is_passed_over(office: Office) -> None:
    office.settle()
    topic = office.bus.prefix + "observations.dlq"
    with closing(KafkaAdminClient(bootstrap_servers=office.broker.bootstrap.split(","))) as admin:
        admin.delete_topics([topic])
        office.until(lambda: topic not in admin.list_topics(), "the dead letters' topic is gone")
    write(office.bus, "observations", [(f"feed/{number}".encode(), b"{") for number in range(8)])
    office.until(lambda: any(office.ask(f"analyzer-{n}", "/readyz")[0] == 503 for n in (1, 2)), "an analyzer says so")
    assert office.lag()["analyzer"] > 0
    office.bus.ensure_topics(4, office.broker.replication)
    office.file(6)
    office.settle()
    office.await_ready()
    office.poison = 0  # with their topic
    assert violations(office, poison=8) == []


def state_of(office: Office) -> list[tuple[object, ...]]:
    """Findings that hold and where accounts stand, whenever that was established."""
    with office.store.database.read() as connection:
        findings = connection.exec_driver_sql("SELECT fingerprint, status, opened_at FROM finding ORDER BY 1, 3").all()
        standings = connection.exec_driver_sql("SELECT key, state, since, until FROM standing ORDER BY 1, 3").all()
        counts = connection.exec_driver_sql("SELECT (SELECT count(*) FROM post), (SELECT count(*) FROM probe)").all()
    return [tuple(row) for row in (*findings, *standings, *counts)]
