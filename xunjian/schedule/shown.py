"""What playing the schedule found, as lines for a terminal."""

from collections.abc import Iterator, Mapping

from services.collector.schedule import served_per_day
from shared.account import PLATFORM_NAMES
from xunjian.schedule.play import Outcome


def lines_of(outcome: Outcome, intervals: Mapping[str, float]) -> Iterator[str]:
    """`intervals`: by platform, the least seconds between two visits."""
    fixed = outcome.fixed_looks_per_day
    yield f"账号 {outcome.accounts} 个，其间发布 {outcome.pushes} 次（同一分钟发的几条算一次）"
    yield f"每个账号每天访问：本系统 {outcome.looks_per_day:.1f} 次；固定间隔要同样快，须 {fixed:.1f} 次"
    yield f"　少访问 {fixed / outcome.looks_per_day:.2f} 倍" if fixed > outcome.looks_per_day else "　没有少访问"
    yield f"发现新内容平均晚 {outcome.mean_delay:.0f} 分钟（固定间隔同）"
    yield f"　95% 在 {outcome.delay_95:.0f} 分钟内（固定间隔 {outcome.fixed_delay_95:.0f} 分钟）"
    if outcome.lines:
        yield f"超期提醒 {outcome.lines} 次，最晚的晚 {outcome.latest_warning:.1f} 分钟"
    else:
        yield "其间没有账号到超期提醒的时候"
    yield "按各平台的访问间隔，一个出口地址、一个登录会话能管的账号（按上面的次数；括号里是每天只看一次）："
    for name, interval in intervals.items():
        served = served_per_day(interval)
        count = f"{served / outcome.looks_per_day:,.0f} 个（{served:,.0f} 个）"
        yield f"　{PLATFORM_NAMES.get(name, name)}：间隔 {interval:g} 秒，{count}"
