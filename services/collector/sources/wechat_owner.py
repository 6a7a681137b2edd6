"""A 公众号 as its own statistics tell it: everything that it published, a day later (owner's AppID and AppSecret).

`datacube/getarticletotaldetail` lists both what was pushed and what was merely published; `freepublish/batchget` lacks
what was pushed and proves nothing: it adds links, deletions and whether comments are open.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from pydantic import PrivateAttr

from services.collector.capture import Capture, Captured, Plan, Reading, ShownPost
from services.collector.owners.options import OwnerAccount
from services.collector.owners.published import Flags, flags_in
from services.collector.owners.wechat_days import day_of
from services.collector.reading.biz import number_in, number_of_account
from services.collector.reading.days import end_of, last_second
from services.collector.reading.tree import as_dict, as_list, as_text, dig, loaded
from services.collector.sources.base import Platforms, Proves, Source, Teller
from shared.account import Account
from shared.errors import TransientError
from shared.events import Coverage, Outcome
from shared.source import GivenSource

NAME = "wechat_owner"
_NUMBER = re.compile(r"[1-9][0-9]{0,19}_[1-9][0-9]{0,2}")


class WechatOwner(Source):
    _accounts: Mapping[str, OwnerAccount] = PrivateAttr(default_factory=dict)

    words: ClassVar[str] = "授权接口"
    trust: ClassVar[int] = 10
    proves: ClassVar[Proves] = Proves.LIST
    blind_spots: ClassVar[tuple[str, ...]] = (
        "只核实到前一天结束，当天的内容次日8时以后才有",
        "只有日期没有时刻，按当天最后一刻计",
        "近95天都没有发表的，更早的没有核实",
        "发布后又删除的，平台不再统计时看不到",
    )
    platforms: ClassVar[tuple[str, ...]] = ("wechat",)
    has_own_pace: ClassVar[bool] = True

    def for_owners(self, owners: Mapping[str, OwnerAccount]) -> Self:
        own = self.model_copy()
        own._accounts = owners
        return own

    def given_to(self, account: Account) -> GivenSource | None:
        return GivenSource(key=account.key, kind=NAME) if account.key in self._accounts else None

    def plan(self, account: Account, given: GivenSource, platforms: Platforms) -> Plan | None:
        """Nothing to open: `gather` asks."""
        return None

    def gather(self, account: Account, given: GivenSource, now: datetime, teller: Teller | None = None) -> Captured:
        owner = self._accounts.get(account.key)
        if owner is None or teller is None:
            raise TransientError("没有这个账号的授权")
        return teller.captured(account.key, owner, now)

    def proved_until(self, captures: Sequence[Capture], given: GivenSource) -> datetime | None:
        """The end of the newest day, whenever it was asked about."""
        days = [day for capture in captures if (day := day_of(capture))]
        return end_of(max(days)) if days else None

    def read(self, captures: Sequence[Capture], account: Account, given: GivenSource, platforms: Platforms) -> Reading:
        id_of = platforms["wechat"].post_id
        flags = flags_in([loaded(one.body) for one in captures if day_of(one) is None], id_of)
        days: dict[date, list[ShownPost]] = {}
        for capture in captures:
            if day := day_of(capture):
                items = dig(loaded(capture.body), "list")
                posts = [_post(item, day, id_of) for item in as_list(items)]
                if not isinstance(items, list) or None in posts:
                    return _unreadable("授权接口：返回的每日发表数据无法识别")
                days[day] = [_flagged(post, flags) for post in posts if post]
        if any(_is_of_another(post, account) for posts in days.values() for post in posts):
            return _unreadable("授权接口：返回的是另一个公众号的文章，请核对 owner_accounts 里的 app_id 属于哪个账号")
        deleted = [post.id for posts in days.values() for post in posts if post.id in flags and flags[post.id].deleted]
        return _reading(days, f"其中{len(deleted)}条已被删除" if deleted else None)


def _reading(days: Mapping[date, Sequence[ShownPost]], note: str | None) -> Reading:
    """The list is whole from the oldest day on, if something was published then and no day is missing since."""
    known = sorted(days)
    posts = tuple(post for day in reversed(known) for post in days[day])
    whole = known == [known[0] + timedelta(days=number) for number in range(len(known))] if known else False
    if whole and days[known[0]]:
        return Reading(outcome=Outcome.OK, reason=note, posts=posts, covers=Coverage.LIST)
    why = f"授权接口：已取的{len(known)}天里没有发表，更早的还没有核实，只作有更新的依据"
    return Reading(outcome=Outcome.OK, reason=why, posts=posts, covers=Coverage.ITEM)


def _post(item: object, day: date, id_of: Callable[[str], str | None]) -> ShownPost | None:
    """Null for what is no article of that day: an answer that holds one is not understood."""
    article = as_dict(item)
    url = as_text(article.get("content_url"))
    number = as_text(article.get("msgid")) or ""
    post_id = (id_of(url) if url else None) or (number if _NUMBER.fullmatch(number) else None)
    if post_id is None or as_text(article.get("ref_date")) != day.isoformat():
        return None
    return ShownPost(
        id=post_id,
        url=url,
        title=as_text(article.get("title")),
        published_at=last_second(day),
        approximate=True,
    )


def _flagged(post: ShownPost, flags: Mapping[str, Flags]) -> ShownPost:
    found = flags.get(post.id)
    if found is None:
        return post
    return post.model_copy(update={"comments": found.comments, "url": post.url or found.url})


def _is_of_another(post: ShownPost, account: Account) -> bool:
    ours, theirs = number_of_account(account), number_in(post.url)
    return ours is not None and theirs is not None and ours != theirs


def _unreadable(why: str) -> Reading:
    return Reading(outcome=Outcome.PARSE_ERROR, reason=why)
