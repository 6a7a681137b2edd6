"""WeChat's and Sogou's pages other than articles: message lists, search results, albums, account pages."""

import re
from collections.abc import Callable

from selectolax.lexbor import LexborNode

from services.collector.capture import Capture, ShownAccount, ShownPost
from services.collector.platforms._wechat_article import Page, one_line
from services.collector.platforms._wechat_identity import Identity, article_id, article_link, biz_in, number_of_biz
from services.collector.platforms._wechat_lists import read_message_list
from services.collector.platforms._wechat_sighting import Sighting, failed, listed
from services.collector.reading.markup import node_text
from services.collector.reading.moments import from_unix
from services.collector.reading.script_values import assigned, variables
from shared.events import Coverage, Outcome

SOGOU = "https://weixin.sogou.com"

_RENAMED = re.compile(r"(?:改名|注册)\s*“([^“”]{1,60})”\s*$")


def read_page(page: Page, capture: Capture) -> Sighting | None:
    """A page that shows something of accounts without being an article; null when it is none of these."""
    readers: tuple[Callable[[Page, Capture], Sighting | None], ...] = (
        _message_page,
        _search_page,
        _antispider,
        _album_page,
        _about_page,
    )
    return next((found for reader in readers if (found := reader(page, capture))), None)


def _message_page(page: Page, capture: Capture) -> Sighting | None:
    """The profile page reached from Sogou, and the history page inside WeChat."""
    if not any(re.search(r"\bmsgList\s*=(?!=)", script) for script in page.scripts):
        return None
    told = variables(page.scripts, ("__biz", "biz", "nickname", "username", "user_name"))
    identity = Identity(
        user_name=told.get("user_name") or told.get("username") or "",
        number=number_of_biz(told.get("biz") or told.get("__biz")) or biz_in(capture.url),
        alias=page.text(".profile_account").rpartition(":")[2].strip(),
        name=one_line(page.text(".profile_nickname") or told.get("nickname") or page.text("title")),
    )
    return read_message_list(assigned(page.scripts, "msgList"), capture, identity)


def _search_page(page: Page, _: Capture) -> Sighting | None:
    """Search results are of many accounts: no one's list."""
    rows = page.tree.css("ul.news-list li, ul.news-list2 li")
    rows = rows or [row for row in page.tree.css("li") if row.css_first(".txt-box .s-p[t]")]
    if not rows:
        return None
    posts = [post for row in rows if (post := _found(row))]
    if not posts:
        return failed(Outcome.PARSE_ERROR, "搜索结果中没有文章")
    unique = tuple({post.id: post for post in posts}.values())
    return Sighting(outcome=Outcome.OK, reason="搜索结果，含多个账号", posts=unique, covers=Coverage.TIMELINE)


def _found(row: LexborNode) -> ShownPost | None:
    title = row.css_first("h3 a, a[uigs^=account_article]")
    url = article_link(title.attributes.get("href"), SOGOU) if title else None
    stamp = row.css_first(".s-p")
    seconds = re.search(r"timeConvert\('(\d+)'\)", row.html or "")
    time = (stamp.attributes.get("t") if stamp else None) or (seconds[1] if seconds else None)
    if title is None or url is None:
        return None
    return ShownPost(
        id=article_id(url) or url,
        url=url,
        title=one_line(node_text(title)) or None,
        text=node_text(row.css_first(".txt-info")) or None,
        published_at=from_unix(time),
        pinned=False,
    )


def _antispider(page: Page, _: Capture) -> Sighting | None:
    if page.tree.css_first("#seccodeForm, #seccodeInput") is None:
        return None
    return failed(Outcome.BLOCKED, "搜狗要求输入验证码（访问过于频繁）")


def _album_page(page: Page, capture: Capture) -> Sighting | None:
    """One column of an account: proves activity, never silence."""
    rows = page.tree.css("li.album__list-item, .js_album_list li")
    if not rows:
        return None
    posts: dict[str, ShownPost] = {}
    number = biz_in(capture.url)
    for row in rows:
        url = article_link(row.attributes.get("data-link"))
        number = number or biz_in(row.attributes.get("data-link"))
        own_id = article_id(url) or f"{row.attributes.get('data-msgid')}_{row.attributes.get('data-itemidx')}"
        time = from_unix(node_text(row.css_first(".js_article_create_time")))
        title = one_line(row.attributes.get("data-title")) or None
        posts[own_id] = ShownPost(id=own_id, url=url, title=title, published_at=time, pinned=False)
    identity = Identity(number=number, name=one_line(page.text(".album__author-name")))
    return listed(list(posts.values()), identity, Coverage.ITEM)


def _about_page(page: Page, _: Capture) -> Sighting | None:
    """The account's own page: who it is, and nothing of what it published."""
    rows = {node_text(row.css_first(".item-title")): row.css_first(".item-desc") for row in page.tree.css(".item-info")}
    if not {"微信号", "公众号简介", "服务号简介"} & rows.keys():
        return None
    owner = rows.get("认证主体") or rows.get("账号主体") or rows.get("帐号主体")
    history = page.tree.css_first("#js_div_rename_history p")
    renamed = _RENAMED.search(node_text(history))
    identity = Identity(
        number=biz_in(owner.attributes.get("href")) if owner else "",
        alias=node_text(rows.get("微信号")),
        name=renamed[1] if renamed else "",
    )
    details = ShownAccount(
        verified_as=node_text(owner) or None,
        description=node_text(rows.get("公众号简介") or rows.get("服务号简介")) or None,
    )
    return Sighting(outcome=Outcome.OK, identity=identity, details=details, covers=Coverage.PROFILE)
