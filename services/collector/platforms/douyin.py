"""Douyin: web, app and share-page answers of all ages, block pages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from services.collector.capture import Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms._bytedance import PAGE_HOSTS
from services.collector.platforms._douyin_account import account_of, profile_of, user_of
from services.collector.platforms.base import Platform
from services.collector.reading.first_page import FirstPage
from services.collector.reading.notices import account_end
from services.collector.reading.sight import (
    Item,
    Sight,
    all_known,
    asked_for,
    gathered,
    refused,
    refused_by_page,
    refused_by_status,
    settled,
)
from services.collector.reading.tree import (
    as_dict,
    as_dicts,
    as_flag,
    as_id,
    as_int,
    as_list,
    as_moment,
    as_text,
    dig,
    document,
    embedded,
    nested,
    rendered,
)
from shared.account import Account, is_sec_uid
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome

_FIRST_PAGE = FirstPage(
    path=re.compile(r"/aweme/post/?$|^/(?:share/)?user/"),
    asked={"max_cursor": ("0",), "min_cursor": ("0",), "time_list_query": ("0",), "locate_query": ("0", "false")},
)
_LIST_MARKS = {"max_cursor", "min_cursor", "time_list", "post_serial", "request_item_cursor"}
_FEED_MARKS = {
    "home_model",
    "rid",
    "cache_info",
    "invalid_item_count",
    "hotsoon_has_more",
    "active_time",
    "business_data",
}
_LOGIN_CODES = {2149, 2483}
_BLOCK_PAGES = ("验证码中间页", "请完成下列验证后继续", "captcha-verify-image", "__ac_signature")
_USER_IDS = {"nickname", "uid", "sec_uid"}
_USER_MARKS = {"aweme_count", "user_deleted", "special_state_info"}
_STATUS_ONLY = {"status_code", "status_msg", "extra", "log_pb"}


class Douyin(Platform):
    """`account.id` is the sec_uid of the account's address. An anonymous look sees the first page only, and of some
    accounts not the newest works (research 2.8); the engine has to weigh that."""

    hosts: ClassVar[tuple[str, ...]] = ("www.douyin.com", "www.iesdouyin.com", "v.douyin.com")
    page_hosts: ClassVar[tuple[str, ...]] = (
        "*.douyin.com",
        "*.douyinstatic.com",
        "*.douyincdn.com",
        "*.iesdouyin.com",
        "*.amemv.com",
        *PAGE_HOSTS,
    )

    def plan(self, account: Account) -> Plan:
        if not is_sec_uid(account.id):
            raise InputError(
                f"{account.platform}/{account.id}（{account.name}）",
                "抖音账号 ID 应为 sec_uid，请打开账号主页，从网址 www.douyin.com/user/ 之后抄写 MS4wLj 开头的一串",
            )
        return Plan(
            page=f"https://www.douyin.com/user/{account.id}",
            keep=(
                r"^www\.douyin\.com/aweme/v1/web/user/profile/other/?$",
                r"^www\.douyin\.com/aweme/v1/web/aweme/post/?$",
            ),
        )

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        """Where an old answer has no create_time, the second in the item's id stands in for it: a lower bound, within
        an hour for 208 and within a day for 277 of 285 captured items. Today's answers have create_time."""
        saved = [(capture, document(capture.body)) for capture in captures]
        owner = _only_profile(answer for _, one in saved for answer in (one if isinstance(one, list) else [one]))
        return settled(
            [sight for capture, one in saved for sight in _FIRST_PAGE.told(capture, _sights(capture, one, owner))],
            account,
        )


def _only_profile(answers: Iterable[object]) -> tuple[str, ...]:
    """All ids of the one account whose profile is among the answers; none where there are several or no profiles."""
    profiles = [account_of(user)[1] for answer in answers if (user := user_of(as_dict(answer)))]
    return profiles[0] if profiles and all(set(ids) == set(profiles[0]) for ids in profiles) else ()


def _sights(capture: Capture, saved: object, owner: tuple[str, ...]) -> Iterator[Sight]:
    if (refusal := refused_by_status(capture.status)) is not None:
        yield refusal
        return
    if isinstance(saved, list):
        answers = [node for node in as_dicts(saved) if "status_code" in node]
        yield from (
            (sight for each in answers for sight in _answer(each, capture, owner)) if answers else _bare_list(saved)
        )
    elif isinstance(saved, dict):
        wrapped = saved.get("data") if "code" in saved and "status_code" not in saved else None
        yield from _answer(as_dict(wrapped) or saved, capture, owner)
    else:
        yield from _page(capture)


def _page(capture: Capture) -> Iterator[Sight]:
    text = capture.text.strip()
    router, parts = embedded(text, "window._ROUTER_DATA"), as_dict(rendered(text))
    if isinstance(router, dict):
        yield from _answer(router, capture, ())
    elif shown := [sight for part in parts.values() for sight in _rendered(as_dict(part), capture)]:
        yield from shown
    elif not text or text == "blocked":
        yield refused(Outcome.BLOCKED, "抖音返回了空内容，访问签名或会话未被接受")
    elif text[:1] in ("{", "["):
        yield refused(Outcome.PARSE_ERROR, "抖音的回答不完整，无法解析")
    elif any(mark in text for mark in _BLOCK_PAGES):
        yield refused(Outcome.BLOCKED, "抖音要求安全验证（验证码中间页），未能看到账号内容")
    elif (refusal := refused_by_page(text)) is not None:
        yield refusal


def _rendered(part: dict[str, object], capture: Capture) -> Iterator[Sight]:
    """One part of a server-rendered page: a work's page has the work, an account's page the account and its list."""
    profile = profile_of(user) if (user := user_of(as_dict(part.get("user")))) else None
    if profile is not None:
        yield profile
    if item := _item(as_dict(part.get("video_detail")) or as_dict(dig(part, "aweme", "detail"))):
        yield gathered([item])
    if posts := _items(dig(part, "post", "data")):
        sight = gathered(posts, Coverage.LIST, profile.account.id if profile and profile.account else None)
        yield all_known(sight, _known(dig(part, "post", "data")))


def _answer(document: dict[str, object], capture: Capture, owner: tuple[str, ...]) -> Iterator[Sight]:
    user = user_of(_shared(document, "userInfoRes")) or user_of(document)
    if user:
        yield profile_of(user)
    if shared := _shared(document, "videoInfoRes"):
        yield from _single(shared)
    elif "aweme_list" in document:
        # An empty list may be all that a refusal left of the answer.
        refusal = None if document["aweme_list"] else _refusal(document)
        yield refusal or _aweme_list(document, capture, owner)
    elif "aweme_detail" in document or "item_list" in document or "filter_detail" in document:
        yield from _single(document)
    elif items := _items(document.get("same_list")) or _items(document.get("data")):
        yield gathered(items, Coverage.TIMELINE)
    elif item := _item(document):
        yield gathered([item])
    elif not user and (refusal := _refusal(document)) is not None:
        yield refusal


def _shared(document: dict[str, object], name: str) -> dict[str, object]:
    """An answer that a share page carries, inside its router data or as it is."""
    pages = as_dict(document.get("loaderData")).values()
    return next((found for page in pages if (found := as_dict(dig(page, name)))), as_dict(document.get(name)))


def _aweme_list(document: dict[str, object], capture: Capture, profile: tuple[str, ...]) -> Sight:
    """An account's list, unless its other keys are those of a feed, a board or somebody's favourites.

    It is the list of the account it was asked for, or of the profile that was saved with it, or of the one account
    that had a hand in every work.
    """
    raw = as_dicts(document["aweme_list"])
    items = _items(raw)
    is_board = any("aweme_info" in node for node in raw)
    if is_board or _FEED_MARKS & document.keys():
        return gathered(items, Coverage.TIMELINE)
    asked = asked_for(capture, "sec_user_id")
    owners = tuple(filter(None, (asked, *(profile if asked is None or asked in profile else ()))))
    makers = set() if owners else _makers_of_all(raw)
    owner = next(iter(owners), None) or (next(iter(makers)) if len(makers) == 1 else None)
    if owner is not None:
        items = _of({owner, *owners}, items, raw)
    elif len(makers) > 1:
        return gathered(items, Coverage.TIMELINE)
    sight = gathered(items, Coverage.LIST if _LIST_MARKS & document.keys() else Coverage.ITEM, owner)
    if items:
        return all_known(sight, _known(document["aweme_list"]))
    complete = document["aweme_list"] == [] and as_flag(document.get("has_more")) is False
    sight = sight.model_copy(update={"covers": Coverage.LIST, "complete": complete})
    return all_known(sight, _known(document["aweme_list"]))


def _makers(work: dict[str, object]) -> set[str]:
    """All ids of everybody who had a hand in a work."""
    together = as_dicts(nested(dig(nested(work.get("cooperation_info")), "co_creators")))
    return {value for maker in (as_dict(work.get("author")), *together) for value in account_of(maker)[1]}


def _makers_of_all(works: list[dict[str, object]]) -> set[str]:
    """Who had a hand in every work. Of one alone a saved list of several authors is the list, of two it is nobody's."""
    makers = [{one for one in _makers(work) if is_sec_uid(one)} for work in works]
    return set[str]().union(*makers[:1]).intersection(*makers)


def _of(owner: set[str], items: list[Item], works: list[dict[str, object]]) -> list[Item]:
    """A work made together stands on the page of each maker, with one of them as its author."""
    is_own_list = any(not owner.isdisjoint(item.ids) for item in items)
    made = {as_id(work.get("aweme_id")) for work in works if _may_be_made_by(owner, work, is_own_list)}
    return [Item(post=item.post) if item.post.id in made and owner.isdisjoint(item.ids) else item for item in items]


def _may_be_made_by(owner: set[str], work: dict[str, object], is_own_list: bool) -> bool:
    """What names its makers is theirs alone; what does not may be the owner's, in a list that holds works of theirs."""
    together = as_dict(nested(work.get("cooperation_info")))
    if not owner.isdisjoint(_makers(work)):
        return True
    return not together.get("co_creators") and not as_flag(work.get("is_ads")) and bool(together or is_own_list)


def _single(document: dict[str, object]) -> Iterator[Sight]:
    items = _items(document.get("item_list")) or _items([document.get("aweme_detail")])
    if items:
        yield gathered(items)
        return
    withheld = [*as_dicts(document.get("filter_list")), as_dict(document.get("filter_detail"))]
    if reason := next((node.get("filter_reason") for node in withheld if node.get("filter_reason")), None):
        yield refused(Outcome.GONE, f"作品已不可见（{(as_text(reason) or '原因不明')[:40]}），这不说明账号本身的状态")
    elif (refusal := _refusal(document)) is not None:
        yield refusal


def _bare_list(saved: list[object]) -> Iterator[Sight]:
    nodes = as_dicts(saved)
    if items := _items(nodes):
        is_board = any("aweme_info" in node for node in nodes)
        yield all_known(gathered(items, Coverage.TIMELINE if is_board else Coverage.ITEM), _known(saved))
        return
    for node in nodes:
        if user := user_of({"user": node}) or user_of(node):
            yield profile_of(user)


def _refusal(document: dict[str, object]) -> Sight | None:
    code, said = as_int(document.get("status_code")), (as_text(document.get("status_msg")) or "")[:60]
    sight = None
    if account_end(said):
        sight = Sight(refusal=Outcome.GONE, reason=f"抖音提示：{said}", covers=Coverage.PROFILE)
    elif code in _LOGIN_CODES or "登录" in said:
        sight = refused(Outcome.LOGIN_WALL, "抖音要求登录后查看")
    elif code == 10000 or "verify_center_decision_conf" in document or "验证" in said:
        sight = refused(Outcome.BLOCKED, "抖音要求安全验证，未能看到账号内容")
    elif code == 0 and not document.keys() - _STATUS_ONLY:
        sight = refused(Outcome.LOGIN_WALL, "抖音没有给出作品列表（会话未被当作已登录），不能据此认定没有作品")
    elif "promotions" in document:
        sight = Sight(reason="这是商品橱窗，其中没有作品")
    elif "comments" in document:
        sight = Sight(reason="这是评论列表，其中没有作品；评论不读取")
    elif code:
        sight = refused(Outcome.PARSE_ERROR, f"抖音没有给出内容（状态码 {code}）")
    return sight


def _known(nodes: object) -> Iterator[bool]:
    """Of each element whether it is a work, or a profile that was saved with the works."""
    return (bool(_items([node]) or user_of({"user": node}) or user_of(as_dict(node))) for node in as_list(nodes))


def _items(nodes: object) -> list[Item]:
    items = (_item(as_dict(node.get("aweme_info")) or as_dict(node.get("aweme")) or node) for node in as_dicts(nodes))
    return [item for item in items if item is not None]


def _item(aweme: dict[str, object]) -> Item | None:
    post_id = as_id(aweme.get("aweme_id"))
    if post_id is None or ("desc" not in aweme and "create_time" not in aweme):
        return None
    author, ids = _author(aweme)
    is_note = bool(as_list(aweme.get("images"))) or as_int(aweme.get("media_type")) == 2
    post = ShownPost(
        id=post_id,
        url=f"https://www.douyin.com/{'note' if is_note else 'video'}/{post_id}",
        title=as_text(aweme.get("item_title")),
        text=as_text(aweme.get("desc")) or as_text(aweme.get("caption")),
        published_at=_published_at(aweme, post_id),
        pinned=as_flag(aweme.get("is_top")),
        kind=_kind(aweme),
        comments=_comments(aweme),
        ad_signals=tuple(_ad_signals(aweme)),
    )
    return Item(post=post, author=author, ids=ids)


def _author(aweme: dict[str, object]) -> tuple[ShownAccount | None, tuple[str, ...]]:
    """An author inside an item has counts of 0 where they were not filled in: only the profile tells them."""
    node, uid = as_dict(aweme.get("author")) or as_dict(aweme.get("author_info")), as_id(aweme.get("author_user_id"))
    account, ids = account_of(node)
    if uid is not None and uid not in ids:
        ids = (*ids, uid)
    if not ids:
        return None, ()
    return account.model_copy(update={"id": ids[0], "followers": None, "posts_total": None}), ids


def _published_at(aweme: dict[str, object], post_id: str) -> datetime | None:
    if "create_time" in aweme:
        return as_moment(aweme["create_time"])
    return as_moment(int(post_id) >> 32)


def _kind(aweme: dict[str, object]) -> Kind:
    """An account's list is of its own uploads, which does not make them its own work: no mark, no claim."""
    forwarded = any(as_dict(aweme.get(key)) for key in ("forward_item", "share_post_origin_item"))
    return Kind.REPOST if forwarded or as_flag(aweme.get("is_share_post")) else Kind.UNKNOWN


def _comments(aweme: dict[str, object]) -> Comments:
    permission = as_dict(aweme.get("comment_permission_info"))
    allowed = [
        as_flag(dig(aweme, "aweme_control", "can_comment")),
        as_flag(permission.get("can_comment")),
        as_flag(dig(aweme, "status", "allow_comment")),
    ]
    limits = [as_int(permission.get("comment_permission_status")), as_int(aweme.get("item_comment_settings"))]
    if False in allowed or any(limits):
        return Comments.CLOSED
    return Comments.OPEN if True in allowed or 0 in limits else Comments.UNKNOWN


def _ad_signals(aweme: dict[str, object]) -> Iterator[str]:
    """Commercial hashtags and an account's shop entry are no signals: news offices have them too."""
    for key in ("is_ads", "status.with_goods", "status.with_fusion_goods"):
        if as_flag(dig(aweme, *key.split("."))):
            yield f"{key}=true"
    for key in ("promotions", "simple_promotions"):
        if goods := as_list(nested(aweme.get(key))):
            yield f"{key}={len(goods)}"
    if as_text(aweme.get("raw_ad_data")) or as_dict(aweme.get("raw_ad_data")):
        yield "raw_ad_data=present"
