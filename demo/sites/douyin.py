"""www.douyin.com: account page whose script signs its own requests, profile and post list."""

import json
from typing import Any

from demo.web import Answer, Request, as_json, as_page, not_found
from demo.world import Behaviour, DemoAccount, DemoPost

HOSTS = ("www.douyin.com",)
PAGE_SIZE = 18

_PAGE = """
const sec = location.pathname.split("/").pop(), common = "device_platform=webapp&aid=6383&channel=channel_pc_web"
  + "&sec_user_id=" + sec + "&publish_video_strategy_type=2&a_bogus=" + Math.random().toString(36).slice(2);
const ask = (path, more) => fetch(path + "?" + common + more).then(r => r.json());
Promise.all([ask("/aweme/v1/web/user/profile/other/", ""),
  ask("/aweme/v1/web/aweme/post/", "&max_cursor=0&count=18&locate_query=false")]).then(([who, list]) => {
  document.querySelector("h1").textContent = who.user.nickname;
  list.aweme_list.forEach(a => {
    const p = document.createElement("p"); p.textContent = a.desc; document.body.append(p);
  });
});
"""
_COUNTERS = {"admire_count": 0, "comment_count": 5, "digg_count": 88, "collect_count": 3, "play_count": 0}


def account_key(request: Request) -> str | None:
    sec_uid = request.query.get("sec_user_id") or request.path.removeprefix("/user/")
    return f"douyin/{sec_uid}" if sec_uid.startswith("MS4wLjAB") else None


def answer(request: Request, account: DemoAccount | None) -> Answer:
    if request.path.startswith("/user/"):
        return _page(account)
    if not request.path.startswith("/aweme/v1/web/"):
        return not_found()
    if "a_bogus" not in request.query:
        return Answer(content_type="application/json")
    if account and Behaviour.CAPTCHA in account.behaviours:
        return as_json({"status_code": 10000, "verify_center_decision_conf": "{}"})
    if request.path.endswith("/user/profile/other/"):
        return as_json(_profile(account))
    return as_json(_list(account, int(request.query.get("max_cursor", "0") or 0)))


def _page(account: DemoAccount | None) -> Answer:
    behaviours = account.behaviours if account else frozenset()
    if Behaviour.CAPTCHA in behaviours:
        return as_page("验证码中间页", '<img id="captcha-verify-image" alt=""><p>请完成下列验证后继续</p>')
    name = account.name if account else "用户"
    return as_page(f"{name}的抖音 - 抖音", "<h1></h1>", _PAGE)


def _profile(account: DemoAccount | None) -> dict[str, Any]:
    if account is None:
        return {"status_code": 0, "status_msg": None, "user": None}
    if Behaviour.LOGIN_WALL in account.behaviours:
        return {"status_code": 2149, "status_msg": "请先登录"}
    return {"status_code": 0, "status_msg": None, "user": _user(account), "log_pb": {"impr_id": "demo"}}


def _user(account: DemoAccount) -> dict[str, Any]:
    cancelled = Behaviour.CANCELLED in account.behaviours
    user: dict[str, Any] = {
        "uid": _uid(account),
        "sec_uid": account.id,
        "short_id": "0",
        "unique_id": f"qinghe{_uid(account)[-4:]}",
        "nickname": "" if cancelled else account.name,
        "signature": "" if cancelled else f"{account.unit}官方抖音号（演示账号）",
        "enterprise_verify_reason": "" if cancelled else f"{account.unit}官方抖音号",
        "custom_verify": "",
        "is_gov_media_vip": not cancelled,
        "verification_type": 0,
        "aweme_count": 0 if cancelled else len(account.posts),
        "follower_count": 5210,
        "mplatform_followers_count": 5210,
        "following_count": 12,
        "total_favorited": 90210,
        "dongtai_count": 0,
        "secret": 0,
        "live_status": 0,
        "is_ban": False,
        "is_block": False,
        "with_commerce_entry": True,
        "with_fusion_shop_entry": False,
    }
    if cancelled:
        content = "用户已将自己账号注销，所属内容已无法查看"
        user |= {"user_deleted": True, "special_state_info": {"title": "账号已经注销", "content": content}}
    return user


def _list(account: DemoAccount | None, cursor: int) -> dict[str, Any]:
    if account is None or account.behaviours & {Behaviour.LOGIN_WALL}:
        return {"status_code": 0}
    posts = [] if Behaviour.CANCELLED in account.behaviours else list(account.posts)
    if cursor:
        posts = [post for post in posts if _milliseconds(post) < cursor and not post.pinned]
    shown = posts[:PAGE_SIZE]
    return {
        "status_code": 0,
        "min_cursor": max(map(_milliseconds, shown), default=0),
        "max_cursor": min(map(_milliseconds, shown), default=0),
        "has_more": int(len(posts) > PAGE_SIZE),
        "aweme_list": [_aweme(account, post) for post in shown],
        "time_list": None,
        "log_pb": {"impr_id": "demo"},
        "request_item_cursor": 0,
        "post_serial": 2,
        "replace_series_cover": 1,
    }


def _aweme(account: DemoAccount, post: DemoPost) -> dict[str, Any]:
    opened = post.comments_open
    goods = [{"promotion_id": "1", "product_id": "1", "title": post.goods, "price": 16500, "sales": 3}]
    return {
        "aweme_id": post.id,
        "group_id": post.id,
        "desc": post.text,
        "caption": post.text,
        "item_title": "",
        "create_time": int(post.at.timestamp()),
        "author": {"uid": _uid(account), "sec_uid": account.id, "nickname": account.name},
        "author_user_id": int(_uid(account)),
        "aweme_type": 0,
        "media_type": 4,
        "images": None,
        "is_top": int(post.pinned),
        "original": 0,
        "is_share_post": False,
        "statistics": {"aweme_id": post.id, **_COUNTERS, "share_count": 2},
        "status": {"is_delete": False, "private_status": 0, "part_see": 0, "with_goods": bool(post.goods)},
        "aweme_control": {"can_forward": True, "can_share": True, "can_comment": opened, "can_show_comment": opened},
        "comment_permission_info": {"comment_permission_status": 0 if opened else 1, "can_comment": opened},
        "is_ads": False,
        "promotions": [],
        "simple_promotions": json.dumps(goods, ensure_ascii=False) if post.goods else None,
        "region": "CN",
        "risk_infos": {"vote": False, "warn": False, "risk_sink": False, "type": 0, "content": ""},
        "share_url": f"https://www.iesdouyin.com/share/video/{post.id}/",
    }


def _milliseconds(post: DemoPost) -> int:
    return int(post.at.timestamp()) * 1000


def _uid(account: DemoAccount) -> str:
    return f"99{int(account.id[-6:]):06d}"
