"""微信公众号: articles, history lists, albums and account pages of mp.weixin.qq.com, live or saved.

`account.id` in the ledger may be `gh_…`/`wxid_…`, the `__biz`, the number behind it or the alias; what is read back is
the user name when a page tells it, else `__biz`. What is deleted is told apart: `gone` with coverage `profile` is the
account, any other `gone` is one article.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from services.collector.capture import Capture, Plan, Reading, ShownPost
from services.collector.platforms._wechat_article import (
    Page,
    is_article,
    is_article_data,
    read_article,
    read_article_data,
)
from services.collector.platforms._wechat_identity import (
    HOST,
    SITE,
    Identity,
    article_id,
    biz_in,
    biz_of_number,
    clean_url,
    number_of_biz,
    query_of,
)
from services.collector.platforms._wechat_lists import read_values
from services.collector.platforms._wechat_pages import read_page
from services.collector.platforms._wechat_sighting import Sighting, failed, with_unread
from services.collector.platforms._wechat_status import read_status
from services.collector.platforms.base import Platform
from services.collector.reading.sight import BLOCK_STATUSES
from services.collector.reading.tree import as_saved_by_browser, values_in
from shared.account import Account
from shared.errors import InputError
from shared.events import Comments, Coverage, Kind, Outcome

_BY_WEIGHT = (Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.GONE, Outcome.OK, Outcome.PARSE_ERROR)
"""Without an article or a list: what keeps us out counts for more than an account page that came along."""


class WeChat(Platform):
    """Opens the history page (or the album, article or homepage the ledger names) and reads what comes back."""

    hosts: ClassVar[tuple[str, ...]] = (HOST,)
    page_hosts: ClassVar[tuple[str, ...]] = ("*.qq.com", "*.gtimg.com", "*.gtimg.cn", "*.qpic.cn", "*.qlogo.cn")

    def plan(self, account: Account) -> Plan:
        url = clean_url(account.url)
        if account.url and urlsplit(url).hostname != HOST:
            raise InputError(
                account.key, f"主页链接不在 {HOST}：请填写公众号的主页、专辑或文章链接，或留空并用 __biz 作账号标识"
            )
        path = urlsplit(url).path
        if path == "/mp/appmsgalbum":
            return _album(url)
        if path in ("/mp/homepage", "/s") or path.startswith("/s/"):
            return Plan(page=url, keep=(r"^mp\.weixin\.qq\.com/(s|s/[\w-]+|mp/homepage)$",))
        number = biz_in(url) or number_of_biz(account.id)
        if not number:
            raise InputError(
                account.key, "只凭 gh_ 号或微信号打不开主页：请填写含 __biz 的主页链接，或用 __biz 作账号标识"
            )
        return _history(biz_of_number(number))

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        sighting = _together([one for capture in captures for one in _sightings(capture)], account)
        return (_checked(sighting, account) if account else sighting).reading()

    def post_id(self, link: str) -> str | None:
        return article_id(link)


def _history(biz: str) -> Plan:
    address = f"{SITE}/mp/profile_ext?action={{}}&__biz={biz}&scene=124"
    return Plan(
        page=address.format("home"),
        keep=(r"^mp\.weixin\.qq\.com/mp/profile_ext$",),
        fetch=(address.format("getmsg") + "&f=json&offset=0&count=10",),
    )


def _album(url: str) -> Plan:
    query = query_of(url)
    answer = (
        f"{SITE}/mp/appmsgalbum?action=getalbum&__biz={query.get('__biz', '')}&album_id={query.get('album_id', '')}"
    )
    return Plan(
        page=url,
        keep=(r"^mp\.weixin\.qq\.com/mp/appmsgalbum$",),
        # Newest first, or a long album would show its oldest items only.
        fetch=(answer + "&count=20&is_reverse=1&f=json",),
    )


def _sightings(capture: Capture) -> list[Sighting]:
    if "wappoc_appmsgcaptcha" in (capture.url or ""):
        return [failed(Outcome.BLOCKED, "出现访问验证页（环境异常或访问过于频繁）")]
    text = capture.text.lstrip("\ufeff \t\r\n")
    text = as_saved_by_browser(text) or text
    if text[:1] in ("{", "["):
        found = _from_data(text, capture)
    else:
        found = [page] if (page := _from_page(text, capture)) else []
    if found:
        return found
    if capture.status in BLOCK_STATUSES:
        return [failed(Outcome.BLOCKED, f"平台拒绝访问（HTTP {capture.status}）")]
    return [failed(Outcome.PARSE_ERROR, "无法识别的内容：不是已知的公众号页面或数据" if text else "内容为空")]


def _from_page(text: str, capture: Capture) -> Sighting | None:
    if "<" not in text:
        return None
    page = Page(text)
    if is_article(page):
        return read_article(page, capture)
    return read_page(page, capture) or read_status(page)


def _from_data(text: str, capture: Capture) -> list[Sighting]:
    values = values_in(text)
    if not values:
        return [failed(Outcome.PARSE_ERROR, "数据不完整或不是 JSON")]
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    articles = [read_article_data(value, capture) for value in values if _is_article(value)]
    return articles + read_values([value for value in values if not _is_article(value)], capture)


def _is_article(value: object) -> bool:
    return isinstance(value, dict) and is_article_data(value)


def _together(sightings: Sequence[Sighting], account: Account | None) -> Sighting:
    evidence = [one for one in sightings if one.outcome.is_evidence and one.covers in (Coverage.LIST, Coverage.ITEM)]
    own = [one for one in evidence if account is None or one.identity.agrees(account) is not False]
    if account is None and len({one.identity.number for one in evidence} - {""}) > 1:
        posts = tuple(post for one in evidence for post in one.posts)
        return Sighting(outcome=Outcome.OK, reason="多个账号的内容", posts=posts, covers=Coverage.TIMELINE)
    if evidence:
        return _evidence(own or evidence)
    by_weight = sorted(sightings, key=lambda one: _BY_WEIGHT.index(one.outcome))
    if not by_weight:
        return failed(Outcome.PARSE_ERROR, "没有收到任何内容")
    return by_weight[0].model_copy(update={"identity": _identity(by_weight)})


def _evidence(sightings: Sequence[Sighting]) -> Sighting:
    posts: dict[str, ShownPost] = {}
    for post in (post for one in sightings for post in one.posts):
        posts[post.id] = _richer(posts[post.id], post) if post.id in posts else post
    is_unread = any(one.unread for one in sightings)
    is_list = is_unread or any(one.covers is Coverage.LIST for one in sightings)
    sighting = Sighting(
        outcome=Outcome.OK,
        identity=_identity(sightings),
        posts=tuple(posts.values()),
        covers=Coverage.LIST if is_list else Coverage.ITEM,
    )
    return with_unread(sighting, is_unread)


def _identity(sightings: Iterable[Sighting]) -> Identity:
    found = Identity()
    for one in sightings:
        found = found.filled_from(one.identity)
    return found


def _richer(one: ShownPost, other: ShownPost) -> ShownPost:
    """The same item in two captures: what one leaves open is taken from the other."""
    nothing = (None, (), Kind.UNKNOWN, Comments.UNKNOWN)
    blanks = {name for name in ShownPost.model_fields if getattr(one, name) in nothing}
    return one.model_copy(update={name: getattr(other, name) for name in blanks})


def _checked(sighting: Sighting, account: Account) -> Sighting:
    agrees = sighting.identity.agrees(account)
    if agrees is False:
        return failed(
            Outcome.PARSE_ERROR,
            f"页面属于其他账号：{sighting.identity.name or sighting.identity.id}",
            sighting.identity,
        )
    if agrees is None and sighting.outcome.is_evidence:
        return failed(
            Outcome.PARSE_ERROR, "无法确认页面属于该账号：请在台账中填写含 __biz 的主页链接", sighting.identity
        )
    return sighting
