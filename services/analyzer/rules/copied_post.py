"""A post that is the text of an earlier one of another unit, without saying so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.language.origin.kind import is_declared
from services.analyzer.language.personal.numbers import mask_all
from services.analyzer.objection import Earlier, Objection
from services.analyzer.rules.base import Rule
from shared.account import Account
from shared.clock import chinese_time
from shared.events import Evidence, Post

_QUOTE = 40


class CopiedPost(Rule):
    """国办发〔2018〕123号: 转载注明来源. Objects to a post of which `least_percent` stand in an earlier post.

    Earlier: published by an account of another unit in the `within_days` days of 24 hours before. A post that the
    platform marks as a repost or that names a source is none; nor are later versions of one's own. Who was first among
    the accounts watched need not be the source, so a person has to confirm.
    """

    scope: ClassVar[Literal["copy"]] = "copy"

    within_days: int = Field(default=30, ge=1, le=365)
    least_percent: float = Field(default=80, ge=60, le=100)

    @property
    def looks_back(self) -> timedelta:
        return timedelta(days=self.within_days)

    def check_copy(self, post: Post, account: Account, earlier: Sequence[Earlier]) -> Iterator[Objection]:
        if post.published_at is None or is_declared(post, account):
            return
        start = post.published_at - self.looks_back
        found = [one for one in earlier if one.published_at >= start and 100 * one.share >= self.least_percent]
        if found:
            yield self._objection(post, post.published_at, found[0])

    def _objection(self, post: Post, published_at: datetime, first: Earlier) -> Objection:
        named = f"《{mask_all(first.title)}》" if first.title else "的一条内容"
        percent = f"{100 * first.share:.0f}%"
        return Objection(
            subject=post.id,
            since=published_at,
            at=max(post.observed_at, first.observed_at),
            sentence=(
                f"{chinese_time(published_at)}发布的内容有{percent}的文字见于{first.account}（{first.unit}）"
                f"{chinese_time(first.published_at)}发布{named}，未见转载标记或来源，请核实是否应注明来源。"
            ),
            measured=f"文字重合{percent}",
            threshold=f"{self.least_percent:g}%",
            window=f"发布前{self.within_days}天内其他单位账号发布的内容，北京时间",
            evidence=(_own(post), _others(first)),
        )


def _own(post: Post) -> Evidence:
    quote = mask_all((post.text or "")[:_QUOTE])
    title = mask_all(post.title) if post.title else None
    return Evidence(post_id=post.id, title=title, url=post.url, quote=quote, at=post.published_at)


def _others(earlier: Earlier) -> Evidence:
    title = mask_all(earlier.title) if earlier.title else None
    quote = f"{earlier.account}先前发布{f'：{title}' if title else ''}"
    return Evidence(post_id=earlier.post_id, title=title, url=earlier.url, quote=quote, at=earlier.published_at)
