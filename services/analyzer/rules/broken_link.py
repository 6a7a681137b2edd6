"""A link of the account's menu, service columns or posts that does not open, shows nothing, or leads elsewhere."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.objection import Objection
from services.analyzer.rules.base import Rule
from shared.account import Account
from shared.clock import chinese_time
from shared.events import Evidence, Severity
from shared.links import Link, LinkState


class BrokenLink(Rule):
    """国办发〔2018〕123号: 提供…服务; the offices' own notices name 功能无法使用, 死链, 长时间无法加载, 栏目内容重复.

    Objects to a link that was found broken `times` times in a row, which the collector spreads over a day. One that
    leads to another site, and columns that show the same page, are only hints. `of`: which links it is asked about; the
    page that a post links to is often another's.
    """

    scope: ClassVar[Literal["account", "post", "platform", "copy", "link", "question"]] = "link"

    of: Literal["services", "posts"] = "services"
    times: int = Field(default=3, ge=1)

    def check_links(self, now: datetime, account: Account, links: Sequence[Link]) -> Iterator[Objection]:
        mine = [link for link in links if link.is_service == (self.of == "services")]
        for link in mine:
            if link.state.is_fault and link.times >= self.times and link.since is not None:
                yield self._broken(link, link.since)
        if self.of == "services":
            yield from self._alike(mine)

    def _broken(self, link: Link, since: datetime) -> Objection:
        at = link.looked_at or since
        return Objection(
            subject=_subject(link.url),
            stage=str(link.state),
            severity=Severity.HINT if link.state is LinkState.FOREIGN else None,
            since=since,
            sentence=f"{_place(link)}{link.url} {link.state.words}：{link.reason or link.state.words}。"
            f"自{chinese_time(since)}起连续{link.times}次检查均如此，请修复或移除。",
            measured=f"连续{link.times}次{link.state.words}",
            threshold=f"连续{self.times}次",
            window=f"{chinese_time(since)}至{chinese_time(at)}",
            evidence=(Evidence(post_id=link.post_id, url=link.url, quote=link.reason, at=at),),
        )

    def _alike(self, services: Sequence[Link]) -> Iterator[Objection]:
        """Columns that show the same page under other names."""
        shown: dict[str, list[Link]] = defaultdict(list)
        for link in services:
            if link.state is LinkState.GOOD and link.digest:
                shown[link.digest].append(link)
        for same in shown.values():
            if len(same) > 1:
                yield self._duplicate(same)

    def _duplicate(self, same: Sequence[Link]) -> Objection:
        names = "、".join(f"“{link.label or link.url}”" for link in same)
        since = max(link.since or link.added_at for link in same)
        return Objection(
            subject=_subject(*sorted(link.url for link in same)),
            stage="duplicate",
            severity=Severity.HINT,
            since=since,
            sentence=f"{len(same)}个栏目内容相同：{names}，请核实是否重复设置。",
            measured=f"{len(same)}个栏目内容相同",
            threshold="2个",
            window="最近一次检查",
            evidence=tuple(Evidence(url=link.url, quote=link.label, at=link.looked_at) for link in same[:5]),
        )


def _place(link: Link) -> str:
    return (
        f"服务栏目“{link.label}”"
        if link.is_service and link.label
        else "服务栏目"
        if link.is_service
        else "内容中的链接"
    )


def _subject(*urls: str) -> str:
    return hashlib.sha256("\n".join(urls).encode()).hexdigest()[:32]
