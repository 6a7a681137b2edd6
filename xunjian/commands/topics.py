"""`xunjian topics`: the topics on Kafka beside what the settings say they should be, and making them so."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Protocol, cast

import typer

from shared.bus.topics import FoundTopic, Topic, declared
from shared.clock import utc_now
from shared.errors import InputError, TransientError
from shared.runtime.opening import open_bus
from shared.runtime.settings import Settings, load_settings
from xunjian.checks.topics import Admin, Allowed, Difference, Step, compare, shape

topics_app = typer.Typer(help="Kafka 主题：分区、副本、保留时间与设定是否一致，以及新建和调整。", no_args_is_help=True)

AS_DECLARED, DIFFERS = 0, 1

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


class _Bus(Protocol):
    topics: Admin

    def close(self) -> None: ...


@topics_app.command()
def show(
    check: Annotated[bool, typer.Option("--check", help="与设定不一致时退出码为 1")] = False,
    everything: Annotated[bool, typer.Option("--all", help="也列出沿用集群默认值的设置")] = False,
    config: Config = None,
) -> None:
    """每个主题现在的样子，与设定（kafka_topics）哪里不同；什么也不改。"""
    settings = load_settings(config)
    wanted = declared(settings.kafka_topics, settings.kafka_prefix)
    with _admin(settings) as admin:
        found = admin.found([topic.name for topic in wanted])
        told = compare(wanted, found, admin.brokers())
    for topic in wanted:
        there = found.get(topic.name)
        typer.echo(f"{topic.name}：{'没有' if there is None else _shape(topic, there, everything)}")
        for one in told:
            if one.topic == topic.name:
                typer.echo(f"  △ {_line(one)}")
    typer.echo("与设定一致" if not told else f"有 {len(told)} 处与设定不同；调整请执行 xunjian topics apply")
    raise typer.Exit(DIFFERS if check and told else AS_DECLARED)


@topics_app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说要做什么，不做")] = False,
    repartition: Annotated[
        bool, typer.Option("--repartition", help="用过的主题也增加分区（先停采集、等积压归零）")
    ] = False,
    shorten: Annotated[bool, typer.Option("--shorten", help="也缩短保留时间（更早的消息会删去）")] = False,
    config: Config = None,
) -> None:
    """新建缺少的主题，把分区和设置调到设定的样子；可能丢数据或打乱次序的不自动做，逐条说明。可反复执行。

    退出码：0 已与设定一致，1 还有不一致的（--dry-run 时：有要做的），2 设置有误或 Kafka 不可用。
    """
    settings = load_settings(config)
    wanted = declared(settings.kafka_topics, settings.kafka_prefix)
    allowed = Allowed(repartition, shorten)
    with _admin(settings) as admin:
        left = _differences(admin, settings, allowed)
        for one in left:
            typer.echo(f"{_sign(one, dry_run)} {one.topic}：{_line(one)}")
            if one.step is not None and not dry_run:
                _take(one.step, admin)
        if not dry_run:
            left = _differences(admin, settings, allowed)
    typer.echo(f"{len(wanted)} 个主题与设定一致" if not left else f"还有 {len(left)} 处与设定不同")
    raise typer.Exit(DIFFERS if left else AS_DECLARED)


def _shape(topic: Topic, there: FoundTopic, everything: bool) -> str:
    """Kafka tells some 35 settings of a topic, most of which nobody ever set."""
    return shape(there, None if everything else topic.config.keys() | there.own)


def _take(step: Step, admin: Admin) -> None:
    """What is refused of one topic keeps nothing back from the others."""
    try:
        step.take(admin)
    except TransientError as error:
        typer.echo(f"  ✗ 没有做成：{error}")


def _differences(admin: Admin, settings: Settings, allowed: Allowed) -> list[Difference]:
    wanted = declared(settings.kafka_topics, settings.kafka_prefix)
    return compare(wanted, admin.found([topic.name for topic in wanted]), admin.brokers(), allowed)


@contextmanager
def _admin(settings: Settings) -> Iterator[Admin]:
    if settings.kafka_bootstrap is None:
        raise InputError("kafka_bootstrap", "没有设置，用的是内嵌总线，没有主题要建；分开运行时请写 Kafka 的地址")
    bus = cast(_Bus, open_bus(settings.model_copy(update={"kafka_create_topics": 0}), utc_now, "topics"))
    with closing(bus):
        yield bus.topics


def _sign(one: Difference, dry_run: bool) -> str:
    if one.step is None:
        return "△"
    return "将" + one.step.words if dry_run else one.step.words


def _line(one: Difference) -> str:
    return f"{one.what} → {one.remedy}" if one.remedy else one.what
