"""The headers of the back offices' exports, found by their words and never by their place."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.ledger.values import CellValue, Unreadable, shown

HEADER_WITHIN_ROWS = 12
MOST_HEADER_ROWS = 3
"""WeChat's layout of 2026 has its headers in three rows, from column B on."""

TITLE, TIME, LINK, ID, STATUS, DAY, COUNT = "title", "time", "link", "id", "status", "day", "count"
_NAMES = {
    TITLE: "内容标题 标题 文章标题 图文标题 消息标题 作品名称 作品标题 作品描述 视频标题 视频名称 微博内容 博文内容 "
    "微博正文 内容正文 正文 内容",
    TIME: "发表时间 发表日期 发布时间 发布日期 推送时间 推送日期 群发时间 发博时间 发文时间 创建时间 投稿时间",
    LINK: "内容url 内容链接 文章链接 作品链接 微博链接 博文链接 链接 链接地址 url 地址",
    ID: "id 作品id 内容id 文章id 视频id 微博id 博文id mid",
    STATUS: "审核状态 作品状态 发布状态 状态",
    DAY: "日期 时间 统计日期 统计时间",
    COUNT: "发表篇数 发博数 发文数 发文量 发布数 发布量 发布篇数",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split()}

_MARKS = {
    "wechat": "总阅读人数 总阅读次数 总分享人数 总分享次数 阅读后关注人数 送达人数 送达阅读率 公众号消息阅读次数 "
    "发表篇数 跳转阅读原文 微信收藏人数 传播渠道 内容url",
    "douyin": "完播率 5s完播率 2s跳出率 封面点击率 体裁 主页访问量 粉丝增量 作品名称",
    "toutiao": "展现量 粉丝展现量 粉丝阅读量 平均阅读完成率 平均阅读时长",
    "weibo": "微博内容 转评赞数 发博数 博文内容 微博链接",
}
"""Whose back office writes so."""
_DELIVERED = frozenset(["送达人数", "送达阅读率", "公众号消息阅读次数"])
"""Only what was pushed to followers (已通知) has these."""


@dataclass(frozen=True)
class Header:
    """`fields`: column from 0, the first of each name. `data_from`: row from 0. `names`: every word of the first
    rows."""

    fields: Mapping[str, int]
    data_from: int
    names: frozenset[str]

    @property
    def was_delivered(self) -> bool:
        return bool(self.names & _DELIVERED)


def find_header(rows: Sequence[Sequence[CellValue]], needs: Sequence[str]) -> Header | None:
    """The first rows, one to three of them together, whose columns hold all that is needed; null: none."""
    found = [
        header
        for height in range(1, MOST_HEADER_ROWS + 1)
        for top in range(min(HEADER_WITHIN_ROWS, len(rows)) - height + 1)
        if all(name in (header := _header(rows, top, height)).fields for name in needs)
    ]
    # Of equals the first: as few rows as possible, as far up as possible.
    return max(found, key=lambda header: len(header.fields), default=None)


def left_of(rows: Sequence[Sequence[CellValue]], header: Header, name: str, column: int) -> int | None:
    """The nearest column of that name to the left: blocks stand side by side, each with a column of its own days."""
    above = rows[max(0, header.data_from - MOST_HEADER_ROWS) : header.data_from]
    found = {place for row in above for place, value in enumerate(row[:column]) if _FIELDS.get(_word(value)) == name}
    return max(found, default=None)


def platform_of_names(names: frozenset[str]) -> str | None:
    """Whose export it is; null where the headers do not tell."""
    counts = {platform: len(names.intersection(words.split())) for platform, words in _MARKS.items()}
    most = max(counts.values())
    best = [platform for platform, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def all_names(rows: Sequence[Sequence[CellValue]]) -> frozenset[str]:
    """Every word of the first rows."""
    return frozenset(_word(value) for row in rows[:HEADER_WITHIN_ROWS] for value in row) - {""}


def _header(rows: Sequence[Sequence[CellValue]], top: int, height: int) -> Header:
    fields: dict[str, int] = {}
    for row in rows[top : top + height]:
        for place, value in enumerate(row):
            field = _FIELDS.get(_word(value))
            if field is not None:
                fields.setdefault(field, place)
    return Header(fields, top + height, all_names(rows))


def _word(value: CellValue) -> str:
    """Without spaces, and without a unit in brackets behind it."""
    if not isinstance(value, str) or isinstance(value, Unreadable) or len(value) > 60:
        return ""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", shown(value)).casefold())
    return re.sub(r"\([^()]*\)$", "", text)
