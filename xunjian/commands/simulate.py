"""`xunjian simulate`: what so many accounts need, and what the schedule does with posting timelines."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from services.collector.__main__ import build_platforms
from shared.account import PLATFORM_NAMES
from shared.clock import utc_now
from shared.errors import InputError
from shared.runtime.settings import Settings, load_settings
from shared.storage.store import open_to_read
from xunjian.scale.demand import Population, demand_on
from xunjian.scale.levels import LEVELS, MIX, Level
from xunjian.scale.measured import MEASURED
from xunjian.scale.needs import Keeping, Needs, needs_of
from xunjian.schedule.play import Rules, outcome_of
from xunjian.schedule.shown import lines_of as lines_of_schedule
from xunjian.schedule.timelines import Timeline, saved, stored
from xunjian.shown.sized import lines_of

simulate_app = typer.Typer(help="推算：不访问平台，也不改数据。", no_args_is_help=True)

MOST_ACCOUNTS = MOST_SHARE = 10_000_000
"""Of shares too, so that an office may give its counts of accounts as they are."""


@simulate_app.callback()
def simulate() -> None:
    """Only arithmetic."""


@simulate_app.command()
def scale(
    accounts: Annotated[
        list[int] | None, typer.Option(min=1, max=MOST_ACCOUNTS, help="账号数，可多次给出；不给则为县、市、省、全国")
    ] = None,
    posts_per_day: Annotated[float, typer.Option(min=0.01, max=100, help="每个账号平均每天发布几条")] = 2.5,
    mix: Annotated[str | None, typer.Option(help="各平台占比，如 wechat=55,weibo=18,douyin=14,toutiao=13")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）；没有则按默认设置")] = None,
) -> None:
    """推算一定数量的账号需要多少访问、出口地址、分区、库容、进程和内存，先到极限的是什么。"""
    settings = load_settings(config, needs_store=False)
    levels = [Level(f"{count:,}个账号", count) for count in accounts] if accounts else LEVELS
    shares = shares_of(mix) if mix else MIX
    found = {level: sized(Population(level.accounts, shares, posts_per_day), settings) for level in levels}
    if as_json:
        typer.echo(json.dumps([_row(level, needs) for level, needs in found.items()], ensure_ascii=False, indent=2))
        return
    typer.echo("\n".join(lines_of(found)))


@simulate_app.command()
def schedule(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[文件或文件夹]...", help="保存的订阅源 .xml，或 .csv（列 key,published_at）；不给则用库里的"
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=2, max=365, help="库里最近多少天的发布")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="随机数种子：同样的种子，同样的结果")] = 1,
    failing: Annotated[float, typer.Option(min=0, max=0.9, help="假定多少比例的访问没有结果")] = 0.02,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）；没有则按默认设置")] = None,
) -> None:
    """拿账号实际的发布时间试排访问：每天访问几次、多久发现、提醒晚多少，与固定间隔相比；一个地址能管多少账号。"""
    settings = load_settings(config, needs_store=not files)
    timelines = list(saved(files)) if files else _stored(settings, timedelta(days=days))
    outcome = outcome_of(timelines, Rules(seed=seed, failing=failing))
    if outcome is None:
        raise InputError("发布时间", "太少，排不出来：至少要有一个账号发布过两次、前后六小时；请加大 --days 或另给文件")
    intervals = {name: platform.min_interval_seconds for name, platform in build_platforms(settings).items()}
    typer.echo("\n".join(lines_of_schedule(outcome, intervals)))


def _stored(settings: Settings, period: timedelta) -> list[Timeline]:
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError("数据库", "还没有数据；请先运行 xunjian run，或给出保存的订阅源文件")
    now = utc_now()
    with closing(store):
        return list(stored(store, now - period, now))


def sized(population: Population, settings: Settings) -> Needs:
    """Raises InputError for unusable settings."""
    platforms = build_platforms(settings)
    demands = [
        demand_on(population, name, platforms[name].min_interval_seconds, MEASURED.visit_seconds)
        for name in population.mix
    ]
    topics = settings.kafka_topics
    keeping = Keeping(
        settings.retention_days, settings.sketch_days, topics.retention_days, topics.replication, topics.partitions
    )
    return needs_of(population, demands, keeping, MEASURED)


def shares_of(mix: str) -> Mapping[str, float]:
    """`wechat=55,weibo=45` as shares of one. Raises InputError."""
    given: dict[str, float] = {}
    for part in mix.split(","):
        name, _, share = part.strip().partition("=")
        if name not in PLATFORM_NAMES:
            raise InputError("--mix", f"没有平台“{name}”；可用的有：{'、'.join(PLATFORM_NAMES)}")
        if name in given:
            raise InputError("--mix", f"{name} 写了两次")
        try:
            given[name] = float(share)
        except ValueError:
            raise InputError("--mix", f"{name} 的占比“{share}”不是数；如 {name}=55") from None
        if not 0 < given[name] <= MOST_SHARE:
            raise InputError("--mix", f"{name} 的占比须大于 0，不大于 {MOST_SHARE:,}")
    return {name: share / sum(given.values()) for name, share in given.items()}


def _row(level: Level, needs: Needs) -> dict[str, Any]:
    platforms = [
        asdict(demand) | {"addresses": demand.addresses, "addresses_for_one_a_day": demand.addresses_for_one_a_day}
        for demand in needs.platforms
    ]
    return {"level": level.name, "accounts": level.accounts} | asdict(needs) | {"platforms": platforms}
