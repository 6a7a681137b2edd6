"""The needs of several sizes side by side, as lines for a terminal and for a document."""

from collections.abc import Iterator, Mapping

from rich.cells import cell_len

from shared.account import PLATFORM_NAMES
from xunjian.scale.demand import PlatformDemand
from xunjian.scale.levels import Level
from xunjian.scale.needs import Needs

WIDEST_NAME = 34
WIDEST_CELL = 11


def lines_of(found: Mapping[Level, Needs]) -> Iterator[str]:
    """One column a level; then, for each, what gives way first and the next step."""
    yield _line("", [level.name for level in found])
    yield _line("账号", [f"{level.accounts:,}" for level in found])
    everyone = list(found.values())
    yield _line("每天访问（按账号节奏）", [f"{needs.visits_a_day:,.0f}" for needs in everyone])
    for place, first in enumerate(everyone[0].platforms):
        yield from _platform(first.platform, [needs.platforms[place] for needs in everyone])
    yield _line("事件，每秒", [_number(needs.events) for needs in everyone])
    yield _line("事件，最忙一小时每秒", [_number(needs.peak_events) for needs in everyone])
    yield _line("套数（每套一个出口地址）", [f"{needs.installations:,}" for needs in everyone])
    yield _line("分析进程", [f"{needs.analyzers:,}" for needs in everyone])
    yield _line("每套 observations 的分区", [f"{needs.partitions}" for needs in everyone])
    yield _line("消息总线磁盘 GiB（含副本）", [_number(needs.bus_gib) for needs in everyone])
    yield _line("数据库 GiB，一个月后", [_number(needs.month_gib) for needs in everyone])
    yield _line("数据库 GiB，一年后", [_number(needs.year_gib) for needs in everyone])
    yield _line("浏览器占 CPU 核", [_number(needs.browser_cores) for needs in everyone])
    yield _line("进程，各套合计", [f"{needs.pods:,}" for needs in everyone])
    yield _line("内存 GiB，含总线和数据库", [_number(needs.memory_gib) for needs in everyone])
    for level, needs in found.items():
        yield ""
        yield f"{level.name}，一套系统、每平台一个出口地址："
        for limit in needs.limits:
            yield f"  {_filled(limit.name, WIDEST_NAME + 6)}{limit.use:>7.0%}  不够时：{limit.next_step}"


def _platform(platform: str, demands: list[PlatformDemand]) -> Iterator[str]:
    name = PLATFORM_NAMES[platform]
    yield _line(f"{name}：地址（按节奏）", [f"{demand.addresses:,}" for demand in demands])
    yield _line("　　地址（每天一次）", [f"{demand.addresses_for_one_a_day:,}" for demand in demands])
    yield _line("　　一个地址时多久轮到（小时）", [_number(demand.hours_between(1)) for demand in demands])


def _line(name: str, cells: list[str]) -> str:
    return (
        _filled(name, WIDEST_NAME) + "".join(" " * max(1, WIDEST_CELL - cell_len(cell)) + cell for cell in cells)
    ).rstrip()


def _filled(text: str, width: int) -> str:
    return text + " " * max(0, width - cell_len(text))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"
