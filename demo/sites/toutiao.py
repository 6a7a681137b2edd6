"""www.toutiao.com: account page whose script signs its own request, tabs and feed."""

from typing import Any

from demo.web import Answer, Request, as_json, as_page, not_found
from demo.world import Behaviour, DemoAccount, DemoPost
from shared.clock import to_shanghai

HOSTS = ("www.toutiao.com",)
PAGE_SIZE = 20

_PAGE = """
const token = location.pathname.split("/").filter(Boolean).pop(), bogus = Math.random().toString(36).slice(2);
fetch("/api/pc/user/tabs_info", {method: "POST", body: JSON.stringify({token})});
fetch("/api/pc/list/user/feed?category=profile_all&token=" + token + "&max_behot_time=0&entrance_gid=&aid=24"
  + "&app_name=toutiao_web&a_bogus=" + bogus).then(r => r.json()).then(d => d.data.forEach(i => {
  const p = document.createElement("p"); p.textContent = i.title; document.body.append(p);
}));
"""


def account_key(request: Request) -> str | None:
    token = request.query.get("token") or request.path.removeprefix("/c/user/token/").strip("/")
    return f"toutiao/{token}" if token.startswith("MS4wLjAB") else None


def answer(request: Request, account: DemoAccount | None) -> Answer:
    if request.path.startswith("/c/user/token/"):
        return _page(account)
    if request.path == "/api/pc/user/tabs_info":
        return as_json({"message": "success", "data": {"TabsInfo": [{"Name": "全部", "Category": "profile_all"}]}})
    if request.path == "/api/pc/list/user/feed":
        return _feed(request, account)
    return not_found()


def _page(account: DemoAccount | None) -> Answer:
    behaviours = account.behaviours if account else frozenset()
    if Behaviour.CAPTCHA in behaviours:
        return as_page("安全验证", '<div id="captcha_container">请完成验证后继续访问</div>')
    if account is None or Behaviour.CANCELLED in behaviours:
        return as_page("404错误页", "<p>用户不存在</p>")
    detail = f'<div class="profile-info"><div class="detail"><span class="name">{account.name}</span></div></div>'
    stat = '<div class="relation-stat"><span class="stat-item">获赞 1.2万</span></div>'
    return as_page(f"{account.name}的头条主页", detail + stat, _PAGE)


def _feed(request: Request, account: DemoAccount | None) -> Answer:
    refused = account is None or bool(account.behaviours & {Behaviour.CAPTCHA, Behaviour.LOGIN_WALL})
    if account is None or refused or "a_bogus" not in request.query:
        return as_json({"message": "error", "decision": {"type": "verify"}})
    cursor = int(request.query.get("max_behot_time", "0") or 0)
    posts = [post for post in account.posts if not cursor or int(post.at.timestamp()) < cursor]
    shown = posts[:PAGE_SIZE]
    last = min((int(post.at.timestamp()) for post in shown), default=0)
    return as_json(
        {
            "message": "success",
            "data": [_item(account, post) for post in shown],
            "has_more": len(posts) > PAGE_SIZE,
            "next": {"max_behot_time": last},
        }
    )


def _item(account: DemoAccount, post: DemoPost) -> dict[str, Any]:
    second = int(post.at.timestamp())
    return {
        "id": post.id,
        "group_id": int(post.id),
        "item_id": int(post.id),
        "cell_type": 60,
        "group_source": 2,
        "article_genre": "article",
        "title": post.title,
        "abstract": post.text,
        "article_url": f"https://www.toutiao.com/article/{post.id}/",
        "display_url": f"https://www.toutiao.com/article/{post.id}/",
        "publish_time": second,
        "behot_time": second,
        "datetime": to_shanghai(post.at).strftime("%Y-%m-%d %H:%M"),
        "source": account.name,
        "media_name": account.name,
        "user_info": {
            "name": account.name,
            "user_id": f"88{account.id[-6:]}",
            "user_verified": True,
            "verified_content": f"{account.unit}官方头条号",
            "user_auth_info": f'{{"auth_type":"0","auth_info":"{account.unit}官方头条号"}}',
        },
        "is_original": not post.repost,
        "has_video": False,
        "ban_comment": int(not post.comments_open),
        "comment_count": 4,
        "digg_count": 9,
        "read_count": 1203,
        "is_stick": post.pinned,
        **({"label": "置顶", "stick_label": "置顶"} if post.pinned else {}),
        **({"ad_id": 1700001, "is_feed_ad": True} if post.goods else {}),
        "itemCell": {
            "articleBase": {"gidStr": post.id, "itemStatus": 20},
            "itemCounter": {"readCount": 1203, "diggCount": 9, "commentCount": 4},
        },
    }
