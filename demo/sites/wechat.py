"""mp.weixin.qq.com: history page and its getmsg list, article pages, verification page."""

import base64
import hashlib
import html
import json
from typing import Any

from demo.web import Answer, Request, as_json, as_page, not_found, redirect
from demo.world import Behaviour, DemoAccount, DemoPost
from shared.clock import chinese_time

HOSTS = ("mp.weixin.qq.com",)
PAGE_SIZE = 10
ORIGINAL, REPRINT = 11, 101
_CAPTCHA = f"https://{HOSTS[0]}/mp/wappoc_appmsgcaptcha?poc_token=demo&target_url=demo"

_HOME = """
var __biz = "%s", nickname = "%s", username = "%s";
fetch("/mp/profile_ext?action=getmsg&__biz=" + encodeURIComponent(__biz) + "&f=json&offset=0&count=10&is_ok=1")
  .then(r => r.json()).then(d => JSON.parse(d.general_msg_list).list.forEach(m => {
    const p = document.createElement("p"); p.textContent = m.app_msg_ext_info.title; document.body.append(p);
  }));
"""


def account_key(request: Request) -> str | None:
    biz = request.query.get("__biz")
    return f"wechat/{biz}" if biz else None


def answer(request: Request, account: DemoAccount | None) -> Answer:
    if request.path == "/mp/wappoc_appmsgcaptcha":
        return _verification()
    if request.path == "/mp/profile_ext":
        is_list = request.query.get("action") == "getmsg"
        return _list(request, account) if is_list else _home(account)
    if request.path == "/s":
        return _article(request, account)
    return not_found()


def _verification() -> Answer:
    body = '<div class="weui-msg"><p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a></div>'
    return as_page("", body, "var poc_token = 'demo'; /* secitptpage/template/verify.js */")


def _home(account: DemoAccount | None) -> Answer:
    behaviours = account.behaviours if account else frozenset()
    if account is None:
        return as_page("验证", "<p>请在微信客户端打开链接。</p>")
    if Behaviour.CAPTCHA in behaviours:
        return redirect(_CAPTCHA)
    if Behaviour.LOGIN_WALL in behaviours:
        return as_page("验证", "<p>请在微信客户端打开链接。</p>")
    if Behaviour.CANCELLED in behaviours:
        return as_page(
            "", '<div class="weui-msg"><h2 class="weui-msg__title">此帐号已自主注销，内容无法查看</h2></div>'
        )
    name = html.escape(account.name)
    body = f'<strong class="profile_nickname" id="nickname">{name}</strong>'
    return as_page(account.name, body, _HOME % (account.id, name, _gh(account)))


def _list(request: Request, account: DemoAccount | None) -> Answer:
    if account and Behaviour.CAPTCHA in account.behaviours:
        return redirect(_CAPTCHA)
    closed = {Behaviour.LOGIN_WALL, Behaviour.CANCELLED}
    if account is None or account.behaviours & closed:
        return as_json({"ret": -3, "errmsg": "no session", "cookie_count": 0})
    offset = int(request.query.get("offset", "0") or 0)
    shown = account.posts[offset : offset + PAGE_SIZE]
    messages = [_message(account, post) for post in shown]
    more = offset + len(shown) < len(account.posts)
    return as_json(
        {
            "ret": 0,
            "errmsg": "ok",
            "msg_count": len(messages),
            "can_msg_continue": int(more),
            "general_msg_list": json.dumps({"list": messages}, ensure_ascii=False),
            "next_offset": offset + len(shown),
            "video_count": 0,
            "use_video_tab": 1,
            "real_type": 0,
            "home_page_list": [],
        }
    )


def _message(account: DemoAccount, post: DemoPost) -> dict[str, Any]:
    info = {
        "id": int(post.id) - 1_000_000_000,
        "type": 49,
        "datetime": int(post.at.timestamp()),
        "fakeid": _fakeid(account),
        "status": 2,
        "content": "",
    }
    article = {
        "title": post.title,
        "digest": post.text,
        "content": "",
        "fileid": 0,
        "content_url": _url(account, post).replace("&", "&amp;"),
        "source_url": "",
        "cover": "",
        "subtype": 9,
        "is_multi": 0,
        "multi_app_msg_item_list": [],
        "author": account.name,
        "copyright_stat": REPRINT if post.repost else ORIGINAL,
        "duration": 0,
        "del_flag": 1,
        "item_show_type": 0,
        "audio_fileid": 0,
        "play_url": "",
        "malicious_title_reason_id": 0,
        "malicious_content_type": 0,
    }
    return {"comm_msg_info": info, "app_msg_ext_info": article}


def _article(request: Request, account: DemoAccount | None) -> Answer:
    if account and Behaviour.CAPTCHA in account.behaviours:
        return redirect(_CAPTCHA)
    posts = account.posts if account else ()
    post = next((post for post in posts if post.id == request.query.get("mid")), None)
    if account is None or post is None:
        body = '<div class="weui-msg"><div class="weui-msg__title warn">该内容已被发布者删除</div></div>'
        return as_page("", body)
    second = int(post.at.timestamp())
    script = (
        f'var biz = "" || "{account.id}"; var mid = "" || "{post.id}"; var idx = "" || "1"; var ct = "{second}";'
        f'var nickname = htmlDecode("{html.escape(account.name)}"); var user_name = "{_gh(account)}";'
        f"var msg_title = '{html.escape(post.title)}'; var create_time = '{chinese_time(post.at)}';"
    )
    body = (
        f'<div id="js_article"><h1 id="activity-name">{html.escape(post.title)}</h1><a id="js_name">'
        f'{html.escape(account.name)}</a><div id="js_content"><p>{html.escape(post.text)}</p></div></div>'
    )
    return as_page("", body, "function htmlDecode(s){return s}" + script)


def _url(account: DemoAccount, post: DemoPost) -> str:
    sn = hashlib.md5(post.id.encode(), usedforsecurity=False).hexdigest()
    return f"http://{HOSTS[0]}/s?__biz={account.id}&mid={post.id}&idx=1&sn={sn}&chksm=demo&scene=27#wechat_redirect"


def _fakeid(account: DemoAccount) -> str:
    return base64.b64decode(account.id).decode()


def _gh(account: DemoAccount) -> str:
    return "gh_" + hashlib.md5(account.id.encode(), usedforsecurity=False).hexdigest()[:12]
