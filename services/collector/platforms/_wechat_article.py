"""One WeChat article, from its page (layouts of 2018, 2020 and 2025-26) or its saved `cgiDataNew`."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.collector.capture import MAX_LINE, Capture, ShownPost
from services.collector.platforms._wechat_identity import (
    SITE,
    Identity,
    article_id,
    article_link,
    biz_in,
    biz_of_number,
    number_of_biz,
)
from services.collector.platforms._wechat_sighting import Sighting, failed
from services.collector.reading.chinese_time import is_rough
from services.collector.reading.markup import links_below, node_text, plain_text, tidy, tree
from services.collector.reading.moments import from_text, from_unix
from services.collector.reading.script_values import assigned, members, variables
from services.collector.reading.shops import is_mall, shop_host
from shared.events import Comments, Coverage, Kind, Outcome

_ARTICLE_MARKS = "#js_article, #js_content, #img-content, .share_content_page, body[class*=page_share]"
_ENTITY = re.compile(r"&#?\w{1,31};")
_OLD_NAMES = {
    "user_name": "user_name",
    "nick_name": "nickname",
    "alias": "alias",
    "bizuin": "biz",
    "mid": "mid",
    "idx": "idx",
    "sn": "sn",
    "title": "msg_title",
    "desc": "msg_desc",
    "link": "msg_link",
    "ori_create_time": "ct",
    "create_time": "publish_time",
    "svr_time": "svr_time",
    "item_show_type": "item_show_type",
    "source_url": "msg_source_url",
}
"""Names in cgiDataNew and their older `var` names."""
_SHARE_NAMES = {
    "user_name": ("user_name",),
    "nick_name": ("nick_name", "nickname"),
    "alias": ("alias",),
    "bizuin": ("biz", "bizuin", "__biz"),
    "mid": ("mid", "appmsgid"),
    "idx": ("idx", "itemidx"),
    "sn": ("sn",),
    "title": ("title", "msg_title"),
    "desc": ("desc", "msg_desc", "digest"),
    "link": ("msg_link", "link"),
    "ori_create_time": ("ori_create_time", "ct", "create_time"),
    "svr_time": ("svr_time",),
    "item_show_type": ("item_show_type",),
}
"""Names in the `cgiData` that pages of shared pictures, videos, sounds and texts had before cgiDataNew."""
_OLD_COPYRIGHT = ("copyright_stat", "_copyright_stat", "source_encode_biz", "source_biz")
_KINDS = {"1": Kind.ORIGINAL, "2": Kind.REPOST}
_AD_TAGS = ("mp-common-product", "mpcps", "mp-common-cpsad", "mpcpc", "mp-common-shopprofile", "mp-common-shoptag")
_AD_CLASSES = {".product_text_link": "product_text_link"}
_AD_LISTS = (
    "advertisement_info",
    "window_product_list",
    "footer_common_shops",
    "footer_product_card",
    "product_activity",
)
_PICTURE_AD_LISTS = ("cps_ad_info", "bind_ad_info", "spot_product_info")
_MALL_NAME = 40
_TYPED_TEXT = ("8", "10")
"""item_show_type of picture and text messages: their text is typed, with line breaks and without HTML blocks."""


class Page:
    """A parsed HTML page and its own scripts (an article that quotes code is not among them)."""

    def __init__(self, text: str) -> None:
        self.tree: LexborHTMLParser = tree(text)
        self.scripts = tuple(node.text() for node in self.tree.css("script"))
        data = assigned(self.scripts, "cgiDataNew")
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}

    def text(self, selector: str) -> str:
        return node_text(self.tree.css_first(selector))

    def meta(self, name: str) -> str:
        node = self.tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
        return tidy((node.attributes.get("content") if node else None) or "")


def entities(text: object, times: int = 3) -> str:
    """Character references undone as often as WeChat nests them; only whole ones, or `&timestamp` would suffer."""
    found = str(text or "")
    for _ in range(times):
        found = _ENTITY.sub(lambda match: html.unescape(match[0]), found)
    return found


def one_line(text: object, limit: int = MAX_LINE) -> str:
    return " ".join(tidy(entities(text)).split())[:limit]


def is_article(page: Page) -> bool:
    """Every article page has one of these marks and no status page has: so an article may quote a status page."""
    shown = page.tree.css_first(_ARTICLE_MARKS) is not None
    return shown or is_article_data(page.data)


def is_article_data(value: Mapping[str, Any]) -> bool:
    """A saved `cgiDataNew`."""
    return bool(value.get("user_name") or value.get("bizuin")) and "mid" in value and "title" in value


def read_article(page: Page, capture: Capture) -> Sighting:
    """An article page."""
    old = variables(page.scripts, (*_OLD_NAMES.values(), *_OLD_COPYRIGHT))
    facts: dict[str, Any] = {name: old.get(old_name) for name, old_name in _OLD_NAMES.items()}
    facts["copyright_info"] = _old_copyright(page, old)
    facts |= {name: value for name, value in page.data.items() if value or name not in facts}
    if not page.data:
        facts |= {name: value for name, value in _shared(page).items() if not facts[name]}
    facts["title"] = facts["title"] or page.meta("og:title") or page.text("#activity-name") or page.text("title")
    facts["nick_name"] = facts["nick_name"] or page.text("#js_name, .wx_follow_nickname, .profile_nickname")
    facts["link"] = facts["link"] or page.meta("og:url")
    # A page saved without its scripts tells whose it is by its own address only.
    facts["bizuin"] = facts["bizuin"] or biz_in(facts["link"])
    facts["rendered_time"] = page.text("#publish_time, #post-date")
    return _sighting(facts, page, capture)


def _shared(page: Page) -> dict[str, str]:
    """Facts of an old page that shares a picture, a video, a sound or a text; none of any other page."""
    names = {name for names in _SHARE_NAMES.values() for name in names}
    told = members(page.scripts, ("d", "cgiData", "cgi_data"), names)
    facts = {fact: next(filter(None, map(told.get, names)), "") for fact, names in _SHARE_NAMES.items()}
    if told and not facts["desc"]:
        facts["desc"] = page.meta("og:description")
    return facts


def read_article_data(facts: Mapping[str, Any], capture: Capture) -> Sighting:
    """A saved `cgiDataNew`."""
    return _sighting(facts, None, capture)


def _sighting(facts: Mapping[str, Any], page: Page | None, capture: Capture) -> Sighting:
    identity = Identity(
        user_name=str(facts.get("user_name") or ""),
        number=number_of_biz(facts.get("bizuin")),
        alias=str(facts.get("alias") or ""),
        name=one_line(facts.get("nick_name")),
    )
    title, text, published_at = one_line(facts.get("title")), _text(facts, page), _published_at(facts, capture.at)
    if not identity.id or not (title or text) or published_at is None:
        return failed(Outcome.PARSE_ERROR, "文章页面不完整：缺少账号、标题或发布时间", identity)
    url = article_link(facts.get("link") or _built_link(facts, identity) or capture.url)
    post = ShownPost(
        id=_article_id(facts) or url or f"{published_at.timestamp():.0f}",
        url=url,
        title=title or None,
        text=text or None,
        published_at=published_at,
        approximate=is_rough(str(facts.get("rendered_time") or "")) and not _exact_time(facts),
        kind=_kind(facts.get("copyright_info")),
        comments=_comments(facts),
        ad_signals=tuple(dict.fromkeys(_ad_signals(facts, page))),
        links=tuple(_links(facts, page)),
    )
    return Sighting(outcome=Outcome.OK, identity=identity, posts=(post,), covers=Coverage.ITEM)


def _article_id(facts: Mapping[str, Any]) -> str | None:
    mid, idx = str(facts.get("mid") or ""), str(facts.get("idx") or "")
    return f"{mid}_{idx}" if mid.isdigit() and idx.isdigit() else article_id(facts.get("link"))


def _built_link(facts: Mapping[str, Any], identity: Identity) -> str | None:
    """Old pages do not say their own link, but have what it is made of; without `sn` it would open nothing."""
    if not (identity.number and facts.get("sn") and _article_id(facts)):
        return None
    return f"{SITE}/s?__biz={biz_of_number(identity.number)}&mid={facts['mid']}&idx={facts['idx']}&sn={facts['sn']}"


def _published_at(facts: Mapping[str, Any], now: datetime) -> datetime | None:
    served_at = from_unix(facts.get("svr_time")) or now
    return _exact_time(facts) or from_text(facts.get("rendered_time"), served_at)


def _exact_time(facts: Mapping[str, Any]) -> datetime | None:
    for name in ("ori_create_time", "create_timestamp", "ori_send_time", "create_time"):
        if moment := from_unix(facts.get(name)):
            return moment
    return from_text(str(facts.get("create_time") or ""))


def _text(facts: Mapping[str, Any], page: Page | None) -> str:
    content = str(facts.get("content_noencode") or facts.get("desc") or "")
    if str(facts.get("item_show_type")) in _TYPED_TEXT:
        typed = plain_text(content.replace("\n", "<br>"))
        return typed or ((page.text("#js_text_desc") or page.meta("og:description")) if page else "")
    shown = page.text("#js_content") if page else ""
    return shown or plain_text(content)


def _old_copyright(page: Page, old: Mapping[str, str]) -> dict[str, str]:
    stat = old.get("copyright_stat") or old.get("_copyright_stat") or "0"
    mark = page.text("#copyright_logo, .meta_original_tag")
    return {
        "copyright_stat": "1" if stat == "0" and mark == "原创" else stat,
        "source_encode_biz": old.get("source_encode_biz") or old.get("source_biz") or "",
    }


def _kind(info: object) -> Kind:
    """Only what the platform declares: 1 is original, 2 or a source card a reprint; 0 is nothing declared."""
    if not isinstance(info, Mapping):
        return Kind.UNKNOWN
    declared = _KINDS.get(str(info.get("copyright_stat")), Kind.UNKNOWN)
    has_source = any(info.get(name) for name in ("source_encode_biz", "source_username", "reprint_url"))
    return Kind.REPOST if declared is Kind.UNKNOWN and has_source else declared


def _comments(facts: Mapping[str, Any]) -> Comments:
    """Without login `comment_enabled` is empty, which tells nothing; shown comments prove that they were open."""
    bar = _mapping(_mapping(facts.get("user_info")).get("appmsg_bar_data"))
    if str(bar.get("get_data_succ")) == "1" and str(bar.get("comment_enabled")) in ("0", "1"):
        return Comments.OPEN if str(bar["comment_enabled"]) == "1" else Comments.CLOSED
    shown = _mapping(facts.get("rt_biz_info")).get("elected_comment_total_cnt")
    return Comments.OPEN if isinstance(shown, int) and shown > 0 else Comments.UNKNOWN


def _ad_signals(facts: Mapping[str, Any], page: Page | None) -> Iterator[str]:
    """Cards and shop links inside the article, a read-more link to a shop, and lists that are not empty."""
    shown = page.tree.css_first("#js_content") if page else None
    content = tree(str(facts.get("content_noencode") or "")).root
    for root in (shown, content):
        if root is not None:
            yield from (tag for tag in _AD_TAGS if root.css_first(tag) is not None)
            yield from (word for selector, word in _AD_CLASSES.items() if root.css_first(selector) is not None)
            yield from _shops_in(root)
    if shop := shop_host(entities(facts.get("source_url"))):
        yield f"source_url={shop}"
    yield from (name for name in _AD_LISTS if facts.get(name))
    pictures = facts.get("picture_page_info_list")
    for picture in pictures if isinstance(pictures, list) else []:
        yield from (name for name in _PICTURE_AD_LISTS if _mapping(picture).get(name))


def _shops_in(root: LexborNode) -> Iterator[str]:
    """A mini-program card is an ordinary public service, unless its name is a mall's."""
    for link in root.css("a[href]"):
        if shop := shop_host(entities(link.attributes.get("href"))):
            yield f"href={shop}"
    for card in root.css("mp-common-miniprogram, .weapp_display_element, .weapp_text_link, .weapp_image_link"):
        name = one_line(card.attributes.get("data-miniprogram-nickname"), _MALL_NAME)
        if is_mall(name):
            yield f"mp-common-miniprogram={name}"


def _links(facts: Mapping[str, Any], page: Page | None) -> Iterator[str]:
    """阅读原文 and what the article itself links to; the page around it is WeChat's."""
    yield entities(facts.get("source_url"))
    shown = page.tree.css_first("#js_content") if page else None
    for root in (shown, tree(str(facts.get("content_noencode") or "")).root):
        yield from map(entities, links_below(root))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
