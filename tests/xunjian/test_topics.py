"""`xunjian topics`: what differs is told, what is safe is done, what is not is left to a person."""

import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.bus.kafka.bus import KafkaBus
from shared.bus.topics import FoundTopic, Topic, TopicSettings, declared
from shared.errors import InputError
from tests.builders import a_finding
from xunjian.checks.topics import AddPartitions, Allowed, Configure, Create, Difference, compare
from xunjian.commands.topics import topics_app

WANTED = declared(TopicSettings())
OBSERVATIONS = WANTED[0]


def as_declared(topic: Topic) -> FoundTopic:
    return FoundTopic(topic.partitions, topic.replication, topic.config)


def differences(
    there: FoundTopic | None, allowed: Allowed | None = None, topic: Topic = OBSERVATIONS
) -> list[Difference]:
    found: Mapping[str, FoundTopic] = {} if there is None else {topic.name: there}
    return compare([topic], found, 3, allowed)


def configured(**config: str) -> FoundTopic:
    there = {**OBSERVATIONS.config, **{key.replace("_", "."): value for key, value in config.items()}}
    return replace(as_declared(OBSERVATIONS), config=there)


def test_topics_as_declared_differ_in_nothing() -> None:
    assert compare(WANTED, {topic.name: as_declared(topic) for topic in WANTED}, 3) == []


def test_a_missing_topic_is_made() -> None:
    (one,) = differences(None)
    assert one.step == Create(OBSERVATIONS)


def test_too_few_brokers_are_told_and_nothing_is_made() -> None:
    (one,) = compare([OBSERVATIONS], {}, 1)
    assert one.step is None
    assert "只有 1 个 broker 在线，放不下 3 份副本" in one.remedy
    assert "kafka_topics.replication: 1" in one.remedy


def test_a_used_topic_keyed_by_account_gets_more_partitions_only_when_a_person_says_so() -> None:
    fewer = replace(as_declared(OBSERVATIONS), partitions=6)
    (one,) = differences(fewer)
    assert one.step is None
    assert "同一账号此后的事件会换到别的分区" in one.remedy
    assert [one.step for one in differences(fewer, Allowed(repartition=True))] == [AddPartitions(OBSERVATIONS)]
    assert [one.step for one in differences(replace(fewer, is_unused=True))] == [AddPartitions(OBSERVATIONS)]


def test_fewer_partitions_and_other_copies_are_left_to_a_person() -> None:
    told = differences(replace(as_declared(OBSERVATIONS), partitions=24, replication=1))
    assert [one.step for one in told] == [None, None]
    assert "kafka_topics.partitions 设为 24" in told[0].remedy
    assert "kafka_topics.replication 设为 1" in told[1].remedy


def test_a_copy_more_than_there_is_is_never_asked_for() -> None:
    _, in_sync = differences(replace(configured(min_insync_replicas="1"), replication=1))
    assert in_sync.step is None
    assert "谁也写不进去" in in_sync.remedy


@pytest.mark.parametrize(
    "there",
    [{"cleanup_policy": "compact"}, {"retention_bytes": "1000"}, {"retention_ms": "1000"}, {"max_message_bytes": "9"}],
)
def test_a_setting_that_would_lose_records_is_changed(there: dict[str, str]) -> None:
    (one,) = differences(configured(**there))
    assert one.step == Configure(OBSERVATIONS, next(iter(there)).replace("_", "."))


def test_a_larger_limit_is_left_alone() -> None:
    assert differences(configured(max_message_bytes="9999999")) == []


@pytest.mark.parametrize("longer", ["-1", str(90 * 86_400_000)])
def test_a_shorter_retention_waits_for_a_person(longer: str) -> None:
    (one,) = differences(configured(retention_ms=longer))
    assert one.step is None
    assert "--shorten" in one.remedy
    assert [one.step for one in differences(configured(retention_ms=longer), Allowed(shorten=True))] == [
        Configure(OBSERVATIONS, "retention.ms")
    ]


def test_settings_that_may_not_be_seen_are_not_taken_for_unset() -> None:
    (one,) = differences(replace(as_declared(OBSERVATIONS), config=None))
    assert (one.step, one.what) == (None, "设置不明")


def test_without_kafka_there_is_nothing_to_make(tmp_path: Path) -> None:
    file = tmp_path / "xunjian.yaml"
    file.write_text("data_dir: var\n", "utf-8")
    with pytest.raises(InputError, match="内嵌总线"):
        CliRunner().invoke(topics_app, ["show", "--config", str(file)], catch_exceptions=False)


@pytest.mark.kafka
@pytest.mark.timeout(600)
class TestOnKafka:
    @pytest.fixture
    def prefix(self) -> str:
        return f"topics-{uuid.uuid4().hex[:8]}-"

    @pytest.fixture
    def config(self, tmp_path: Path, kafka_bootstrap: str, prefix: str) -> Path:
        file = tmp_path / "xunjian.yaml"
        shape = "{partitions: 3, replication: 1}"
        file.write_text(
            f"data_dir: var\nkafka_bootstrap: {kafka_bootstrap}\nkafka_prefix: {prefix}\nkafka_topics: {shape}\n",
            "utf-8",
        )
        return file

    @pytest.fixture
    def bus(self, kafka_bootstrap: str, prefix: str) -> Iterator[KafkaBus]:
        with closing(KafkaBus(kafka_bootstrap, "test", prefix=prefix)) as bus:
            yield bus

    def test_what_is_missing_is_made_and_the_second_time_there_is_nothing_to_do(self, config: Path) -> None:
        assert "将新建" in said(1, "apply", "--dry-run", config=config)
        assert "没有" in said(1, "show", "--check", config=config)
        assert said(0, "apply", config=config).count("新建") == 4
        assert said(0, "apply", config=config) == "4 个主题与设定一致\n"
        shown = said(0, "show", "--check", config=config)
        assert "3 分区、1 副本、cleanup.policy=delete" in shown
        assert "与设定一致" in shown

    def test_what_nobody_set_is_shown_only_when_asked_for(self, config: Path, bus: KafkaBus, prefix: str) -> None:
        said(0, "apply", config=config)
        bus.topics.configure(f"{prefix}findings", {"segment.ms": "3600000"})
        observations, _, findings, _, _ = said(0, "show", config=config).splitlines()
        assert observations == (
            f"{prefix}observations：3 分区、1 副本、cleanup.policy=delete、max.message.bytes=1048588、"
            "min.insync.replicas=1、retention.bytes=-1、保留 30 天"
        )
        assert findings.endswith("保留 30 天、segment.ms=3600000")
        assert "compression.type=producer" in said(0, "show", "--all", config=config)

    def test_two_at_once_make_each_topic_once(self, config: Path) -> None:
        command = [sys.executable, "-m", "xunjian", "topics", "apply", "--config", str(config)]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
        told = [one.communicate(timeout=300)[0].decode() for one in both]
        assert [one.returncode for one in both] == [0, 0], told
        assert said(0, "apply", config=config) == "4 个主题与设定一致\n"

    def test_what_differs_is_mended_where_that_is_safe(self, config: Path, bus: KafkaBus, prefix: str) -> None:
        bus.ensure_topics(partitions=2, replication=1)
        bus.topics.configure(f"{prefix}findings", {"retention.ms": "60000", "cleanup.policy": "compact"})
        bus.publish([a_finding()])
        output = said(1, "apply", config=config)
        assert f"增加分区 {prefix}observations：" in output
        assert f"△ {prefix}findings：有 2 个分区" in output
        assert "修改设置" in output
        assert output.endswith("还有 1 处与设定不同\n")
        assert said(0, "apply", "--repartition", config=config).startswith("增加分区")
        found = bus.topics.found([f"{prefix}findings"])[f"{prefix}findings"]
        assert found.partitions == 3
        assert found.config is not None
        assert found.config["cleanup.policy"] == "delete"

    def test_a_single_broker_holds_no_three_copies(self, config: Path) -> None:
        config.write_text(config.read_text("utf-8").replace("replication: 1", "replication: 3"), "utf-8")
        assert "放不下 3 份副本" in said(1, "apply", config=config)


def said(status: int, *arguments: str, config: Path) -> str:
    result = CliRunner().invoke(topics_app, [*arguments, "--config", str(config)], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result.output
