"""Kafka: there, with the topics and groups that the services need."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Protocol

from shared.bus.topics import FoundTopic, Topic
from shared.errors import XunjianError
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good, some
from xunjian.checks.topics import APPLY, Admin, compare
from xunjian.checks.wording import translated

GROUPS = ("analyzer", "alerter")
_TITLE = "消息总线"


class Broker(Protocol):
    """A bus on a broker; every method raises TransientError."""

    @property
    def topics(self) -> Admin: ...

    def refused_groups(self, groups: Iterable[str]) -> Mapping[str, str]: ...

    def close(self) -> None: ...


def check_kafka(
    open_broker: Callable[[], Broker], shown: str, wanted: Sequence[Topic], place: str, *, creates: bool = False
) -> Iterable[Diagnosis]:
    """`creates`: the services make missing topics themselves, in a shape of their own."""
    try:
        with closing(open_broker()) as broker:
            found = broker.topics.found([topic.name for topic in wanted])
            brokers = broker.topics.brokers()
            refused = broker.refused_groups(GROUPS)
    except (XunjianError, OSError, ValueError, AssertionError) as error:
        yield failed(
            _TITLE,
            f"Kafka {shown} 不可用（{translated(str(error))}）",
            f"启动 Kafka，核对{place}、kafka_security 与防火墙",
        )
        return
    yield from _topics(wanted, found, shown, creates)
    if not creates:
        yield from _differing(wanted, found, brokers)
    for group, why in refused.items():
        yield failed(_TITLE, f"消费组 {group} 没有权限（{why}）", f"请 Kafka 管理员授予本用户对该组的读取权限：{group}")


def _topics(wanted: Sequence[Topic], found: Mapping[str, FoundTopic], shown: str, creates: bool) -> Iterator[Diagnosis]:
    missing = [topic.name for topic in wanted if topic.name not in found]
    if missing and creates:
        yield advice(_TITLE, f"Kafka {shown} 缺主题 {some(missing)}", "启动时会自动建立（kafka_create_topics）")
    elif missing:
        yield failed(_TITLE, f"Kafka {shown} 缺主题 {some(missing)}", f"执行 {APPLY} 建立")
    else:
        keyed = [topic.name for topic in wanted if topic.is_keyed]
        told = "、".join(f"{name} {found[name].partitions} 分区" for name in keyed)
        yield good(_TITLE, f"Kafka {shown} 可用（{told}）")


def _differing(wanted: Sequence[Topic], found: Mapping[str, FoundTopic], brokers: int) -> Iterator[Diagnosis]:
    for name, in_sync in _unwritable(found, brokers):
        remedy = "请恢复停掉的 broker；只有这么多时请减小 kafka_topics.replication"
        yield failed(_TITLE, f"{name} 写不进去：在线 {brokers} 个 broker，须有 {in_sync} 份副本才确认", remedy)
    for one in compare([topic for topic in wanted if topic.name in found], found, brokers):
        yield advice(_TITLE, f"{one.topic} {one.what}", one.remedy or f"执行 {APPLY} 调整")


def _unwritable(found: Mapping[str, FoundTopic], brokers: int) -> Iterator[tuple[str, int]]:
    for name, topic in found.items():
        in_sync = int((topic.config or {}).get("min.insync.replicas", 1))
        if brokers < in_sync:
            yield name, in_sync
