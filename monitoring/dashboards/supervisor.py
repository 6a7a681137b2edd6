"""主管单位看板: how many accounts there are, how many are in order, which are not, and since when."""

from monitoring.dashboards import variables
from monitoring.dashboards.accounts import COMPLIANT, FILED, OVERDUE, UNVERIFIED, VERIFIED, count, share
from monitoring.dashboards.board import Board, Line, Room
from monitoring.dashboards.colours import BAD, GOOD, STATES, UNKNOWN, WATCH
from monitoring.dashboards.details import ACCOUNTS, FINDINGS
from monitoring.dashboards.looks import Called
from monitoring.dashboards.panels import NOTHING_WRONG, bars, lines, number
from monitoring.dashboards.queries import now, over_time
from monitoring.dashboards.words import PLATFORMS, RULE_NAMES
from monitoring.dashboards.words import STATES as STATE_WORDS

_FORMULA = (
    "合格率＝合格账号数÷已核实账号数。合格：已核实，且没有超期未更新、没有单项否决或扣分问题"
    "（状态为正常、临近超期、请核实）。未能核实的（含待核查、疑似注销）既不算合格，也不算不合格，"
    "不进入分母，另列在“未能核实”；已注销的不计。已核实数、未能核实数、已超期数与每周清单和 xunjian list 一致。"
)
_NOBODY = "还没有核实过的账号"
_SHARE_STEPS = ((None, BAD), (0.8, WATCH), (0.95, GOOD))
_NONE_IS_GOOD = ((None, GOOD), (1, BAD))
_NONE_IS_KNOWN = ((None, GOOD), (1, UNKNOWN))
_OF_PLATFORMS = Called(PLATFORMS)
_MOST = 15
_OTHERS = "账号最多的40个地区各有一项，其余合为“其他”；台账没有填的为“未填”。"

_STATS = Line(
    5,
    [
        (
            6,
            number(
                "账号总数",
                "台账里现有的账号，不含已注销的。",
                now(count(FILED), "账号总数"),
                nothing="台账里没有账号，或分析服务没有运行",
            ),
        ),
        (
            6,
            number(
                "合格率",
                _FORMULA,
                now(share(COMPLIANT, VERIFIED), "合格率"),
                unit="percentunit",
                steps=_SHARE_STEPS,
                decimals=1,
                nothing=_NOBODY,
            ),
        ),
        (
            6,
            number(
                "已超期",
                "已核实，且超过规定期限没有更新的账号（含僵尸账号）。与每周清单的“已超期”一致。",
                now(count(OVERDUE), "已超期"),
                steps=_NONE_IS_GOOD,
            ),
        ),
        (
            6,
            number(
                "未能核实",
                "近来没有看到，因此不能下结论的账号（含待核查、疑似注销）。原因在下面的账号明细里；不等于有问题，也不等于合格。",
                now(count(UNVERIFIED), "未能核实"),
                steps=_NONE_IS_KNOWN,
            ),
        ),
    ],
)

_TRENDS = Line(
    9,
    [
        (
            12,
            lines(
                "账号状态变化",
                "每种状态各有多少账号，不含已注销的；灰色的是未能核实的，不是正常的。",
                over_time(f"sum by (state) ({FILED})", "{{state}}"),
                called=Called({name: word for name, word in STATE_WORDS.items() if name != "cancelled"}, STATES),
                stacked=True,
            ),
        ),
        (
            12,
            lines(
                "合格率与核查覆盖率变化",
                f"{_FORMULA}核查覆盖率＝已核实账号数÷账号总数：它低的时候，合格率只说明了一部分账号。",
                over_time(share(COMPLIANT, VERIFIED), "合格率"),
                over_time(share(VERIFIED, FILED), "核查覆盖率", "B"),
                unit="percentunit",
                called=Called({"合格率": "合格率", "核查覆盖率": "核查覆盖率"}),
                most=1,
                nothing=_NOBODY,
            ),
        ),
    ],
)

_PLATFORMS = Line(
    8,
    [
        (
            8,
            bars(
                "各平台合格率",
                f"{_FORMULA}没有已核实账号的平台不在其中。",
                now(share(COMPLIANT, VERIFIED, "platform"), "{{platform}}"),
                unit="percentunit",
                called=_OF_PLATFORMS,
                steps=_SHARE_STEPS,
                most=1,
                decimals=1,
                nothing=_NOBODY,
            ),
        ),
        (
            8,
            bars(
                "各平台已超期",
                "已核实，且超过规定期限没有更新的账号。",
                now(count(OVERDUE, "platform"), "{{platform}}"),
                called=_OF_PLATFORMS,
                steps=_NONE_IS_GOOD,
            ),
        ),
        (
            8,
            bars(
                "各平台未能核实",
                "不能下结论的账号。某个平台的都在其中，多半是平台不让看，请看运维看板。",
                now(count(UNVERIFIED, "platform"), "{{platform}}"),
                called=_OF_PLATFORMS,
                steps=_NONE_IS_KNOWN,
            ),
        ),
    ],
)

_REGIONS = Line(
    10,
    [
        (
            8,
            bars(
                f"各地区合格率（最低的{_MOST}个）",
                f"{_FORMULA}{_OTHERS}",
                now(f"bottomk({_MOST}, {share(COMPLIANT, VERIFIED, 'region')})", "{{region}}"),
                unit="percentunit",
                steps=_SHARE_STEPS,
                most=1,
                decimals=1,
                nothing=_NOBODY,
            ),
        ),
        (
            8,
            bars(
                f"各地区已超期（最多的{_MOST}个）",
                f"已核实，且超过规定期限没有更新的账号。{_OTHERS}",
                now(f"topk({_MOST}, {count(OVERDUE, 'region')})", "{{region}}"),
                steps=_NONE_IS_GOOD,
            ),
        ),
        (
            8,
            bars(
                f"各地区未能核实（最多的{_MOST}个）",
                f"不能下结论的账号。{_OTHERS}",
                now(f"topk({_MOST}, {count(UNVERIFIED, 'region')})", "{{region}}"),
                steps=_NONE_IS_KNOWN,
            ),
        ),
    ],
)

_OPEN = "xunjian_findings_open{platform=~`${platform:regex}`, severity!=`unverified`}"


def _quantile(share_of: float, histogram: str) -> str:
    """Nothing while none was counted in the time shown."""
    return f"histogram_quantile({share_of}, sum by (le) (increase({histogram}_bucket[$__range]))) >= 0"


_MATTERS = Line(
    9,
    [
        (
            10,
            bars(
                f"未了结的问题（按规则，最多的{_MOST}项）",
                "现在还成立的问题，一个账号可有多条；不按地区筛选，不含“未能核实”。逐条的见下面的问题明细。",
                now(f"topk({_MOST}, sum by (rule) (max by (platform, rule, severity) ({_OPEN})) > 0)", "{{rule}}"),
                unit="suffix: 条",
                called=Called(RULE_NAMES),
                nothing=NOTHING_WRONG,
            ),
        ),
        (
            7,
            number(
                "告知用时",
                "从发现问题到通知送达，所选时间内的通知：一半的不超过前者，九成的不超过后者。按区间估算，不按平台和地区筛选。",
                now(_quantile(0.5, "xunjian_alert_seconds"), "一半"),
                now(_quantile(0.9, "xunjian_alert_seconds"), "九成", "B"),
                unit="s",
                steps=((None, GOOD), (300, WATCH), (3600, BAD)),
                nothing="所选时间内没有通知",
            ),
        ),
        (
            7,
            number(
                "整改用时",
                "从发现问题到问题消除，所选时间内消除的：一半的不超过前者，九成的不超过后者。按区间估算，不按平台和地区筛选。",
                now(_quantile(0.5, "xunjian_fix_seconds"), "一半"),
                now(_quantile(0.9, "xunjian_fix_seconds"), "九成", "B"),
                unit="s",
                steps=((None, GOOD), (3 * 86_400, WATCH), (14 * 86_400, BAD)),
                nothing="所选时间内没有消除的问题",
            ),
        ),
    ],
)

BOARD = Board(
    uid="xunjian-supervisor",
    title="巡检：主管单位",
    description="政务新媒体账号的总体情况、变化、分平台和分地区的情况，以及逐个账号和逐条问题的明细。",
    since="now-30d",
    refresh="5m",
    variables=[
        variables.prometheus(),
        variables.postgres(),
        variables.chosen("platform", "平台", "xunjian_accounts", PLATFORMS),
        variables.chosen("region", "地区", "xunjian_accounts"),
        variables.chosen("state", "状态（明细）", "xunjian_accounts", STATE_WORDS),
        variables.every("regions", "region", "xunjian_accounts"),
    ],
    rooms=[
        Room(None, [_STATS]),
        Room("变化", [_TRENDS]),
        Room("分平台、分地区", [_PLATFORMS, _REGIONS]),
        Room("问题与时效", [_MATTERS]),
        Room("明细", [Line(14, [(24, ACCOUNTS)]), Line(14, [(24, FINDINGS)])]),
    ],
)
