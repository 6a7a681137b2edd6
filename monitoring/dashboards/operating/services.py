"""Which processes there are, and whether they are ready."""

from monitoring.dashboards.board import Line
from monitoring.dashboards.colours import BAD, GOOD, WATCH
from monitoring.dashboards.looks import Called, handled, numbers, renamed
from monitoring.dashboards.panels import number, rows
from monitoring.dashboards.queries import labels_now, now
from monitoring.dashboards.words import DUTIES, LOOPS, PARTS, SERVICES

_BAD_BELOW_1 = ((None, BAD), (1, GOOD))
_OURS = "job=~`xunjian.*`"

LINES = [
    Line(
        5,
        [
            (
                6,
                number(
                    "进程在线",
                    "Prometheus 能不能取到各进程的指标；离线的没有在运行，或网络不通。"
                    "同一种有几个的，有一个离线就算。" + handled("XunjianTargetDown"),
                    now(f"min by (job) (up{{{_OURS}}})", "{{job}}"),
                    unit="none",
                    mappings=[numbers({0: ("离线", BAD), 1: ("在线", GOOD)})],
                    steps=_BAD_BELOW_1,
                    nothing="Prometheus 没有配置 job 名以 xunjian 开头的抓取目标",
                ),
            ),
            (
                6,
                number(
                    "进程就绪",
                    "与各进程的 /readyz 一致；未就绪的在等数据库或消息队列，或某项工作反复失败，"
                    "原因在 /readyz 和日志里。同一种有几个的，有一个未就绪就算。" + handled("XunjianNotReady"),
                    now("min by (job) (xunjian_ready)", "{{job}}"),
                    unit="none",
                    mappings=[numbers({0: ("未就绪", BAD), 1: ("就绪", GOOD)})],
                    steps=_BAD_BELOW_1,
                ),
            ),
            (
                6,
                number(
                    "各项工作",
                    "采集、分析、告警、报表最近一轮是否顺利；同一种服务有几个的，有一个不顺利就算。",
                    now("min by (service) (xunjian_service_ok)", "{{service}}"),
                    unit="none",
                    called=Called(LOOPS),
                    mappings=[numbers({0: ("有问题", BAD), 1: ("顺利", GOOD)})],
                    steps=_BAD_BELOW_1,
                ),
            ),
            (
                6,
                number(
                    "数据库与消息队列",
                    "各进程检查时是否应答；有一个进程得不到应答就算。" + handled("XunjianDatabaseAway"),
                    now("min by (part) (xunjian_part_ok)", "{{part}}"),
                    unit="none",
                    called=Called(PARTS),
                    mappings=[numbers({0: ("不通", BAD), 1: ("应答", GOOD)})],
                    steps=_BAD_BELOW_1,
                ),
            ),
        ],
    ),
    Line(
        7,
        [
            (
                8,
                number(
                    "距上一轮结束",
                    "各服务的循环上一次走完一轮是多久以前；采集一轮可能较长，其余应在一分钟以内。",
                    now("time() - max by (service) (xunjian_last_round_timestamp_seconds)", "{{service}}"),
                    unit="s",
                    decimals=0,
                    called=Called(SERVICES),
                    steps=((None, GOOD), (120, WATCH), (300, BAD)),
                ),
            ),
            (
                8,
                number(
                    "定时工作距上次完成",
                    "每项定时工作上一次做完是多久以前。" + handled("XunjianTickMissing"),
                    now("time() - max by (duty) (xunjian_last_success_timestamp_seconds)", "{{duty}}"),
                    unit="s",
                    decimals=0,
                    called=Called(DUTIES),
                    steps=((None, GOOD), (6 * 3600, WATCH), (86_400, BAD)),
                ),
            ),
            (
                8,
                number(
                    "24小时内重启次数",
                    "每个进程在过去24小时内重新启动了几次；反复重启的，看它的日志最后几行。",
                    now(f"sum by (job) (changes(process_start_time_seconds{{{_OURS}}}[24h]))", "{{job}}"),
                    unit="suffix: 次",
                    steps=((None, GOOD), (1, WATCH), (5, BAD)),
                ),
            ),
        ],
    ),
    Line(
        6,
        [
            (
                14,
                rows(
                    "版本",
                    "各进程的程序版本、提交和表结构版本；升级以后应当一致。",
                    labels_now("max by (job, instance, version, commit, schema) (xunjian_build_info)"),
                    *renamed(job="服务", instance="地址", version="程序版本", commit="提交", schema="表结构"),
                ),
            ),
            (
                10,
                rows(
                    "生效的评分规则",
                    "现在生效的规则集和它的版本。",
                    labels_now("max by (rulebook) (xunjian_rulebook_info)"),
                    *renamed(rulebook="规则集"),
                ),
            ),
        ],
    ),
]
