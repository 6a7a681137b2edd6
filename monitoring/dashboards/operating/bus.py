"""Whether what was collected is judged in time, and what could not be."""

from monitoring.dashboards.board import Line
from monitoring.dashboards.colours import BAD, GOOD
from monitoring.dashboards.looks import Called, handled, numbers
from monitoring.dashboards.panels import NOTHING_WRONG, bars, lines, number
from monitoring.dashboards.queries import now, over_time
from monitoring.dashboards.words import GROUPS, LEASES, RULE_NAMES, TOPICS

LINES = [
    Line(
        8,
        [
            (
                8,
                lines(
                    "积压",
                    "消息队列里还没有处理完的记录；一直增长，说明分析或告警跟不上。" + handled("XunjianLagGrowing"),
                    over_time("max by (group) (xunjian_bus_lag_records)", "{{group}}"),
                    unit="suffix: 条",
                    called=Called(GROUPS),
                ),
            ),
            (
                8,
                lines(
                    "处理的记录",
                    "分析和告警每秒处理完多少条（不含死信）。",
                    over_time(
                        "sum by (topic) (rate(xunjian_events_total{result!=`dead_letter`}[$__rate_interval]))",
                        "{{topic}}",
                    ),
                    unit="suffix: 条/秒",
                    called=Called(TOPICS),
                ),
            ),
            (
                8,
                number(
                    "死信",
                    "处理不了、另外放着的记录，原因在该服务的日志里，搜 dead_letter。" + handled("XunjianDeadLetters"),
                    now("max by (topic) (xunjian_dead_letters) > 0", "{{topic}}"),
                    unit="suffix: 条",
                    called=Called(TOPICS),
                    steps=((None, BAD),),
                    nothing=NOTHING_WRONG,
                ),
            ),
        ],
    ),
    Line(
        7,
        [
            (
                16,
                bars(
                    "新发现的问题",
                    "所选时间内新发现的问题，最多的10种。某一种忽然很多，先查是不是误报。",
                    now(
                        "topk(10, sum by (rule) (increase(xunjian_findings_total{status=`open`}[$__range])) > 0)",
                        "{{rule}}",
                    ),
                    unit="suffix: 条",
                    called=Called(RULE_NAMES),
                    decimals=0,
                    nothing="所选时间内没有新发现的问题",
                ),
            ),
            (
                8,
                number(
                    "值班",
                    "按时限检查账号的工作，同一时间只由一个分析进程做；过去10分钟里有没有进程在做。",
                    now("max by (lease) (max_over_time(xunjian_lease_held{lease=`timer`}[10m]))", "{{lease}}"),
                    unit="none",
                    called=Called(LEASES),
                    mappings=[numbers({0: ("没有", BAD), 1: ("有", GOOD)})],
                    steps=((None, BAD), (1, GOOD)),
                ),
            ),
        ],
    ),
]
