"""Files that an operator downloaded from the back office: taken when they are imported, never fetched."""

from typing import ClassVar

from services.collector.capture import Plan
from services.collector.sources.base import Platforms, Proves, Source
from shared.account import Account
from shared.errors import InputError
from shared.source import GivenSource


class Export(Source):
    """`xunjian exports add` makes the events (services/collector/exports)."""

    words: ClassVar[str] = "后台导出"
    trust: ClassVar[int] = 20
    proves: ClassVar[Proves] = Proves.LIST
    blind_spots: ClassVar[tuple[str, ...]] = (
        "只核实到导出的最后一整天",
        "微信公众号须有每日发表篇数，或已通知、未开启通知两个明细，才能证明没有更新；其他平台的导出只能证明有更新",
        "只有日期的按当天最后一刻计",
        "看不到评论和已删除的内容",
    )
    platforms: ClassVar[tuple[str, ...]] = ("wechat", "weibo", "douyin", "toutiao")

    def plan(self, account: Account, given: GivenSource, platforms: Platforms) -> Plan | None:
        raise InputError("种类", "导出的文件不用登记，请直接导入：xunjian exports add 账号 文件")
