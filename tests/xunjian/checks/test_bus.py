"""Kafka: whether it answers, and has the topics and groups that are needed."""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from shared.bus.kafka.bus import KafkaBus
from shared.bus.topics import FoundTopic, Topic, TopicSettings, declared
from shared.errors import TransientError
from tests.xunjian.checks.signs import only, signs
from xunjian.checks.bus import check_kafka
from xunjian.checks.diagnosis import Sign

WANTED = declared(TopicSettings(partitions=3, replication=1))
TOPICS = {topic.name: FoundTopic(topic.partitions, topic.replication, topic.config) for topic in WANTED}


class FakeTopics:
    def __init__(self, topics: Mapping[str, FoundTopic], brokers: int) -> None:
        self.there = topics
        self.online = brokers

    def brokers(self) -> int:
        return self.online

    def found(self, names: Iterable[str]) -> Mapping[str, FoundTopic]:
        return {name: self.there[name] for name in names if name in self.there}

    def create(self, topic: Topic) -> None:
        raise AssertionError("a check changes nothing")

    def add_partitions(self, name: str, count: int) -> None:
        raise AssertionError("a check changes nothing")

    def configure(self, name: str, config: Mapping[str, str]) -> None:
        raise AssertionError("a check changes nothing")


class FakeBroker:
    def __init__(
        self, topics: Mapping[str, FoundTopic] | None = None, refused: Mapping[str, str] | None = None, brokers: int = 3
    ) -> None:
        self.topics = FakeTopics(TOPICS if topics is None else topics, brokers)
        self.refused = refused or {}
        self.is_closed = False

    def refused_groups(self, groups: Iterable[str]) -> Mapping[str, str]:
        return self.refused

    def close(self) -> None:
        self.is_closed = True


def test_all_topics_there_is_fine_and_the_broker_is_left() -> None:
    broker = FakeBroker()
    check = only(check_kafka(lambda: broker, "kafka:9092", WANTED, ""))
    assert check.line == "✓ 消息总线：Kafka kafka:9092 可用（observations 3 分区、findings 3 分区）"
    assert broker.is_closed


def test_a_missing_topic_fails_unless_it_is_made_at_the_start() -> None:
    broker = FakeBroker({name: topic for name, topic in TOPICS.items() if name != "findings"})
    check = only(check_kafka(lambda: broker, "kafka:9092", WANTED, ""))
    assert check.sign is Sign.FAILED
    assert "缺主题 findings" in check.detail
    assert "xunjian topics apply" in check.remedy
    assert signs(check_kafka(lambda: broker, "kafka:9092", WANTED, "", creates=True)) == "△"


def test_a_topic_of_another_shape_is_told_with_its_remedy() -> None:
    broker = FakeBroker(TOPICS | {"findings": replace(TOPICS["findings"], partitions=2)})
    _, differing = check_kafka(lambda: broker, "kafka:9092", WANTED, "")
    assert (differing.sign, differing.detail) == (Sign.ADVICE, "findings 有 2 个分区，应为 3 个")
    assert "--repartition" in differing.remedy


def test_too_few_brokers_to_write_to_fails() -> None:
    wanted = declared(TopicSettings(partitions=3))
    there = {topic.name: FoundTopic(topic.partitions, topic.replication, topic.config) for topic in wanted}
    assert signs(check_kafka(lambda: FakeBroker(there, brokers=2), "kafka:9092", wanted, "")) == "✓"
    assert signs(check_kafka(lambda: FakeBroker(there, brokers=1), "kafka:9092", wanted, "")) == "✓✗✗✗✗"


def test_a_group_that_is_refused_fails() -> None:
    broker = FakeBroker(refused={"alerter": "GROUP_AUTHORIZATION_FAILED"})
    assert signs(check_kafka(lambda: broker, "kafka:9092", WANTED, "")) == "✓✗"


@pytest.mark.parametrize(
    "error", [TransientError("Kafka 没有应答"), TimeoutError("25 秒内没有应答"), ValueError("port")]
)
def test_one_that_does_not_answer_fails_in_its_own_words(error: Exception) -> None:
    def refuse() -> FakeBroker:
        raise error

    check = only(check_kafka(refuse, "kafka:9092", WANTED, "设置 kafka_bootstrap"))
    assert check.sign is Sign.FAILED
    assert str(error) in check.detail
    assert "设置 kafka_bootstrap" in check.remedy


@pytest.mark.usefixtures("refused_connections")
def test_a_dead_address_is_given_up() -> None:
    bus = KafkaBus("127.0.0.1:1", "doctor", timeout_seconds=1)
    assert signs(check_kafka(lambda: bus, "127.0.0.1:1", WANTED, "")) == "✗"


@pytest.mark.kafka
def test_a_real_broker_tells_its_topics_and_groups(kafka_bootstrap: str) -> None:
    prefix = f"doctor-{uuid.uuid4().hex[:8]}-"
    wanted = declared(TopicSettings(partitions=3, replication=1), prefix)

    def open_one() -> KafkaBus:
        return KafkaBus(kafka_bootstrap, "doctor", prefix=prefix)

    assert signs(check_kafka(open_one, kafka_bootstrap, wanted, "")) == "✗"
    with closing(open_one()) as bus:
        bus.topics.ensure(wanted)
    assert signs(check_kafka(open_one, kafka_bootstrap, wanted, "")) == "✓"
