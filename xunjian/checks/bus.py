"""Kafka: there, with the topics and groups that the services need."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Protocol

from shared.errors import XunjianError
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good, some
from xunjian.checks.wording import translated

GROUPS = ("analyzer", "alerter")
_TITLE = "消息总线"


class Broker(Protocol):
    """A bus on a broker; every method raises TransientError."""

    def partitions(self) -> Mapping[str, int]: ...

    def refused_groups(self, groups: Iterable[str]) -> Mapping[str, str]: ...

    def close(self) -> None: ...


def check_kafka(open_broker: Callable[[], Broker], shown: str, creates: bool, place: str) -> Iterable[Diagnosis]:
    """`creates`: the services make missing topics themselves."""
    try:
        with closing(open_broker()) as broker:
            counts = broker.partitions()
            refused = broker.refused_groups(GROUPS)
    except (XunjianError, OSError, ValueError, AssertionError) as error:
        yield failed(
            _TITLE,
            f"Kafka {shown} 不可用（{translated(str(error))}）",
            f"启动 Kafka，核对{place}、kafka_security 与防火墙",
        )
        return
    missing = [topic for topic, count in counts.items() if count == 0]
    if missing and creates:
        yield advice(_TITLE, f"Kafka {shown} 缺主题 {some(missing)}", "启动时会自动建立（kafka_create_topics）")
    elif missing:
        remedy = "请 Kafka 管理员建立这些主题，或设 kafka_create_topics 自动建立（仅供试用）"
        yield failed(_TITLE, f"Kafka {shown} 缺主题 {some(missing)}", remedy)
    else:
        told = "、".join(f"{topic} {count} 分区" for topic, count in counts.items() if not topic.endswith(".dlq"))
        yield good(_TITLE, f"Kafka {shown} 可用（{told}）")
    for group, why in refused.items():
        yield failed(_TITLE, f"消费组 {group} 没有权限（{why}）", f"请 Kafka 管理员授予本用户对该组的读取权限：{group}")
