"""运维看板: whether every part of the system does its work, from the look at a page to the message that was taken."""

from monitoring.dashboards import variables
from monitoring.dashboards.board import Board, Room
from monitoring.dashboards.operating import bus, collecting, resources, services, telling
from monitoring.dashboards.words import PLATFORMS

BOARD = Board(
    uid="xunjian-operations",
    title="巡检：运维",
    description="采集、分析、告警、报表各服务的运行情况；出了问题怎样处理，见各图的说明和 docs/监控.md。",
    since="now-6h",
    refresh="30s",
    variables=[
        variables.prometheus(),
        variables.postgres(),
        variables.chosen("platform", "平台", "xunjian_accounts", PLATFORMS),
        variables.manual(),
    ],
    rooms=[
        Room(None, services.LINES),
        Room("采集", collecting.LINES),
        Room("总线与分析", bus.LINES),
        Room("通知与报表", telling.LINES),
        Room("资源", resources.LINES),
    ],
)
