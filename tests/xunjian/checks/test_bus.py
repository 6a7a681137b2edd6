"""Kafka: whether it answers, and has the topics and groups that are needed."""

from collections.abc import Iterable, Mapping

import pytest

from shared.bus.kafka.bus import KafkaBus
from shared.errors import TransientError
from tests.xunjian.checks.signs import only, signs
from xunjian.checks.bus import GROUPS, check_kafka
from xunjian.checks.diagnosis import Sign

TOPICS = {"observations": 3, "observations.dlq": 1, "findings": 3, "findings.dlq": 1}


class FakeBroker:
    def __init__(self, topics: Mapping[str, int] | None = None, refused: Mapping[str, str] | None = None) -> None:
        self.topics = TOPICS if topics is None else topics
        self.refused = refused or {}
        self.is_closed = False

    def partitions(self) -> Mapping[str, int]:
        return self.topics

    def refused_groups(self, groups: Iterable[str]) -> Mapping[str, str]:
        return self.refused

    def close(self) -> None:
        self.is_closed = True


def test_all_topics_there_is_fine_and_the_broker_is_left() -> None:
    broker = FakeBroker()
    check = only(check_kafka(lambda: broker, "kafka:9092", False, ""))
    assert check.line == "✓ 消息总线：Kafka kafka:9092 可用（observations 3 分区、findings 3 分区）"
    assert broker.is_closed


def test_a_missing_topic_fails_unless_it_is_made_at_the_start() -> None:
    broker = FakeBroker({**TOPICS, "findings": 0})
    check = only(check_kafka(lambda: broker, "kafka:9092", False, ""))
    assert check.sign is Sign.FAILED
    assert "缺主题 findings" in check.detail
    assert signs(check_kafka(lambda: broker, "kafka:9092", True, "")) == "△"


def test_a_group_that_is_refused_fails() -> None:
    broker = FakeBroker(refused={"alerter": "GROUP_AUTHORIZATION_FAILED"})
    assert signs(check_kafka(lambda: broker, "kafka:9092", False, "")) == "✓✗"


@pytest.mark.parametrize(
    "error", [TransientError("Kafka 没有应答"), TimeoutError("25 秒内没有应答"), ValueError("port")]
)
def test_one_that_does_not_answer_fails_in_its_own_words(error: Exception) -> None:
    def refuse() -> FakeBroker:
        raise error

    check = only(check_kafka(refuse, "kafka:9092", False, "设置 kafka_bootstrap"))
    assert check.sign is Sign.FAILED
    assert str(error) in check.detail
    assert "设置 kafka_bootstrap" in check.remedy


@pytest.mark.usefixtures("refused_connections")
def test_a_dead_address_is_given_up() -> None:
    bus = KafkaBus("127.0.0.1:1", "doctor", timeout_seconds=1)
    assert signs(check_kafka(lambda: bus, "127.0.0.1:1", False, "")) == "✗"


@pytest.mark.kafka
def test_a_real_broker_tells_its_topics_and_groups(kafka_bootstrap: str) -> None:
    bus = KafkaBus(kafka_bootstrap, "doctor", prefix="doctor-")
    try:
        assert set(bus.partitions().values()) == {0}
        bus.ensure_topics(2, replication=1)
        assert bus.partitions()["doctor-findings"] == 2
        assert bus.refused_groups(GROUPS) == {}
    finally:
        bus.close()
