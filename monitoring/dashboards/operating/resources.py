"""What the processes and the database take."""

from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from monitoring.dashboards.board import Line
from monitoring.dashboards.looks import override
from monitoring.dashboards.panels import lines, rows
from monitoring.dashboards.queries import Sql, over_time

_OURS = "job=~`xunjian.*`"

_SIZES = """SELECT '整个数据库' AS "表", pg_database_size(current_database()) AS "大小", NULL::bigint AS "行数（约）"
UNION ALL
(SELECT c.relname::text, pg_total_relation_size(c.oid), greatest(c.reltuples, 0)::bigint
FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY 2 DESC
LIMIT 12)"""

LINES = [
    Line(
        9,
        [
            (
                8,
                lines(
                    "进程内存",
                    "各进程占用的内存，不含浏览器。",
                    over_time(f"sum by (job) (process_resident_memory_bytes{{{_OURS}}})", "{{job}}"),
                    unit="bytes",
                ),
            ),
            (
                8,
                lines(
                    "进程处理器占用",
                    "各进程用了几个核，不含浏览器。",
                    over_time(
                        f"sum by (job) (rate(process_cpu_seconds_total{{{_OURS}}}[$__rate_interval]))", "{{job}}"
                    ),
                    unit="suffix: 核",
                ),
            ),
            (
                8,
                rows(
                    "数据库大小",
                    "整个数据库和其中最大的表；行数是数据库自己的估计。",
                    Sql(_SIZES),
                    override("大小", DynamicConfigValue("unit", "bytes"), DynamicConfigValue("custom.width", 110)),
                    override(
                        "行数（约）", DynamicConfigValue("unit", "locale"), DynamicConfigValue("custom.width", 110)
                    ),
                    nothing="没有 PostgreSQL 数据源",
                ),
            ),
        ],
    ),
]
