"""Whether accounts are looked at, how that ends, and what it costs."""

from monitoring.dashboards.board import Line
from monitoring.dashboards.colours import BAD, GOOD, UNKNOWN, WATCH
from monitoring.dashboards.looks import Called, handled, numbers
from monitoring.dashboards.panels import NOTHING_WRONG, bars, heat, lines, number
from monitoring.dashboards.queries import buckets, now, over_time
from monitoring.dashboards.words import OUTCOMES, PLATFORMS

_CHOSEN = "platform=~`${platform:regex}`"
_OF_PLATFORMS = Called(PLATFORMS)
_TIMES = "suffix: 次"
_OUTCOME_COLOURS = {
    "ok": GOOD,
    "empty": "#56B4E9",
    "blocked": BAD,
    "login_wall": "#990026",
    "gone": "#7F3C8D",
    "parse_error": WATCH,
    "timeout": "#F0E442",
    "network": "#009E73",
    "crash": "#555555",
    "clock": UNKNOWN,
}


def _of_store(metric: str) -> str:
    return f"max by (platform) ({metric}{{{_CHOSEN}}})"


def _visits(by: str, more: str = "") -> str:
    return f"sum by ({by}) (increase(xunjian_visits_total{{{_CHOSEN}{more}}}[$__rate_interval]))"


_COVERAGE = f"{_of_store('xunjian_accounts_proved')} / ({_of_store('xunjian_accounts_active')} > 0)"
_GOOD_VISITS = f"({_visits('platform', ', outcome=~`ok|empty`')} or 0 * {_visits('platform')})"

_ENDS = Line(
    9,
    [
        (
            12,
            lines(
                "核查结果",
                "每段时间里核查了多少次、结果怎样。只有“已核查”才是证据，其余的一律算未能核实。"
                + handled("XunjianPlatformBlocked"),
                over_time(_visits("outcome"), "{{outcome}}"),
                unit=_TIMES,
                called=Called(OUTCOMES, _OUTCOME_COLOURS),
                stacked=True,
                nothing="所选时间内没有核查",
            ),
        ),
        (
            12,
            lines(
                "核查成功率（按平台）",
                "每段时间里核查成功（已核查，含未见内容）的比例。某个平台忽然降到底，多半是平台改版或不让看。",
                over_time(f"{_GOOD_VISITS} / ({_visits('platform')} > 0)", "{{platform}}"),
                unit="percentunit",
                called=_OF_PLATFORMS,
                most=1,
                nothing="所选时间内没有核查",
            ),
        ),
    ],
)

_REACH = Line(
    8,
    [
        (
            8,
            bars(
                "24小时内核查覆盖率",
                "应当监测的账号里，过去24小时内核查成功过的比例。" + handled("XunjianCoverageLow"),
                now(_COVERAGE, "{{platform}}"),
                unit="percentunit",
                called=_OF_PLATFORMS,
                steps=((None, BAD), (0.8, WATCH), (0.95, GOOD)),
                most=1,
                decimals=1,
            ),
        ),
        (
            8,
            lines(
                "到时间还没有核查的账号",
                "排队等着核查的账号；一直增长，说明按现在的间隔核查不过来。",
                over_time(_of_store("xunjian_visits_due"), "{{platform}}"),
                called=_OF_PLATFORMS,
            ),
        ),
        (
            8,
            number(
                "距上次成功核查",
                "每个平台上一次核查成功是多久以前。",
                now(f"time() - {_of_store('xunjian_last_proved_timestamp_seconds')}", "{{platform}}"),
                unit="s",
                decimals=0,
                called=_OF_PLATFORMS,
                steps=((None, GOOD), (6 * 3600, WATCH), (24 * 3600, BAD)),
                nothing="还没有成功核查过",
            ),
        ),
    ],
)

_TROUBLE = Line(
    6,
    [
        (
            8,
            number(
                "平台是否受阻",
                "整个平台都不让看时为受阻，其账号记为未能核实，不作判断。" + handled("XunjianPlatformBlocked"),
                now(_of_store("xunjian_platform_blocked"), "{{platform}}"),
                unit="none",
                called=_OF_PLATFORMS,
                mappings=[numbers({0: ("正常", GOOD), 1: ("受阻", BAD)})],
                steps=((None, GOOD), (1, BAD)),
            ),
        ),
        (
            8,
            number(
                "受阻后的休息",
                "平台不让看以后，还要歇多久才再去；没有的，就是没有在歇。",
                now(f"{_of_store('xunjian_platform_paused_until_timestamp_seconds')} - time() > 0", "{{platform}}"),
                unit="s",
                decimals=0,
                called=_OF_PLATFORMS,
                steps=((None, WATCH),),
                nothing=NOTHING_WRONG,
            ),
        ),
        (
            8,
            number(
                "读不懂的页面（24小时）",
                "采集到了，但程序读的时候出错；多半是平台改版。" + handled("XunjianPageChanged"),
                now(f"sum by (platform) (increase(xunjian_reader_errors_total{{{_CHOSEN}}}[24h])) > 0", "{{platform}}"),
                unit=_TIMES,
                decimals=0,
                called=_OF_PLATFORMS,
                steps=((None, BAD),),
                nothing=NOTHING_WRONG,
            ),
        ),
    ],
)

_SECONDS = f"sum by (le) (increase(xunjian_visit_seconds_bucket{{{_CHOSEN}}}[$__rate_interval]))"
_SLOWEST = f"sum by (platform, le) (increase(xunjian_visit_seconds_bucket{{{_CHOSEN}}}[$__rate_interval]))"

_COST = Line(
    8,
    [
        (
            12,
            heat(
                "核查用时分布",
                "每段时间里，用时落在各个区间的核查次数，颜色越深次数越多。",
                buckets(_SECONDS),
                nothing="所选时间内没有核查",
            ),
        ),
        (
            12,
            lines(
                "核查用时（九成不超过）",
                "每个平台九成的核查在这个时间以内完成；按区间估算，最长记到60秒。",
                over_time(f"histogram_quantile(0.9, {_SLOWEST}) >= 0", "{{platform}}"),
                unit="s",
                called=_OF_PLATFORMS,
                nothing="所选时间内没有核查",
            ),
        ),
    ],
)

_BROWSER = Line(
    8,
    [
        (
            10,
            lines(
                "浏览器内存",
                "浏览器各进程一共占用的内存；“实际占用”把共用的只算一次。" + handled("XunjianBrowserMemory"),
                over_time("sum by (kind) (xunjian_browser_memory_bytes)", "{{kind}}"),
                unit="bytes",
                called=Called({"pss": "实际占用", "rss": "账面占用"}),
                nothing="浏览器没有在运行",
            ),
        ),
        (
            7,
            number(
                "浏览器启动次数（24小时）",
                "浏览器每隔一定次数会换新的；远多于平常，说明它在反复崩溃。",
                now("sum(increase(xunjian_browser_starts_total[24h]))", "启动次数"),
                unit=_TIMES,
                decimals=0,
                steps=((None, GOOD), (500, WATCH)),
            ),
        ),
        (
            7,
            number(
                "本机时钟误差",
                "采集所在机器的时钟与实际相差多少，几台的取最大；五分钟以内记为0。误差大时不下任何结论。"
                + handled("XunjianClockDiffers"),
                now("max(abs(xunjian_clock_error_seconds))", "误差"),
                unit="s",
                decimals=0,
                steps=((None, GOOD), (300, BAD)),
            ),
        ),
    ],
)

_SESSIONS = Line(
    6,
    [
        (
            12,
            number(
                "登录状态存了多久",
                "为平台保存的登录状态是多久以前写下的。没有设置 storage_state 的没有。",
                now("time() - max by (platform) (xunjian_session_saved_timestamp_seconds)", "{{platform}}"),
                unit="s",
                decimals=0,
                called=_OF_PLATFORMS,
                steps=((None, GOOD), (7 * 86_400, WATCH), (30 * 86_400, BAD)),
                nothing="没有保存登录状态（不登录时正常）",
            ),
        ),
        (
            12,
            number(
                "登录状态还能用多久",
                "保存的登录状态到什么时候失效；到期前请重新登录保存。" + handled("XunjianSessionExpiring"),
                now("min by (platform) (xunjian_session_expires_timestamp_seconds) - time()", "{{platform}}"),
                unit="s",
                decimals=0,
                called=_OF_PLATFORMS,
                steps=((None, BAD), (86_400, WATCH), (7 * 86_400, GOOD)),
                nothing="没有保存登录状态（不登录时正常）",
            ),
        ),
    ],
)

LINES = [_ENDS, _REACH, _TROUBLE, _COST, _BROWSER, _SESSIONS]
