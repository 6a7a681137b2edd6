"""One status of Weibo, an `mblog`, whichever answer it stands in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from services.collector.capture import Capture, ShownAccount, ShownPost
from services.collector.reading.chinese_time import is_rough, names_day_only, parse_chinese_time
from services.collector.reading.markup import links_in, plain_text
from services.collector.reading.moments import from_text
from services.collector.reading.shops import shop_host
from services.collector.reading.sight import Item
from services.collector.reading.tree import (
    as_count,
    as_dict,
    as_dicts,
    as_flag,
    as_id,
    as_int,
    as_text,
    dig,
)
from shared.clock import to_shanghai
from shared.events import Comments, Kind

POSTS_CONTAINER = re.compile(r"(?<!\d)(?:107603|230413)(\d{5,12})(?!\d)")
ALL_POSTS_CONTAINER = re.compile(r"(?:107603|230413)\d{5,12}(?:_-_WEIBO_SECOND_PROFILE_WEIBO)?")
"""Any longer name is that of a choice: originals (_ORI), pictures (_PIC), articles …"""
_ID_EPOCH = 515_483_463
"""`(mid >> 22) + this` is the upload second: 70 of 71 captured items lie within an hour of their created_at."""
_COMMERCE_CARDS = {"product", "shop", "adFeedEvent"}
_AD_CARD = re.compile(r"[?&]object_type=(product|adFeedEvent)(?:&|$)")
_LIKED = re.compile(r"赞过|赞了")
_FORWARDER = re.compile(r"@(\S{1,60})")
_PINNED_TYPE = 2
_MBLOG_MARKS = {"reposts_count", "attitudes_count", "mblogtype", "mblogid"}
COMMENT_MARKS = {"rootid", "floor_number", "reply_comment", "like_counts", "rootidstr"}

POST_IN_LINK = re.compile(
    r"(?:weibo\.com/(?:u/)?\d{4,12}/|weibo\.(?:com|cn)/(?:status|detail|\d{4,12})/)([0-9A-Za-z]{9,20})(?![0-9A-Za-z])"
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def number_of(name: str) -> str | None:
    """The id behind the short name of a post (`mblogid`): groups of four in base 62, each seven decimal digits."""
    if name.isdigit() and len(name) > 12:
        return name
    if len(name) > 12:
        return None
    groups = [name[max(0, end - 4) : end] for end in range(len(name), 0, -4)][::-1]
    numbers = []
    for group in groups:
        number = 0
        for sign in group:
            number = number * 62 + _DIGITS.index(sign)
        numbers.append(number)
    return str(numbers[0]) + "".join(f"{number:07d}" for number in numbers[1:])


def is_mblog(node: dict[str, object]) -> bool:
    """A post, not a comment (which has id, text and user too) and not the stub a deleted post leaves."""
    if _post_id(node) is None or "created_at" not in node or COMMENT_MARKS & node.keys():
        return False
    return bool(_MBLOG_MARKS & node.keys()) and as_int(node.get("deleted")) != 1


def is_liked(mblog: dict[str, object], card: dict[str, object]) -> bool:
    """Others' posts that the account liked stand in its list under a heading; they are not its own."""
    return any(_LIKED.search(heading) for node in (mblog, card) for heading in _headings(node))


def _headings(node: dict[str, object]) -> list[str]:
    title = node.get("title")
    return [text for text in (as_text(dig(title, "text")), as_text(title), as_text(node.get("card_title"))) if text]


def _post_id(mblog: dict[str, object]) -> str | None:
    return as_id(mblog.get("idstr")) or as_id(mblog.get("mid")) or as_id(mblog.get("id"))


def user_id(user: dict[str, object]) -> str | None:
    return as_id(user.get("idstr")) or as_id(user.get("id")) or as_id(user.get("uid"))


def shown_account(user: dict[str, object]) -> ShownAccount:
    """Both the site's own names of the fields and those of a client that renames them."""
    followers = user.get("followers_count", user.get("fans_count"))
    return ShownAccount(
        id=user_id(user),
        name=as_text(user.get("screen_name")) or as_text(user.get("nickname")) or as_text(user.get("name")),
        verified_as=as_text(user.get("verified_reason")),
        description=as_text(user.get("description")),
        followers=as_count(followers),
        posts_total=as_count(user.get("statuses_count", user.get("mblog_count"))),
    )


def item_of(mblog: dict[str, object], capture: Capture, card: dict[str, object] | None = None) -> Item:
    user = as_dict(mblog.get("user"))
    author = shown_account(user) if user_id(user) else None
    forwarder = _forwarder(mblog, as_dict(card))
    if author is None and (home := POSTS_CONTAINER.search(as_text((card or {}).get("scheme")) or "")):
        author = ShownAccount(id=home[1])
    post_id = _post_id(mblog) or ""
    bid = as_text(mblog.get("mblogid")) or as_text(mblog.get("bid"))
    path = (
        f"weibo.com/{author.id}/{bid}"
        if author and bid and re.fullmatch(r"[0-9A-Za-z]{5,12}", bid)
        else f"m.weibo.cn/detail/{post_id}"
    )
    post = ShownPost(
        id=post_id,
        url=f"https://{path}",
        text=_text(mblog),
        published_at=_published_at(mblog, post_id, capture.at),
        approximate=is_rough(as_text(mblog.get("created_at"))),
        pinned=_pinned(mblog, card),
        kind=Kind.REPOST if forwarder or mblog.get("retweeted_status") else Kind.ORIGINAL,
        comments=_comments(mblog),
        ad_signals=tuple(dict.fromkeys(_ad_signals(mblog))),
        links=tuple(_links(mblog)),
    )
    author = forwarder or author
    return Item(post=post, author=author, ids=(author.id,) if author and author.id else ())


def _forwarder(mblog: dict[str, object], card: dict[str, object]) -> ShownAccount | None:
    """Who forwarded quickly (快转): such an item shows the first author as its user, and the forwarder in a suffix.

    Where the suffix is missing, the forwarder is whose list the card stands in.
    """
    own, place = as_id(mblog.get("ori_uid")), POSTS_CONTAINER.match(as_text(card.get("itemid")) or "")
    if own and place and place[1] == own != user_id(as_dict(mblog.get("user"))):
        return ShownAccount(id=own)
    suffix = "".join(as_text(part.get("content")) or "" for part in as_dicts(mblog.get("screen_name_suffix_new")))
    told = " ".join([suffix, *_headings(mblog)])
    if "快转" not in told:
        return None
    named = _FORWARDER.search(told.replace("快转", " 快转"))
    return ShownAccount(id=as_id(mblog.get("ori_uid")), name=named[1] if named else None)


def _text(mblog: dict[str, object]) -> str | None:
    plain = as_text(mblog.get("text_raw")) or as_text(mblog.get("raw_text"))
    long = as_text(dig(mblog, "longText", "longTextContent"))
    return long or plain or as_text(plain_text(as_text(mblog.get("text")) or ""))


def _published_at(mblog: dict[str, object], post_id: str, now: datetime) -> datetime | None:
    """A short date ("06-14") tells neither year nor hour; where the id's upload second falls on it, that is taken."""
    written = as_text(mblog.get("created_at")) or ""
    if exact := from_text(written):
        return exact
    uploaded = datetime.fromtimestamp(_ID_EPOCH, UTC) + timedelta(seconds=min(int(post_id) >> 22, 2**32))
    local = to_shanghai(uploaded)
    if names_day_only(written) == (local.month, local.day) and uploaded <= now:
        return uploaded
    return parse_chinese_time(written, now)


def _pinned(mblog: dict[str, object], card: dict[str, object] | None) -> bool:
    place = as_text((card or {}).get("profile_type_id")) or ""
    words = [*_headings(mblog), *_headings(card or {}), as_text(mblog.get("mblogtypename")) or ""]
    marked = any(as_flag(mblog.get(name)) for name in ("isTop", "is_top"))
    by_type = as_int(mblog.get("mblogtype")) == _PINNED_TYPE
    return marked or by_type or any("置顶" in word for word in words) or place.startswith("proweibotop_")


def _comments(mblog: dict[str, object]) -> Comments:
    """-1 and 0 stand in every ordinary item; anything else limits who may comment. What an approval type other than 0
    does to comments nobody has described, so that it makes nothing open."""
    permission = as_int(dig(mblog, "comment_manage_info", "comment_permission_type"))
    approval = as_int(dig(mblog, "comment_manage_info", "approval_comment_type"))
    if permission is None or (permission in (-1, 0) and approval):
        return Comments.UNKNOWN
    return Comments.OPEN if permission in (-1, 0) else Comments.RESTRICTED


def _ad_signals(mblog: dict[str, object]) -> Iterator[str]:
    if as_text(dig(mblog, "promotion", "type")) == "ad":
        yield "promotion.type=ad"
    for key in ("object_type", "type"):
        if (card := as_text(dig(mblog, "page_info", key))) in _COMMERCE_CARDS:
            yield f"page_info.{key}={card}"
    for link in as_dicts(mblog.get("url_struct")):
        for address in (as_text(link.get("long_url")) or "", as_text(link.get("ori_url")) or ""):
            if shop := shop_host(address):
                yield f"url_struct.long_url={shop}"
            if card_kind := _AD_CARD.search(address):
                yield f"url_struct.object_type={card_kind[1]}"


def _links(mblog: dict[str, object]) -> Iterator[str]:
    """What a short link stands for, where the answer tells, and what the text itself links to."""
    yield from (as_text(link.get("long_url")) or "" for link in as_dicts(mblog.get("url_struct")))
    yield from links_in(as_text(dig(mblog, "longText", "longTextContent")) or as_text(mblog.get("text")) or "")


def host_of_link(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
