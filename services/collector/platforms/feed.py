"""订阅源: RSS, Atom and JSON Feed as written by bridges (RSSHub, wewe-rss, we-mp-rss, Wechat2RSS) and websites.

The address in the ledger is the account's identity. A feed says nothing of comments, pins or originality.
"""

import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from services.collector.capture import MAX_LINE, Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms._wechat_identity import Identity, article_id, article_link, biz_in
from services.collector.platforms.base import Platform
from services.collector.reading.bridges import is_block, of_bridge, wants_login
from services.collector.reading.chinese_time import is_rough
from services.collector.reading.feed_formats import is_too_long, parsed
from services.collector.reading.markup import links_in, plain_text, tidy
from services.collector.reading.moments import from_text
from services.collector.reading.notices import account_end, stands_for_text
from services.collector.reading.sight import BLOCK_STATUSES
from shared.account import Account
from shared.errors import InputError
from shared.events import Coverage, Outcome

_BRIDGES = re.compile(
    r"\s{0,9}[|\-–—·_]\s{0,9}(wechat-feeds|wewe-rss|we-mp-rss|wechat2rss|rsshub|powered by rsshub)\s{0,9}$", re.I
)
_MARKED_UP = re.compile(r"</|<(?:img|br|p|em|b|span|font|script)\b", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_BLOCKED = re.compile(
    r"环境异常|访问(过于)?频繁|验证码|安全验证|人机|captcha|too many requests|access denied|cloudflare", re.I
)
_LOGIN = re.compile(r"请(先)?登录|扫码登录|登录失效|sign in|log in", re.I)
_OF_ALL = re.compile(r"(?:\b|[-_ ])all$|全部(?:文章|订阅|公众号)?$|所有(?:文章|订阅|公众号)$|聚合|合集$", re.IGNORECASE)
_ALL_ADDRESS = re.compile(r"/feeds?/all(?:\.\w{3,5})?/?(?:[?#]|$)")
_ON_WEIBO = re.compile(r"https?://(?:www\.|m\.)?weibo\.c(?:om|n)/(?:u/)?(\d{5,12})/\w")
_WEIBO_ASKED = re.compile(r"/weibo/user\d?/(\d{5,12})(?:[/?#.]|$)")
"""RSSHub's address of one account's posts."""
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,3}")
_OFFICE = re.compile(r"[局县区市院办队站台网处委部厅校会所镇乡村省州旗科组社]$")
_ARTICLE = re.compile(
    r"https?://(?:mp\.weixin\.qq\.com/s\b|(?:m\.)?weibo\.c(?:om|n)/(?:\d+/|detail/|status/)\w"
    r"|www\.douyin\.com/(?:video|note)/|(?:www|m)\.toutiao\.com/(?:article|group|item|video|w|a|i)/?\d)"
)
"""Links that lead to one post of a platform: a bridge does not speak about itself at such an address."""


class Feed(Platform):
    """Fetches the address of the ledger row, from its own host only (no host is known beforehand)."""

    hosts: ClassVar[tuple[str, ...]] = ()
    paced_by_host: ClassVar[bool] = True

    def plan(self, account: Account) -> Plan:
        url = (account.url or "").strip()
        if not re.fullmatch(r"https?://[^/\s?#]+\S*", url, re.I) or not _host(url):
            raise InputError(account.key, "订阅源没有可用的地址：请在台账的链接一栏填写 http 或 https 开头的订阅地址")
        return Plan(fetch=(url,))

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        readings = [_reading(capture, account) for capture in captures]
        evidence = [reading for reading in readings if reading.outcome.is_evidence]
        if not evidence:
            return readings[0] if readings else _failed(Outcome.PARSE_ERROR, "没有收到任何内容")
        posts = {post.id: post for reading in reversed(evidence) for post in reversed(reading.posts)}
        first = evidence[0]
        return Reading(
            outcome=Outcome.OK,
            reason=first.reason,
            account=first.account,
            posts=tuple(posts.values())[::-1],
            covers=first.covers,
        )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _reading(capture: Capture, account: Account | None) -> Reading:
    body = capture.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if is_too_long(body):
        return _failed(Outcome.PARSE_ERROR, "订阅源太长，没有读取：请换用只列最新内容的订阅地址")
    feed = parsed(body)
    return _told(*feed, capture, account) if feed else _no_feed(capture)


def _told(
    about: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], capture: Capture, account: Account | None
) -> Reading:
    if not entries:
        return _failed(
            Outcome.PARSE_ERROR, "订阅源完好，但没有任何条目：桥接程序可能没有取到内容，不能据此认定账号没有内容"
        )
    items = [_item(entry, capture) for entry in entries]
    notices = [item for item in items if _is_notice(item, about)]
    told = [item for item in items if item not in notices]
    posts = _posts(told)
    identity = _identity(about, posts)
    # A bare number may be any numbering of the ledger's; only WeChat's own ids can contradict.
    if account and not account.id.isdigit() and identity.agrees(account) is False:
        return _failed(Outcome.PARSE_ERROR, f"页面属于其他账号：{identity.name or identity.id}")
    if account and (other := _other_home(told, account.url)):
        return _failed(Outcome.PARSE_ERROR, f"页面属于其他账号：微博 {other}")
    if notices and (refusal := _refusal(notices, posts)):
        return refusal
    if not posts:
        return _failed(Outcome.PARSE_ERROR, "订阅源的条目没有标题和链接，无法读取")
    return Reading(
        outcome=Outcome.OK,
        account=ShownAccount(
            id=identity.id, name=identity.name or None, description=_line(about.get("description")) or None
        ),
        posts=posts,
        covers=Coverage.TIMELINE if _is_of_many(about, told, posts, account, capture) else Coverage.LIST,
    )


def _failed(outcome: Outcome, reason: str) -> Reading:
    return Reading(outcome=outcome, reason=reason)


def _no_feed(capture: Capture) -> Reading:
    """What came instead of a feed, by its content first and its HTTP status second."""
    shown = plain_text(capture.text[:200_000])[:2000]
    if _BLOCKED.search(shown) or capture.status in BLOCK_STATUSES:
        return _failed(Outcome.BLOCKED, "返回的是访问验证或拒绝页面，不是订阅源")
    if _LOGIN.search(shown) or capture.status == 401:
        return _failed(Outcome.LOGIN_WALL, "返回的是登录页面，不是订阅源")
    status = f"（HTTP {capture.status}）" if capture.status and capture.status >= 400 else ""
    return _failed(Outcome.PARSE_ERROR, f"返回的不是完整的订阅源{status}" if capture.body else f"返回内容为空{status}")


@dataclass(frozen=True)
class Item:
    """One entry. `given`: the id its feed gives it; `time`: as written, empty where the words move with the clock."""

    given: str
    url: str | None
    title: str
    text: str | None
    author: str
    source: str
    time: str
    published_at: datetime | None
    approximate: bool
    links: tuple[str, ...] = ()


def _item(entry: Mapping[str, Any], capture: Capture) -> Item:
    title = _line(entry.get("title"))
    times = [str(time) for time in entry["times"] if time]
    readable = (time for at in (None, capture.at) for time in times if from_text(time, at))
    dated = next(readable, "".join(times[:1]))
    moment = from_text(dated, capture.at)
    return Item(
        given=str(entry.get("id") or "").strip(),
        url=article_link(entry.get("link"), capture.url or ""),
        title=title,
        text=_text(entry["texts"], title),
        author=_line(entry.get("author")),
        source=_line(entry.get("source")),
        time=dated if from_text(dated) or not moment else "",
        published_at=moment,
        approximate=is_rough(dated),
        links=tuple(link for text in entry["texts"] if isinstance(text, str) for link in links_in(text)),
    )


def _posts(items: Sequence[Item]) -> tuple[ShownPost, ...]:
    """Each item once. Items of one key that are not the same item (a bridge gives them all one link) stay several."""
    shown = [item for item in items if item.given or item.url or item.title or item.text]
    sharing: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for item in shown:
        sharing[_key(item)].add(_differing(item))
    posts: dict[str, ShownPost] = {}
    for item in shown:
        key = _key(item)
        own_id = key if key and len(sharing[key]) == 1 else _hashed(key, *_differing(item))
        # Two WeChat accounts may number their articles alike.
        posts.setdefault(f"{own_id} {biz_in(item.url)}", _post(own_id, item))
    return tuple(posts.values())


def _key(item: Item) -> str:
    """WeChat's own number or address of an article, else the id the feed gives; a mere link is shared too often."""
    article = item.url if item.url and _ARTICLE.match(item.url) else ""
    own = article_id(item.url) or article or item.given
    return own or _hashed(item.url or "", item.title or item.text or "", item.time)


def _differing(item: Item) -> tuple[str, ...]:
    """What tells apart two items that share a key. The title of an article may be edited, or stand twice."""
    if article_id(item.url):
        return biz_in(item.url), item.given
    return item.url or "", item.time, item.title or item.text or ""


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _post(own_id: str, item: Item) -> ShownPost:
    return ShownPost(
        id=own_id,
        url=item.url,
        title=None if stands_for_text(item.title) else item.title or None,
        text=item.text,
        published_at=item.published_at,
        approximate=item.approximate,
        pinned=False,
        links=item.links,
    )


def _is_notice(item: Item, about: Mapping[str, Any]) -> bool:
    """An item in which the bridge speaks of itself, not the account of its matters."""
    if item.url and _ARTICLE.match(item.url):
        return False
    name = _line(about.get("title"))
    title = item.title.replace(name, "") if name else item.title
    is_failure = "_error_time=" in f"{item.url}{item.given}" or of_bridge(title, item.text or "")
    return is_failure or bool(stands_for_text(title) and (_BLOCKED.search(title) or account_end(title)))


def _refusal(notices: Sequence[Item], posts: Sequence[ShownPost]) -> Reading | None:
    """What a bridge said of itself, unless it has brought something newer since. Posts it still shows are kept."""
    times = [post.published_at for post in posts if post.published_at]
    last = max((item.published_at for item in notices if item.published_at), default=None)
    if last and times and max(times) > last:
        return None
    said = " ".join(filter(None, (notices[0].title, notices[0].text)))[:200]
    outcome = Outcome.BLOCKED if is_block(said) else Outcome.LOGIN_WALL if wants_login(said) else Outcome.PARSE_ERROR
    return Reading(outcome=outcome, reason=f"订阅源给出的是桥接程序的提示，不是文章：{said[:60]}", posts=tuple(posts))


def _is_of_many(
    about: Mapping[str, Any],
    items: Sequence[Item],
    posts: Sequence[ShownPost],
    account: Account | None,
    capture: Capture,
) -> bool:
    """All accounts of a bridge in one feed. Several writers of one office are not several accounts."""
    if len({biz_in(post.url) for post in posts} - {""}) > 1:
        return True
    title = _BRIDGES.sub("", _line(about.get("title")))
    addresses = (capture.url, about.get("id"), account.url if account else None)
    if _OF_ALL.search(title) or any(_ALL_ADDRESS.search(str(address or "")) for address in addresses):
        return True
    if len({item.source for item in items} - {""}) > 1 or len({_home(item.url) for item in items} - {""}) > 1:
        return True
    names = {item.author for item in items if item.author and not _is_person(item.author)}
    own = {name for name in (title, account.name if account else "") if name}
    if len(names) < 2:
        return False
    return not any(name in title or title in name for name in names | own - {title} if title)


def _home(url: str | None) -> str:
    """Whose page a post of Weibo lies on."""
    match = _ON_WEIBO.match(url or "")
    return match[1] if match else ""


def _other_home(items: Sequence[Item], asked_at: str | None) -> str | None:
    """Whose posts these are, where the feed's address asks for another's."""
    asked, homes = _WEIBO_ASKED.search(asked_at or ""), {_home(item.url) for item in items} - {""}
    return min(homes) if asked and homes and asked[1] not in homes else None


def _is_person(name: str) -> bool:
    return bool(_PERSON.fullmatch(name)) and not _OFFICE.search(name)


def _text(values: Sequence[object], title: str) -> str | None:
    """The first text that is one: not what platform or bridge says instead, not the title again."""
    for value in values:
        text = plain_text(_CDATA.sub("", value)) if isinstance(value, str) else ""
        if text and text != title and not stands_for_text(text):
            return text
    return None


def _line(value: object) -> str:
    text = value if isinstance(value, str) else ""
    text = plain_text(text) if _MARKED_UP.search(text) else html.unescape(text)
    return " ".join(tidy(text).split())[:MAX_LINE]


def _identity(about: Mapping[str, Any], posts: Sequence[ShownPost]) -> Identity:
    """The user name where a bridge gives it, else the one `__biz` that all links share."""
    numbers = {biz_in(post.url) for post in posts}
    user_name = _line(about.get("user_name"))
    return Identity(
        user_name=user_name if re.fullmatch(r"(gh|wxid)_\w+", user_name, re.A) else "",
        number=numbers.pop() if len(numbers) == 1 else "",
        name=_BRIDGES.sub("", _line(about.get("title"))),
    )
