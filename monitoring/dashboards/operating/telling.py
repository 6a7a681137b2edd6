"""Whether what was found reaches people: messages, channels, reports."""

from monitoring.dashboards.board import Line
from monitoring.dashboards.colours import BAD, GOOD, WATCH
from monitoring.dashboards.looks import Called, handled, numbers
from monitoring.dashboards.panels import NOTHING_WRONG, lines, number
from monitoring.dashboards.queries import called, now, over_time
from monitoring.dashboards.words import HOOKS, KEPT, REASONS, REPORTS, RESULTS

_RESULT_COLOURS = {"sent": GOOD, "retry": WATCH, "dead": BAD, "muted": "#999999"}

LINES = [
    Line(
        8,
        [
            (
                12,
                lines(
                    "通知投递",
                    "每段时间里投递了多少条通知、结果怎样。",
                    over_time(
                        "sum by (result) (increase(xunjian_deliveries_total[$__rate_interval]))",
                        "{{result}}",
                    ),
                    unit="suffix: 条",
                    called=Called(RESULTS, _RESULT_COLOURS),
                    stacked=True,
                ),
            ),
            (
                12,
                lines(
                    "投递失败",
                    "每段时间里没有投递成的次数，按渠道和原因。" + handled("XunjianDeliveryFailing"),
                    over_time(
                        called(
                            "topk(10, sum by (channel, reason) "
                            "(increase(xunjian_delivery_failures_total[$__rate_interval])) > 0)",
                            "reason",
                            REASONS,
                        ),
                        "{{channel}}：{{called}}",
                    ),
                    unit="suffix: 次",
                    nothing=NOTHING_WRONG,
                ),
            ),
        ],
    ),
    Line(
        6,
        [
            (
                6,
                number(
                    "渠道",
                    "连续失败太多次的渠道会停用，改由别的渠道告诉运维人员。" + handled("XunjianChannelOff"),
                    now("max by (channel) (xunjian_channel_off)", "{{channel}}"),
                    unit="none",
                    mappings=[numbers({0: ("可用", GOOD), 1: ("已停用", BAD)})],
                    steps=((None, GOOD), (1, BAD)),
                ),
            ),
            (
                6,
                number(
                    "渠道连续失败",
                    "每个渠道连着失败了几次；成功一次即为0。",
                    now("max by (channel) (xunjian_channel_failures)", "{{channel}}"),
                    unit="suffix: 次",
                    steps=((None, GOOD), (1, WATCH), (5, BAD)),
                ),
            ),
            (
                6,
                number(
                    "等人处理的通知",
                    "多次投递不成而放弃的，和没有接收方的；都留着，处理后可以重发。"
                    + handled("XunjianUndeliverableKept"),
                    now("max by (state) (xunjian_deliveries_kept)", "{{state}}"),
                    unit="suffix: 条",
                    called=Called(KEPT),
                    steps=((None, GOOD), (1, BAD)),
                ),
            ),
            (
                6,
                number(
                    "发现到送达（九成不超过）",
                    "从发现问题到通知送达，所选时间内九成的不超过；按区间估算。",
                    now(
                        "histogram_quantile(0.9, sum by (channel, le) "
                        "(increase(xunjian_alert_seconds_bucket[$__range]))) >= 0",
                        "{{channel}}",
                    ),
                    unit="s",
                    steps=((None, GOOD), (300, WATCH), (3600, BAD)),
                    nothing="所选时间内没有通知",
                ),
            ),
        ],
    ),
    Line(
        6,
        [
            (
                8,
                number(
                    "距上次写出报表",
                    "每种报表上一次写出是多久以前；每周清单应当不超过7天。",
                    now("time() - max by (report) (xunjian_report_written_timestamp_seconds)", "{{report}}"),
                    unit="s",
                    decimals=0,
                    called=Called(REPORTS),
                    steps=((None, GOOD), (8 * 86_400, BAD)),
                    nothing="还没有写出过报表",
                ),
            ),
            (
                8,
                number(
                    "应写而未写的报表",
                    "到了时间还没有写出的；原因在报表服务的日志里。" + handled("XunjianReportLate"),
                    now("max by (report) (xunjian_reports_late)", "{{report}}"),
                    unit="suffix: 期",
                    called=Called(REPORTS),
                    steps=((None, GOOD), (1, BAD)),
                ),
            ),
            (
                8,
                number(
                    "转发的系统告警（24小时）",
                    "Alertmanager 发来的告警，转发了几次、拒绝了几次；没有使用 Alertmanager 的都是0。",
                    now("sum by (result) (increase(xunjian_hooks_total[24h]))", "{{result}}"),
                    unit="suffix: 次",
                    decimals=0,
                    called=Called(HOOKS),
                    nothing="告警服务没有运行",
                ),
            ),
        ],
    ),
]
