"""Toutiao: account lists, app feeds, article answers and pages of all ages, block pages."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from services.collector.capture import Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms._bytedance import PAGE_HOSTS
from services.collector.platforms._toutiao_page import address_of, article_page, comments_of
from services.collector.platforms.base import Platform
from services.collector.reading.chinese_time import is_rough, parse_chinese_time
from services.collector.reading.first_page import FirstPage
from services.collector.reading.markup import plain_text
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
    as_count,
    as_dict,
    as_dicts,
    as_flag,
    as_id,
    as_list,
    as_moment,
    as_text,
    dig,
    document,
    nested,
    rendered,
)
from shared.account import SEC_UID, Account, is_sec_uid
from shared.errors import InputError
from shared.events import Coverage, Kind, Outcome

_FIRST_PAGE = FirstPage(
    path=re.compile(r"^/api/pc/list/user/feed/?$"),
    asked={"category": ("profile_all",), "max_behot_time": ("0",), "min_behot_time": ("0",)},
)
_ITEM_IN_LINK = re.compile(r"(?:/(?:group|item|article|video|w)/|/[ai])(\d{15,20})(?!\d)")
_USER_IN_LINK = re.compile(rf"/c/user/(?:token/)?(\d{{5,20}}|{SEC_UID})/?")
_OWN_LINK = re.compile(r"^(?:(?:https?:)?//(?:[a-z]+\.)?(?:toutiao\.com|snssdk\.com))?/(?!/)")
_LINKS = ("article_url", "share_url", "display_url", "url", "source_url", "item_source_url", "seo_url")
_FEED_MARKS = {"login_status", "post_content_hint", "tips", "total_number", "return_count", "action_label", "cur_tab"}
_TEXTS = {"title", "abstract", "content", "publish_time"}
_TIMES = ("publish_time", "publishTime", "display_time", "create_time", "createTime")
_OWN_MARKS = {
    "group_id",
    "item_id",
    "str_group_id",
    "group_id_str",
    "gidStr",
    "gid_str",
    "thread_id",
    "thread_id_str",
    "itemCell",
    "cell_type",
    "publish_time",
    "behot_time",
    "media_user",
    "media_info",
}
"""What other platforms' items do not have, although they too have an id and a title."""
_BLOCK_PAGES = ("__ac_signature", "__ac_nonce", "验证码中间页", "请完成下列验证后继续")
_LONGEST_NOTICE_PAGE = 20_000


class Toutiao(Platform):
    """`account.id` is the token of the account's address, or the numeric user id."""

    hosts: ClassVar[tuple[str, ...]] = ("www.toutiao.com", "m.toutiao.com", "toutiao.com")
    page_hosts: ClassVar[tuple[str, ...]] = (
        "*.toutiao.com",
        "*.toutiaostatic.com",
        "*.byted-static.com",
        *PAGE_HOSTS,
    )

    def post_id(self, link: str) -> str | None:
        found = _ITEM_IN_LINK.search(link)
        return found[1] if found else None

    def plan(self, account: Account) -> Plan:
        if re.fullmatch(r"[1-9]\d{4,19}", account.id):
            path = account.id
        elif is_sec_uid(account.id):
            path = f"token/{account.id}"
        else:
            raise InputError(
                f"{account.platform}/{account.id}（{account.name}）",
                "头条账号 ID 应为数字用户号或 MS4wLj 开头的 token，请打开账号主页，"
                "从网址 www.toutiao.com/c/user/token/ 之后抄写",
            )
        return Plan(
            page=f"https://www.toutiao.com/c/user/{path}/",
            keep=(r"^www\.toutiao\.com/api/pc/list/user/feed/?$",),
        )

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        """behot_time orders a feed, hours to weeks after publication: it is never taken for the publish time. No answer
        tells how many items an account has, so that an empty list is never `empty` here."""
        return settled(
            [sight for capture in captures for sight in _FIRST_PAGE.told(capture, _sights(capture))], account
        )


def _sights(capture: Capture) -> Iterator[Sight]:
    if (refusal := refused_by_status(capture.status)) is not None:
        yield refusal
        return
    saved = document(capture.body)
    if isinstance(saved, list):
        items = _items(saved, capture)
        answers = () if items else as_dicts(saved)
        whole = [all_known(gathered(items), _known(saved, capture))]
        yield from whole if items else (sight for each in answers for sight in _answer(each, capture))
    elif isinstance(saved, dict):
        yield from _answer(saved, capture)
    else:
        yield from _page(capture)


def _page(capture: Capture) -> Iterator[Sight]:
    text = capture.text
    if not text.strip():
        yield refused(Outcome.BLOCKED, "头条返回了空内容，访问签名或会话未被接受")
    elif (item := article_page(text, capture) or _item(as_dict(dig(rendered(text), "data")), capture)) is not None:
        yield gathered([item])
    elif text.lstrip()[:1] in ("{", "["):
        yield refused(Outcome.PARSE_ERROR, "头条的回答不完整，无法解析")
    elif any(mark in text for mark in _BLOCK_PAGES) or ("byted_acrawler" in text and not plain_text(text)):
        yield refused(Outcome.BLOCKED, "头条要求安全验证，未能看到账号内容")
    elif len(text) < _LONGEST_NOTICE_PAGE and account_end(plain_text(text)):
        yield _gone(plain_text(text))
    elif (refusal := refused_by_page(text)) is not None:
        yield refusal


def _gone(said: str) -> Sight:
    account = ShownAccount(status=account_end(said))
    reason = f"头条提示：{' '.join(said.split())[:60]}"
    return Sight(refusal=Outcome.GONE, reason=reason, account=account, covers=Coverage.PROFILE)


def _answer(document: dict[str, object], capture: Capture) -> Iterator[Sight]:
    data = document.get("data")
    if item := _item(document, capture):
        yield gathered([item])
    elif (refusal := _refusal(document)) is not None:
        yield refusal
    elif isinstance(data, list) or ("data" in document and "has_more" in document):
        yield _feed(document, capture)
    elif _is_profile(as_dict(data)):
        yield _profile(as_dict(data))
    elif _is_profile(document):
        yield _profile(document)
    elif isinstance(data, dict):
        yield from _article(data, capture)


def _refusal(document: dict[str, object]) -> Sight | None:
    message = as_text(document.get("message")) or ""
    if "decision" in document or dig(document, "data", "decision") or "verify_center_decision_conf" in document:
        return refused(Outcome.BLOCKED, "头条要求安全验证，未能看到账号内容")
    if message in ("", "success"):
        return None
    said = (message, *(as_text(dig(document, "data", key)) or "" for key in ("description", "message", "tips")))
    if ended := next((words for words in said if account_end(words)), None):
        return _gone(ended)
    return refused(Outcome.BLOCKED, f"头条拒绝了访问：{message[:60]}")


def _feed(document: dict[str, object], capture: Capture) -> Sight:
    """An account's list carries `next` and nothing of the app's or the search page's own keys."""
    items, owner = _items(document.get("data"), capture), asked_for(capture, "token")
    shape = Coverage.TIMELINE if _FEED_MARKS & document.keys() else Coverage.ITEM
    sight = gathered(items, Coverage.LIST if owner or "next" in document else shape, owner)
    if items:
        return all_known(sight, _known(document.get("data"), capture))
    complete = document.get("data") == [] and as_flag(document.get("has_more")) is False
    sight = sight.model_copy(update={"covers": Coverage.LIST, "complete": complete})
    return all_known(sight, _known(document.get("data"), capture))


def _article(data: dict[str, object], capture: Capture) -> Iterator[Sight]:
    """One article's answer. Where it holds the body alone, only the address it was asked at tells which article."""
    content = as_text(data.get("content"))
    asked = _ITEM_IN_LINK.search(capture.url or "")
    if item := _item(data, capture):
        yield gathered([item])
    elif content and asked:
        post = ShownPost(id=asked[1], url=address_of(asked[1]), text=plain_text(content))
        yield gathered([Item(post=post)])
    elif content:
        yield Sight(reason="这是文章正文，其中没有文章编号和发布时间，不能归到任何一篇文章")


def _is_profile(node: dict[str, object]) -> bool:
    return as_id(node.get("user_id")) is not None and bool({"followers_count", "screen_name", "top_tab"} & node.keys())


def _profile(node: dict[str, object]) -> Sight:
    account, ids = _account(node)
    return Sight(account=account, ids=ids, covers=Coverage.PROFILE)


def _items(nodes: object, capture: Capture) -> list[Item]:
    items = (_item(node, capture) for node in as_dicts(nodes))
    return [item for item in items if item is not None]


def _known(nodes: object, capture: Capture) -> Iterator[bool]:
    return (_item(as_dict(node), capture) is not None for node in as_list(nodes))


def _item(cell: dict[str, object], capture: Capture) -> Item | None:
    inner = nested(cell.get("content"))
    node = inner if isinstance(inner, dict) and "group_id" in inner else cell
    if "answer" in node and "question" in node:
        return _answered(node)
    base = as_dict(dig(node, "itemCell", "articleBase"))
    node = {"title": base.get("title"), "publish_time": base.get("publishTime")} | node if base else node
    post_id = _post_id(node)
    if post_id is None or not (_TEXTS & node.keys() and _OWN_MARKS & node.keys()):
        return None
    account, ids = _author(node)
    post = ShownPost(
        id=post_id,
        url=address_of(post_id),
        title=as_text(node.get("title")),
        text=_text(node),
        published_at=_published_at(node, capture.at),
        approximate=_unix_time(node) is None and is_rough(_written_time(node)),
        pinned=_pinned(node),
        kind=_kind(node),
        comments=comments_of(node.get("ban_comment")),
        ad_signals=tuple(_ad_signals(node)),
    )
    return Item(post=post, author=account, ids=ids)


def _answered(cell: dict[str, object]) -> Item | None:
    """A question-and-answer cell: the item is the answer, its id is only exact inside the nested string."""
    question, answer = as_dict(nested(cell.get("question"))), as_dict(nested(cell.get("answer")))
    post_id = as_id(answer.get("ansid"))
    if post_id is None:
        return None
    author = as_id(answer.get("user_id"))
    post = ShownPost(
        id=post_id,
        title=as_text(question.get("title")),
        text=as_text(answer.get("abstract")),
        published_at=as_moment(answer.get("create_time")),
    )
    account = ShownAccount(id=author, name=as_text(answer.get("uname")))
    return Item(post=post, author=account, ids=(author,) if author else ())


def _post_id(node: dict[str, object]) -> str | None:
    """The exact id: a string where there is one, else the digits of a link that the rounded number stands for."""
    for key in ("str_group_id", "gidStr", "gid_str", "group_id_str"):
        if exact := as_id(node.get(key)):
            return exact
    inner = as_id(dig(node, "itemCell", "articleBase", "gidStr"))
    given = node.get("group_id", node.get("id", node.get("item_id")))
    if inner or isinstance(given, str):
        return inner or as_id(given)
    rounded = as_id(given)
    linked = [match[1] for key in _LINKS if (match := _ITEM_IN_LINK.search(as_text(node.get(key)) or ""))]
    if rounded is None:
        return linked[0] if linked else None
    return next((digits for digits in linked if float(digits) == float(rounded)), rounded)


def _author(node: dict[str, object]) -> tuple[ShownAccount | None, tuple[str, ...]]:
    for key in ("user_info", "user", "media_user", "media_info"):
        if as_dict(node.get(key)):
            account, ids = _account(as_dict(node.get(key)))
            name = account.name or as_text(node.get("source"))
            return account.model_copy(update={"name": name}), ids
    link = _USER_IN_LINK.search(as_text(node.get("media_url")) or "")
    author = as_id(node.get("creator_uid")) or (link[1] if link else None)
    name = as_text(node.get("source")) or as_text(node.get("media_name"))
    if author is None and name is None:
        return None, ()
    ids = tuple(value for value in (author, as_id(node.get("media_id"))) if value and author)
    return ShownAccount(id=author, name=name), ids


def _account(node: dict[str, object]) -> tuple[ShownAccount, tuple[str, ...]]:
    info = as_dict(node.get("info"))
    link = _USER_IN_LINK.search(as_text(node.get("openUrl")) or "")
    user_id = as_id(node.get("user_id")) or as_id(node.get("id")) or as_id(info.get("user_id"))
    token = as_text(node.get("token")) or as_text(node.get("user_token"))
    ids = tuple(value for value in (user_id, token, as_id(node.get("media_id")), link[1] if link else None) if value)
    verified = as_text(node.get("verified_content"))
    account = ShownAccount(
        id=ids[0] if ids else None,
        name=as_text(node.get("name")) or as_text(node.get("screen_name")) or as_text(info.get("name")),
        verified_as=verified or as_text(dig(nested(node.get("user_auth_info")), "auth_info")),
        description=as_text(node.get("description")) or as_text(node.get("desc")),
        followers=as_count(node.get("followers_count")),
    )
    return account, ids


def _text(node: dict[str, object]) -> str | None:
    content = as_text(node.get("content"))
    return as_text(plain_text(content)) if content else as_text(node.get("abstract"))


def _published_at(node: dict[str, object], now: datetime) -> datetime | None:
    moment = _unix_time(node) or parse_chinese_time(_written_time(node), now)
    return moment.astimezone(UTC) if moment else None


def _unix_time(node: dict[str, object]) -> datetime | None:
    moments = (as_moment(node.get(key)) for key in _TIMES)
    return next((moment for moment in moments if moment), None)


def _written_time(node: dict[str, object]) -> str:
    return as_text(node.get("datetime")) or as_text(node.get("publish_time")) or ""


def _pinned(node: dict[str, object]) -> bool | None:
    """The mark is seen in feeds; without it only an explicit `is_stick` says that an item is not pinned."""
    stick = as_flag(node.get("is_stick"))
    return True if "置顶" in (node.get("label"), node.get("stick_label")) else stick


def _kind(node: dict[str, object]) -> Kind:
    original = as_flag(node.get("is_original"))
    if original:
        return Kind.ORIGINAL
    if as_dict(node.get("origin_group")) or as_dict(node.get("origin_thread")):
        return Kind.REPOST
    link = as_text(node.get("article_url")) or as_text(node.get("src_link")) or "/"
    return Kind.REPOST if original is False and not _OWN_LINK.match(link) else Kind.UNKNOWN


def _ad_signals(node: dict[str, object]) -> Iterator[str]:
    """ad_type is no signal: ordinary articles have it."""
    if ad_id := as_id(node.get("ad_id")):
        yield f"ad_id={ad_id}"
    if as_flag(node.get("is_feed_ad")):
        yield "is_feed_ad=true"
    if as_flag(node.get("pgc_ad")):
        yield "pgc_ad=1"
