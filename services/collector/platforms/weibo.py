"""Sina Weibo: m.weibo.cn and weibo.com answers, old app and open-API answers, block pages."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from services.collector.capture import Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms._weibo_comments import questions_in
from services.collector.platforms._weibo_elements import is_known_card, is_known_mblog
from services.collector.platforms._weibo_mblog import (
    ALL_POSTS_CONTAINER,
    COMMENT_MARKS,
    POST_IN_LINK,
    POSTS_CONTAINER,
    host_of_link,
    is_liked,
    is_mblog,
    item_of,
    number_of,
    shown_account,
    user_id,
)
from services.collector.platforms.base import Platform
from services.collector.reading.first_page import FirstPage
from services.collector.reading.markup import plain_text
from services.collector.reading.notices import account_end
from services.collector.reading.sight import (
    Item,
    Sight,
    all_known,
    asked_for,
    gathered,
    part_of_list,
    refused,
    refused_by_page,
    refused_by_status,
    settled,
)
from services.collector.reading.tree import (
    as_dict,
    as_dicts,
    as_id,
    as_int,
    as_list,
    as_text,
    dig,
    document,
    embedded,
)
from shared.account import Account
from shared.errors import InputError
from shared.events import Coverage, Outcome
from shared.questions import Question

_API = "https://m.weibo.cn/api/container/getIndex?type=uid&value="
_FIRST_PAGE = FirstPage(
    path=re.compile(r"/container/getIndex$|/statuses/mymblog$"),
    asked={
        "page": ("0", "1"),
        "since_id": ("0",),
        "max_id": ("0",),
        "feature": ("0",),
        **dict.fromkeys(("q", "key_word", "starttime", "endtime", "start_time", "end_time"), ()),
        **dict.fromkeys(("displayYear", "curMonth", "stat_date"), ()),
        **dict.fromkeys(("hasori", "hasret", "hastext", "haspic", "hasvideo", "hasmusic"), ("0",)),
        **dict.fromkeys(("is_search", "is_ori", "is_forward", "is_text", "is_pic", "is_video", "is_music"), ("0",)),
    },
)

_BLOCK_MARKS = (
    "Sina Visitor System",
    "visitor.passport.weibo",
    "passport.weibo.com/visitor",
    "visit.sina.cn",
    "B_accessdeny",
    "content_accessdeny",
    "访问过于频繁",
    "操作过于频繁",
    "请求过于频繁",
    "请输入验证码",
    "out of rate limit",
    "号存在异常",
)
"""Never the bare word "verify", since every answer has "verified". 号存在异常 is our own session, not the account."""

_LOGIN_URL = re.compile(r"passport\.weibo|login\.php|/signin/|/sso/")
_LOGIN_ERRORS = ("expired_token", "invalid_access_token", "auth by Null spi")
_LONGEST_NOTICE_PAGE = 20_000
_LOGIN_PAGE = re.compile(r"<title>[^<]*登录[^<]*</title>")
_USER_MARKS = {"statuses_count", "mblog_count", "followers_count", "fans_count"}
_DETAIL_MARKS = {"sunshine_credit", "label_desc"}
_COMMENTS_ONLY = Sight(reason="这是评论列表，其中没有博文；评论不读取")


class Weibo(Platform):
    """`account.id` is the numeric uid. Of comments it is read whether they ask and whether it answered, no more."""

    hosts: ClassVar[tuple[str, ...]] = (
        "m.weibo.cn",
        "weibo.com",
        "www.weibo.com",
        "visitor.passport.weibo.cn",
        "passport.weibo.cn",
        "passport.weibo.com",
    )
    page_hosts: ClassVar[tuple[str, ...]] = (
        "*.weibo.cn",
        "*.weibo.com",
        "*.sinaimg.cn",
        "*.sinajs.cn",
        "*.sina.cn",
        "*.sina.com.cn",
    )

    def plan(self, account: Account) -> Plan:
        if not re.fullmatch(r"[1-9]\d{4,11}", account.id):
            raise InputError(
                f"{account.platform}/{account.id}（{account.name}）",
                "微博账号 ID 应为数字 UID，请打开账号主页，从网址 weibo.com/u/ 之后抄写数字",
            )
        lists = f"{_API}{account.id}&containerid=107603{account.id}"
        return Plan(
            page=f"https://m.weibo.cn/u/{account.id}",
            keep=(r"^m\.weibo\.cn/api/container/getIndex$",),
            fetch=(f"{_API}{account.id}", lists),
        )

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        """Marks that only weigh as commerce: promotion.type `ad`, commodity cards and shop links. `promotion=top`
        (粉丝头条) boosts one's own post and sells nothing, so it is no signal."""
        return settled(
            [sight for capture in captures for sight in _FIRST_PAGE.told(capture, _sights(capture))], account
        )

    def post_id(self, link: str) -> str | None:
        found = POST_IN_LINK.search(link)
        return number_of(found[1]) if found else None

    def comments_url(self, post: ShownPost) -> str | None:
        mid = post.id if post.id.isdigit() else None
        return f"https://m.weibo.cn/comments/hotflow?id={mid}&mid={mid}&max_id_type=0" if mid else None

    def read_questions(self, captures: Sequence[Capture], account: Account) -> tuple[Question, ...]:
        return tuple(question for capture in captures for question in questions_in(capture, account))


def _sights(capture: Capture) -> Iterator[Sight]:
    if (refusal := refused_by_status(capture.status)) is not None:
        yield refusal
        return
    saved = document(capture.body)
    if isinstance(saved, dict):
        yield from _answer(saved, capture)
    elif isinstance(saved, list):
        found = list(_bare_list(saved, capture))
        yield from found or (sight for answer in as_dicts(saved) for sight in _answer(answer, capture))
    else:
        yield from _page(capture)


def _page(capture: Capture) -> Iterator[Sight]:
    text = capture.text
    if not text.strip():
        yield refused(Outcome.BLOCKED, "平台返回了空内容")
        return
    status = dig((as_dicts(embedded(text, "$render_data")) or [{}])[0], "status")
    if isinstance(status, dict) and is_mblog(status):
        yield gathered([item_of(status, capture)])
    elif text.lstrip()[:1] in ("{", "["):
        yield refused(Outcome.PARSE_ERROR, "微博的回答不完整，无法解析")
    elif any(mark in text for mark in _BLOCK_MARKS) or "visitor" in host_of_link(capture.url or ""):
        yield refused(Outcome.BLOCKED, "微博要求安全验证或访问受限，未能看到账号内容")
    elif _LOGIN_PAGE.search(text):
        yield refused(Outcome.LOGIN_WALL, "微博要求登录后查看")
    elif len(text) < _LONGEST_NOTICE_PAGE and (state := account_end(plain_text(text))):
        yield _gone(state, plain_text(text))
    elif (refusal := refused_by_page(text)) is not None:
        yield refusal


def _gone(state: str, said: str) -> Sight:
    account = ShownAccount(status=state)
    return Sight(refusal=Outcome.GONE, reason=f"微博提示：{said[:100]}", account=account, covers=Coverage.PROFILE)


def _answer(document: dict[str, object], capture: Capture) -> Iterator[Sight]:
    data = as_dict(document.get("data"))
    if is_mblog(document):
        yield gathered([item_of(document, capture)])
    elif isinstance(document.get("mblog"), dict):
        yield gathered(_card_items([document], capture))
    elif isinstance(document.get("statuses"), list):
        yield _mblogs(document["statuses"], capture)
    elif _is_user(document):
        yield _profile(document)
    elif (refusal := _refusal(document)) is not None:
        yield refusal
    elif is_mblog(data):
        yield gathered([item_of(data, capture)])
    elif isinstance(document.get("data"), list):
        yield from _bare_list(as_list(document["data"]), capture)
    else:
        yield from _data(data or document, capture)


def _data(data: dict[str, object], capture: Capture) -> Iterator[Sight]:
    for key in ("userInfo", "user"):
        if _is_user(as_dict(data.get(key))):
            yield _profile(as_dict(data.get(key)))
    if "cards" in data:
        yield from _cards(data, capture)
    elif isinstance(data.get("list"), list):
        sight = gathered(_mblog_items(data["list"], capture), Coverage.LIST, asked_for(capture, "uid"))
        yield all_known(_complete(sight, data.get("total")), map(is_known_mblog, as_list(data["list"])))
    elif isinstance(data.get("statuses"), list):
        yield _mblogs(data["statuses"], capture)
    elif is_mblog(as_dict(data.get("status"))):
        yield gathered([item_of(as_dict(data["status"]), capture)])
    elif (piece := _piece(data, capture)) is not None:
        yield piece


def _piece(data: dict[str, object], capture: Capture) -> Sight | None:
    """Answers that say nothing of themselves about whose they are."""
    if _DETAIL_MARKS & data.keys():
        return _detail(data, capture)
    if "longTextContent" in data:
        return _long_text(data, capture)
    return _COMMENTS_ONLY if "total_number" in data else None


def _cards(data: dict[str, object], capture: Capture) -> Iterator[Sight]:
    """Only the containers of posts are an account's list; other tabs and searches hold a choice of posts or none."""
    info = as_dict(data.get("cardlistInfo"))
    container = as_text(info.get("containerid")) or asked_for(capture, "containerid")
    match = POSTS_CONTAINER.match(container or "")
    cards = as_dicts(data.get("cards"))
    items = _card_items(cards, capture)
    if match:
        shows_others = not items and any("mblog" in one for one in _inner(cards))
        sight = gathered(items, Coverage.LIST, match[1])
        sight = sight if shows_others else _complete(sight, info.get("total"))
        sight = all_known(sight, map(is_known_card, as_list(data.get("cards"))))
        yield sight if _is_of_all_posts(info, capture) else part_of_list(sight)
    elif items:
        sight = gathered(items, Coverage.TIMELINE if container else Coverage.ITEM)
        yield all_known(sight, map(is_known_card, as_list(data.get("cards"))))


def _is_of_all_posts(info: dict[str, object], capture: Capture) -> bool:
    named = filter(None, (as_text(info.get("containerid")), asked_for(capture, "containerid")))
    return all(ALL_POSTS_CONTAINER.fullmatch(container) for container in named)


def _complete(sight: Sight, total: object) -> Sight:
    """An empty list whose own total is 0 was loaded."""
    if sight.posts or as_int(total) != 0:
        return sight
    owner = sight.account.id if sight.account else None
    return sight.model_copy(update={"account": ShownAccount(id=owner, posts_total=0), "complete": True})


def _mblogs(nodes: object, capture: Capture) -> Sight:
    return all_known(gathered(_mblog_items(nodes, capture)), map(is_known_mblog, as_list(nodes)))


def _bare_list(saved: list[object], capture: Capture) -> Iterator[Sight]:
    nodes = as_dicts(saved)
    statuses = [as_dict(node.get("status")) for node in nodes]
    items = [*_card_items(nodes, capture), *_mblog_items([*nodes, *statuses], capture)]
    if items:
        yield all_known(gathered(items), map(_is_known_in_file, saved))
    elif any(COMMENT_MARKS & node.keys() for node in nodes):
        yield _COMMENTS_ONLY
    for node in nodes:
        if not items and _is_user(node):
            yield _profile(node)


def _is_known_in_file(node: object) -> bool:
    status = as_dict(node).get("status")
    return is_known_mblog(node) or is_known_card(node) or is_known_mblog(status) or _is_user(as_dict(node))


def _inner(cards: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [inner for card in cards for inner in [card, *as_dicts(card.get("card_group"))]]


def _card_items(cards: Sequence[dict[str, object]], capture: Capture) -> list[Item]:
    nodes = [(as_dict(card.get("mblog")), card) for card in _inner(cards)]
    return [item_of(mblog, capture, card) for mblog, card in nodes if is_mblog(mblog) and not is_liked(mblog, card)]


def _mblog_items(nodes: object, capture: Capture) -> list[Item]:
    return [item_of(node, capture) for node in as_dicts(nodes) if is_mblog(node) and not is_liked(node, {})]


def _long_text(data: dict[str, object], capture: Capture) -> Sight:
    """The answer itself does not say which item it belongs to; only the address it was asked at does."""
    post_id = as_id(asked_for(capture, "id"))
    text = as_text(data.get("longTextContent"))
    if post_id is None or text is None:
        return Sight(reason="这是长文全文，其中没有博文编号，不能归到任何一条博文")
    return Sight(posts=(ShownPost(id=post_id, text=plain_text(text)),), covers=Coverage.ITEM)


def _refusal(document: dict[str, object]) -> Sight | None:
    ok, link = as_int(document.get("ok")), as_text(document.get("url")) or ""
    is_login = ok == -100 or as_int(document.get("code")) == 100098 or document.get("error") in _LOGIN_ERRORS
    if is_login or (ok != 1 and _LOGIN_URL.search(link)):
        return refused(Outcome.LOGIN_WALL, "微博要求登录后查看")
    said = as_text(document.get("msg")) or as_text(document.get("message")) or as_text(document.get("error"))
    said = said or _said_by_link(link)
    if ok == 1 or (said is None and ok is None):
        return None
    said = (said or "没有说明")[:200]
    if "还没有内容" in said:
        return Sight(covers=Coverage.LIST, complete=True)
    if state := account_end(said):
        return _gone(state, said)
    if said == "Forbidden" or any(mark in said for mark in _BLOCK_MARKS):
        return refused(Outcome.BLOCKED, f"微博拒绝访问：{said}")
    return refused(Outcome.PARSE_ERROR, f"微博没有给出内容（{said}），不能据此认定账号没有内容")


def _said_by_link(link: str) -> str | None:
    """Some answers only lead to the page that says why; its address holds the sentence or a word for it."""
    if "/sorry" not in link:
        return None
    try:
        query = parse_qs(urlsplit(link).query, keep_blank_values=True)
    except ValueError:
        return None
    if "usernotexists" in query:
        return "用户不存在"
    return as_text(query.get("msg", [""])[0])


def _is_user(node: dict[str, object]) -> bool:
    return user_id(node) is not None and bool(_USER_MARKS & node.keys())


def _profile(user: dict[str, object]) -> Sight:
    account = shown_account(user)
    return Sight(account=account, ids=(account.id or "",), covers=Coverage.PROFILE)


def _detail(data: dict[str, object], capture: Capture) -> Sight:
    """The second half of a profile; whose it is stands only in the address it was asked at."""
    uid = as_id(asked_for(capture, "uid"))
    account = ShownAccount(id=uid, description=as_text(data.get("description")))
    return Sight(account=account, ids=(uid,) if uid else (), covers=Coverage.PROFILE)
