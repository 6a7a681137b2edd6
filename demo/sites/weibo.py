"""m.weibo.cn: visitor step, account page, getIndex answers."""

import urllib.parse
from datetime import datetime
from typing import Any

from demo.web import Answer, Request, as_json, as_page, not_found, redirect
from demo.world import Behaviour, DemoAccount, DemoPost
from shared.clock import to_shanghai

HOSTS = ("m.weibo.cn", "visitor.passport.weibo.cn", "passport.weibo.cn")
PAGE_SIZE = 10
_COMMENTS = "/comments/hotflow"
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

_VISITOR = """
document.cookie = "SUB=_2AkMdemo; domain=.weibo.cn; path=/; secure";
location.replace(new URLSearchParams(location.search).get("url"));
"""
_PAGE = """
const uid = location.pathname.split("/").pop(), api = "/api/container/getIndex?type=uid&value=" + uid;
fetch(api).then(r => r.json()).then(d => {
  document.querySelector("h1").textContent = d.data.userInfo.screen_name;
  const tab = d.data.tabsInfo.tabs.find(t => t.tab_type === "weibo");
  return fetch(api + "&containerid=" + tab.containerid).then(r => r.json());
}).then(d => d.data.cards.forEach(c => {
  const p = document.createElement("p"); p.innerHTML = c.mblog.text; document.body.append(p);
}));
"""


def account_key(request: Request) -> str | None:
    # Who asks for comments asks from the account's page; the request itself names the post only.
    opened = urllib.parse.urlsplit(request.referer).path if request.path == _COMMENTS else request.path
    uid = request.query.get("value") or opened.removeprefix("/u/")
    return f"weibo/{uid}" if uid.isdigit() else None


def answer(request: Request, account: DemoAccount | None) -> Answer:
    if request.host == "visitor.passport.weibo.cn":
        return as_page("Sina Visitor System", script=_VISITOR)
    if request.host == "passport.weibo.cn":
        return as_page("登录 - 微博", "<h1>请先登录</h1>")
    if request.path.startswith("/u/"):
        return _page(request, account)
    if request.path == "/api/container/getIndex":
        return _index(request, account)
    if request.path == _COMMENTS:
        return _comments(request, account)
    return not_found()


def _page(request: Request, account: DemoAccount | None) -> Answer:
    here = f"https://{request.host}{request.path}"
    if "SUB" not in request.cookies:
        query = urllib.parse.urlencode({"entry": "sinawap", "a": "enter", "url": here})
        return redirect(f"https://visitor.passport.weibo.cn/visitor/visitor?{query}")
    behaviours = account.behaviours if account else frozenset()
    if Behaviour.CAPTCHA in behaviours:
        return as_page("访问受限 新浪微博-随时随地分享身边的新鲜事儿", "<p>访问过于频繁，请输入验证码</p>")
    if Behaviour.LOGIN_WALL in behaviours:
        return redirect("https://passport.weibo.cn/signin/welcome?entry=mweibo")
    return as_page("微博", "<h1></h1>", _PAGE)


def _index(request: Request, account: DemoAccount | None) -> Answer:
    if "SUB" not in request.cookies:
        return Answer(status=432)
    if account is None or Behaviour.CANCELLED in account.behaviours:
        return as_json({"ok": 0, "msg": "用户不存在"})
    if Behaviour.CAPTCHA in account.behaviours:
        return Answer(status=418)
    if Behaviour.LOGIN_WALL in account.behaviours:
        url = "https://passport.weibo.cn/signin/welcome?entry=mweibo"
        return as_json({"ok": -100, "msg": "请先登录", "url": url})
    if request.query.get("containerid", "").startswith("107603"):
        return as_json({"ok": 1, "data": _cards(account, int(request.query.get("since_id", "0") or 0))})
    tab = {"id": 2, "tabKey": "weibo", "title": "微博", "tab_type": "weibo", "containerid": f"107603{account.id}"}
    data = {"userInfo": _user(account), "tabsInfo": {"selectedTab": 1, "tabs": [tab]}, "showAppTips": 1}
    return as_json({"ok": 1, "data": data})


def _cards(account: DemoAccount, older_than: int) -> dict[str, Any]:
    posts = [post for post in account.posts if not older_than or int(post.id) < older_than]
    shown = posts[:PAGE_SIZE]
    info: dict[str, Any] = {
        "containerid": f"107603{account.id}",
        "v_p": 42,
        "show_style": 1,
        "total": len(account.posts),
    }
    if len(posts) > PAGE_SIZE:
        info["since_id"] = int(shown[-1].id)
    return {"cardlistInfo": info, "cards": [_card(account, post) for post in shown]}


def _card(account: DemoAccount, post: DemoPost) -> dict[str, Any]:
    bid = _short(int(post.id))
    return {
        "card_type": 9,
        "profile_type_id": f"{'proweibotop' if post.pinned else 'proweibo'}_{post.id}",
        "itemid": f"107603{account.id}_-_{post.id}",
        "scheme": f"https://m.weibo.cn/status/{bid}?mblogid={bid}&lfid=107603{account.id}",
        "mblog": _mblog(account, post, bid),
    }


def _mblog(account: DemoAccount, post: DemoPost, bid: str) -> dict[str, Any]:
    mblog: dict[str, Any] = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": to_shanghai(post.at).strftime("%a %b %d %H:%M:%S %z %Y"),
        "id": post.id,
        "idstr": post.id,
        "mid": post.id,
        "bid": bid,
        "text": "转发微博" if post.repost else post.text,
        "textLength": len(post.text) * 2,
        "source": "微博网页版",
        "user": _user(account),
        "reposts_count": 3,
        "comments_count": 2 if post.comments_open else 0,
        "attitudes_count": 11,
        "isLongText": False,
        "mblogtype": 0,
        "is_paid": False,
        "region_name": "发布于 河山",
        "comment_manage_info": {
            "comment_permission_type": -1 if post.comments_open else 1,
            "approval_comment_type": 0,
            "comment_sort_type": 0,
        },
        "pics": [],
    }
    if post.repost:
        mblog["raw_text"] = "转发微博"
        mblog["retweeted_status"] = _source(post)
    if post.goods:
        mblog["page_info"] = {"type": "product", "object_type": "product", "page_title": post.goods}
    return mblog


def _comments(request: Request, account: DemoAccount | None) -> Answer:
    """Closed comments and none at all are answered alike."""
    mid = request.query.get("mid")
    post = next((post for post in account.posts if post.id == mid), None) if account else None
    if account is None or post is None or not post.comments_open or not post.comments:
        return as_json({"ok": 0})
    shown = [_comment(account, post, number) for number in range(len(post.comments))]
    return as_json({"ok": 1, "data": {"data": shown, "total_number": len(shown), "max_id": 0, "max_id_type": 0}})


def _comment(account: DemoAccount, post: DemoPost, number: int) -> dict[str, Any]:
    comment, own_id = post.comments[number], str(int(post.id) + 1000 + 2 * number)
    reader = {"id": 1900000 + number, "screen_name": f"读者{number}", "verified": False, "verified_type": -1}
    said = _said(own_id, comment.at, comment.text, reader)
    if comment.answered_at is None:
        return said | {"comments": False, "total_number": 0}
    answer = _said(str(int(own_id) + 1), comment.answered_at, "您好，已转有关科室办理。", _user(account))
    return said | {"comments": [answer], "total_number": 1}


def _said(own_id: str, at: datetime, text: str, user: dict[str, Any]) -> dict[str, Any]:
    written = to_shanghai(at).strftime("%a %b %d %H:%M:%S %z %Y")
    return {"created_at": written, "id": own_id, "rootid": own_id, "text": text, "user": user, "like_count": 0}


def _source(post: DemoPost) -> dict[str, Any]:
    source_id = str(int(post.id) - 86_400_000)
    user = {"id": 1999999, "screen_name": "云川发布", "verified": True, "verified_type": 1}
    return {
        "created_at": to_shanghai(post.at).strftime("%a %b %d %H:%M:%S %z %Y"),
        "id": source_id,
        "mid": source_id,
        "bid": _short(int(source_id)),
        "text": post.text,
        "user": user,
    }


def _user(account: DemoAccount) -> dict[str, Any]:
    return {
        "id": int(account.id),
        "screen_name": account.name,
        "profile_url": f"https://m.weibo.cn/u/{account.id}?uid={account.id}",
        "statuses_count": len(account.posts),
        "verified": True,
        "verified_type": 1,
        "verified_type_ext": 0,
        "verified_reason": f"{account.unit}官方微博",
        "close_blue_v": False,
        "description": f"{account.unit}官方微博（演示账号）",
        "followers_count": "1.2万",
        "followers_count_str": "1.2万",
        "follow_count": 36,
        "mbtype": 0,
        "urank": 9,
    }


def _short(number: int) -> str:
    """The base-62 form of a Weibo id: four letters for every seven digits, counted from the right."""
    letters = ""
    while number:
        number, group = divmod(number, 10_000_000)
        part = ""
        while group:
            group, rest = divmod(group, 62)
            part = _BASE62[rest] + part
        letters = (part.rjust(4, "0") if number else part) + letters
    return letters
