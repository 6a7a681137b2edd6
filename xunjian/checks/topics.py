"""The topics as they are beside what they should be: what can be mended without harm, and what a person must decide."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.bus.topics import FoundTopic, Topic

APPLY = "xunjian topics apply"
_DAY_MILLISECONDS = 86_400_000
_AT_LEAST = "max.message.bytes"
_MOVES_ACCOUNTS = (
    "不自动增加：事件按账号分到各分区，增加后同一账号此后的事件会换到别的分区，可能赶在旧分区里还没处理的事件之前；"
    f"请先停采集，等积压归零，再执行 {APPLY} --repartition"
)
_NEVER_FEWER = "Kafka 不能减少分区；请把 kafka_topics.partitions 设为 {count}，或停下各服务、无积压时删掉主题再建"
_MOVES_DATA = "不自动改：要搬动全部数据；请 Kafka 管理员调整副本，或把 kafka_topics.replication 设为 {count}"
_DELETES = f"不自动缩短：更早的消息会立即删去，没处理的也在内；确要缩短请执行 {APPLY} --shorten"
_HIDDEN = "看不到它的设置；请 Kafka 管理员授予 DESCRIBE_CONFIGS 权限"


class Admin(Protocol):
    """What makes a step; every method raises TransientError."""

    def brokers(self) -> int: ...

    def found(self, names: Iterable[str]) -> Mapping[str, FoundTopic]: ...

    def create(self, topic: Topic) -> None: ...

    def add_partitions(self, name: str, count: int) -> None: ...

    def configure(self, name: str, config: Mapping[str, str]) -> None: ...


@dataclass(frozen=True)
class Allowed:
    """What a person has decided may be done."""

    repartition: bool = False
    shorten: bool = False


@dataclass(frozen=True)
class Create:
    topic: Topic

    words = "新建"

    def take(self, admin: Admin) -> None:
        admin.create(self.topic)


@dataclass(frozen=True)
class AddPartitions:
    topic: Topic

    words = "增加分区"

    def take(self, admin: Admin) -> None:
        admin.add_partitions(self.topic.name, self.topic.partitions)


@dataclass(frozen=True)
class Configure:
    topic: Topic
    key: str

    words = "修改设置"

    def take(self, admin: Admin) -> None:
        admin.configure(self.topic.name, {self.key: self.topic.config[self.key]})


Step = Create | AddPartitions | Configure


@dataclass(frozen=True)
class Difference:
    """`step` mends it; where there is none, `remedy` says why not, and what a person can do."""

    topic: str
    what: str
    step: Step | None = None
    remedy: str = ""


def compare(
    wanted: Iterable[Topic], found: Mapping[str, FoundTopic], brokers: int, allowed: Allowed | None = None
) -> list[Difference]:
    allowed = allowed or Allowed()
    told: list[Difference] = []
    for topic in wanted:
        there = found.get(topic.name)
        told += _missing(topic, brokers) if there is None else _differing(topic, there, allowed)
    return told


def shape(topic: Topic | FoundTopic, keys: Container[str] | None = None) -> str:
    """One line of what it is. `keys`: of its settings these alone."""
    told = f"{topic.partitions} 分区、{topic.replication} 副本"
    settings = [pair for pair in sorted((topic.config or {}).items()) if keys is None or pair[0] in keys]
    return told + "".join(f"、{_setting(key, value)}" for key, value in settings)


def _missing(topic: Topic, brokers: int) -> Iterator[Difference]:
    what = f"没有这个主题，应为 {shape(topic)}"
    if brokers >= topic.replication:
        yield Difference(topic.name, what, Create(topic))
        return
    yield Difference(
        topic.name,
        what,
        remedy=f"只有 {brokers} 个 broker 在线，放不下 {topic.replication} 份副本；请恢复或增加 broker，"
        f"只有这么多时请设 kafka_topics.replication: {brokers}，再执行一次",
    )


def _differing(topic: Topic, there: FoundTopic, allowed: Allowed) -> Iterator[Difference]:
    if there.partitions != topic.partitions:
        yield _partitions(topic, there, allowed)
    if there.replication != topic.replication:
        what = f"有 {there.replication} 份副本，应为 {topic.replication} 份"
        yield Difference(topic.name, what, remedy=_MOVES_DATA.format(count=there.replication))
    if there.config is None:
        yield Difference(topic.name, "设置不明", remedy=_HIDDEN)
        return
    for key, value in topic.config.items():
        now = there.config.get(key)
        if now == value or (key == _AT_LEAST and now is not None and int(now) >= int(value)):
            continue
        why_not = _why_not(key, now, value, there.replication, allowed)
        what = f"{_setting(key, now)}，应为 {_setting(key, value)}"
        yield Difference(topic.name, what, None if why_not else Configure(topic, key), why_not)


def _partitions(topic: Topic, there: FoundTopic, allowed: Allowed) -> Difference:
    what = f"有 {there.partitions} 个分区，应为 {topic.partitions} 个"
    if there.partitions > topic.partitions:
        return Difference(topic.name, what, remedy=_NEVER_FEWER.format(count=there.partitions))
    if topic.is_keyed and not there.is_unused and not allowed.repartition:
        return Difference(topic.name, what, remedy=_MOVES_ACCOUNTS)
    return Difference(topic.name, what, AddPartitions(topic))


def _why_not(key: str, now: str | None, value: str, replication: int, allowed: Allowed) -> str:
    """Why a setting is not changed; empty where it may be."""
    if key == "min.insync.replicas" and int(value) > replication:
        return f"不改：只有 {replication} 份副本，改了以后谁也写不进去；请先调整副本数"
    if key == "retention.ms" and not allowed.shorten and _is_shorter(value, now):
        return _DELETES
    return ""


def _is_shorter(milliseconds: str, than: str | None) -> bool:
    return than is not None and (int(than) < 0 or int(milliseconds) < int(than))


def _setting(key: str, value: str | None) -> str:
    if key == "retention.ms" and value is not None and int(value) >= 0:
        return f"保留 {int(value) / _DAY_MILLISECONDS:g} 天"
    return f"{key}={'（未设）' if value is None else value}"
