"""WeChat's list answers: history (`getmsg`), the backend's lists (`list_ex`, `appmsgpublish`) and albums."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.collector.capture import MAX_TEXT, Capture, ShownPost
from services.collector.platforms._wechat_article import entities, one_line
from services.collector.platforms._wechat_identity import (
    Identity,
    article_id,
    article_link,
    biz_in,
    number_of_biz,
    query_of,
)
from services.collector.platforms._wechat_sighting import Sighting, failed, listed, with_unread
from services.collector.reading.moments import from_unix
from shared.events import Coverage, Kind, Outcome

Answer = Mapping[str, Any]

_HISTORY_KINDS = {"11": Kind.ORIGINAL, "101": Kind.REPOST}
"""`copyright_stat` of the history list. 12, 14 and 201 stay unknown: field reports contradict each other on them."""
_BACKEND_KINDS = {"1": Kind.ORIGINAL, "2": Kind.REPOST}
_LOGIN_CODES = frozenset({"-3", "200003", "200040"})
_BLOCK_CODES = frozenset({"-6", "200013"})
_OTHER_PAGES = ("offset", "begin", "begin_msgid")
"""Query keys that ask for a later page: it cannot prove what is newest."""


def read_values(values: Sequence[Any], capture: Capture) -> list[Sighting]:
    """Each of the answers on its own, and list items saved one after another as one list; what is neither is left out.

    A refusal comes first or last in a file, and tells nothing of the answers around it.
    """
    answers = _mappings(list(values))
    messages = [answer for answer in answers if "comm_msg_info" in answer]
    items = [answer for answer in answers if _is_backend_item(answer)]
    found = [_messages(messages, capture)] if messages else []
    found += [_backend(items, capture)] if items else []
    for answer in answers:
        is_item = "comm_msg_info" in answer or _is_backend_item(answer)
        if not is_item and (one := _refusal(answer) or _whole_answer(answer, capture)):
            found.append(one)
    return found


def _is_backend_item(answer: Answer) -> bool:
    return "appmsgid" in answer or ("aid" in answer and "link" in answer)


def read_message_list(value: object, capture: Capture, identity: Identity) -> Sighting:
    """`msgList` of a profile page: an object, or its JSON as text with character references."""
    escaped = entities(value, times=1) if isinstance(value, str) else ""
    messages = (_parsed(value) or _parsed(escaped)).get("list")
    if not isinstance(messages, list):
        return failed(Outcome.PARSE_ERROR, "列表数据不完整", identity)
    sighting = _messages(messages, capture)
    if messages and not sighting.posts:
        return failed(Outcome.PARSE_ERROR, "列表中有消息，但格式无法识别", identity)
    return sighting.model_copy(update={"identity": identity.filled_from(sighting.identity)})


def _whole_answer(answer: Answer, capture: Capture) -> Sighting | None:
    if "general_msg_list" in answer:
        return read_message_list(answer["general_msg_list"], capture, Identity())
    if "publish_page" in answer:
        return _published(_parsed(answer["publish_page"]), capture)
    if isinstance(answer.get("app_msg_list"), list):
        return with_unread(_backend(_mappings(answer["app_msg_list"]), capture), _odd(answer["app_msg_list"]))
    if "getalbum_resp" in answer:
        return _album(_parsed(answer["getalbum_resp"]), capture)
    if isinstance(answer.get("list"), list) and "comm_msg_info" in str(answer["list"][:1]):
        return read_message_list(answer, capture, Identity())
    return None


def _refusal(answer: Answer) -> Sighting | None:
    """An answer that says why it holds nothing. Zero is success."""
    base = answer.get("base_resp")
    code = str(base.get("ret") if isinstance(base, Mapping) else answer.get("ret", 0))
    if code in _LOGIN_CODES:
        return failed(Outcome.LOGIN_WALL, f"需要微信登录后才能查看（返回码 {code}）")
    if code in _BLOCK_CODES:
        return failed(Outcome.BLOCKED, f"访问过于频繁，被平台限制（返回码 {code}）")
    if code not in ("0", "None", ""):
        return failed(Outcome.PARSE_ERROR, f"平台返回错误码 {code[:20]}")
    return None


def _coverage(capture: Capture) -> Coverage:
    query = query_of(capture.url)
    later = any(query.get(key, "0") not in ("", "0") for key in _OTHER_PAGES)
    return Coverage.ITEM if later else Coverage.LIST


def _messages(messages: Sequence[object], capture: Capture) -> Sighting:
    """Pushed messages; each carries 1-8 articles that share the message's time."""
    posts: list[ShownPost] = []
    numbers, is_unread = [], False
    for message in map(_parsed, messages):
        about, first = _parsed(message.get("comm_msg_info")), _parsed(message.get("app_msg_ext_info"))
        numbers.append(number_of_biz(about.get("fakeid")))
        found = list(_message_posts(about, first))
        is_unread = is_unread or not (found or _was_deleted(first))
        posts += found
    return with_unread(_listed(posts, numbers, biz_in(capture.url), capture), is_unread)


def _was_deleted(first: Answer) -> bool:
    """1 stands in every article there is."""
    articles = [first, *_mappings(first.get("multi_app_msg_item_list"))]
    return all(str(article.get("del_flag", 1)) not in ("1", "None") for article in articles)


def _listed(posts: Sequence[ShownPost], numbers: Sequence[str], asked: str, capture: Capture) -> Sighting:
    """Items of several accounts are nobody's list."""
    known = {number for number in numbers if number}
    if len(known) > 1:
        return Sighting(outcome=Outcome.OK, reason="多个账号的内容", posts=tuple(posts), covers=Coverage.TIMELINE)
    return listed(_distinct(posts), Identity(number=known.pop() if known else asked), _coverage(capture))


def _message_posts(about: Answer, first: Answer) -> Iterator[ShownPost]:
    for place, article in enumerate([first, *_mappings(first.get("multi_app_msg_item_list"))], 1):
        if article.get("content_url") or article.get("title"):
            yield _history_post(article, about, place)
    if not first and about.get("id"):
        text = one_line(about.get("content"), MAX_TEXT)
        yield _post(f"msg-{about['id']}", None, text[:60], about.get("datetime"), text=text)


def _history_post(article: Answer, about: Answer, place: int) -> ShownPost:
    url = article_link(article.get("content_url"))
    return _post(
        # A temporary link has no mid: the message's own number and the place in it are as stable.
        article_id(url) or f"msg-{about.get('id')}_{place}",
        url,
        article.get("title"),
        about.get("datetime"),
        kind=_HISTORY_KINDS.get(str(article.get("copyright_stat")), Kind.UNKNOWN),
    )


def _published(page: Answer, capture: Capture) -> Sighting:
    """`appmsgpublish`: JSON text in JSON text; an entry without `publish_info` was taken back."""
    entries = page.get("publish_list")
    if not isinstance(entries, list):
        return failed(Outcome.PARSE_ERROR, "列表数据不完整")
    told = [entry.get("publish_info") for entry in _mappings(entries)]
    articles = [_parsed(info).get("appmsgex") for info in told if info]
    sighting = _backend([item for of in articles for item in _mappings(of)], capture)
    return with_unread(sighting, _odd(entries) or any(not _mappings(of) or _odd(of) for of in articles))


def _backend(items: Sequence[Answer], capture: Capture) -> Sighting:
    posts: list[ShownPost] = []
    numbers, asked = [], number_of_biz(query_of(capture.url).get("fakeid", ""))
    for item in items:
        url = article_link(item.get("link"))
        numbers.append(biz_in(item.get("link")))
        own_id = item.get("aid") or f"{item.get('appmsgid')}_{item.get('itemidx')}"
        kind = _BACKEND_KINDS.get(str(item.get("copyright_stat") or item.get("copyright_type")), Kind.UNKNOWN)
        if not item.get("is_deleted"):
            posts.append(
                _post(article_id(url) or str(own_id), url, item.get("title"), item.get("create_time"), kind=kind)
            )
    if not posts:
        return failed(
            Outcome.PARSE_ERROR,
            "后台接口返回空列表：该接口自 2026 年 7 月底起不再给出内容，不能说明账号未更新",
            Identity(number=asked),
        )
    return _listed(posts, numbers, asked, capture)


def _album(album: Answer, capture: Capture) -> Sighting:
    """One column of an account, not its list: it proves activity, never silence. A single item is not in an array."""
    found = album.get("article_list")
    if found is None:
        return failed(Outcome.PARSE_ERROR, "专辑数据不完整")
    about = _parsed(album.get("base_info"))
    posts: list[ShownPost] = []
    number = biz_in(capture.url)
    for item in _mappings(found if isinstance(found, list) else [found]):
        url = article_link(item.get("url"))
        number = number or biz_in(item.get("url"))
        own_id = article_id(url) or f"{item.get('msgid')}_{item.get('itemidx')}"
        posts.append(_post(own_id, url, item.get("title"), item.get("create_time")))
    identity = Identity(user_name=str(about.get("username") or ""), name=one_line(about.get("nickname")), number=number)
    return listed(_distinct(posts), identity, Coverage.ITEM)


def _post(
    own_id: str, url: str | None, title: object, time: object, *, kind: Kind = Kind.UNKNOWN, text: str = ""
) -> ShownPost:
    return ShownPost(
        id=own_id,
        url=url,
        title=one_line(title) or None,
        text=text or None,
        published_at=from_unix(time),
        pinned=False,
        kind=kind,
    )


def _distinct(posts: Sequence[ShownPost]) -> list[ShownPost]:
    return list({post.id: post for post in reversed(posts)}.values())[::-1]


def _odd(value: object) -> bool:
    """Whether something in a list is no item: it may be the newest one."""
    return not isinstance(value, list) or len(_mappings(value)) < len(value)


def _mappings(value: object) -> list[Answer]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _parsed(value: object) -> Answer:
    """A mapping, also when it is given as JSON text; empty for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}
