"""Answers of Weibo, written by hand."""

from typing import Any

from services.collector.capture import ShownPost
from services.collector.platforms.weibo import Weibo
from shared.account import Account
from shared.events import Coverage, Kind, Outcome
from tests.collector.platforms.facts import account, answer

WEIBO = Weibo()
UID = "2803301701"
HOME = account("weibo", UID)
OK, BLOCKED, WALL, BROKEN = Outcome.OK, Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.PARSE_ERROR
LIST, ITEM, PROFILE, TIMELINE, NOTHING = (
    Coverage.LIST,
    Coverage.ITEM,
    Coverage.PROFILE,
    Coverage.TIMELINE,
    Coverage.NOTHING,
)
ORIGINAL, REPOST = Kind.ORIGINAL, Kind.REPOST


def mblog(post_id: str, created: str = "Sat Jan 14 18:39:37 +0800 2023", **more: Any) -> dict[str, Any]:
    user = {"id": int(UID), "screen_name": "某市发布", "statuses_count": 12, "verified_reason": "某市政府新闻办"}
    return {
        "id": post_id,
        "mid": post_id,
        "created_at": created,
        "text": "通知",
        "reposts_count": 1,
        "user": user,
    } | more


def cards(*mblogs: dict[str, Any], total: int | None = None, uid: str = UID, **card: Any) -> dict[str, Any]:
    listed = [{"card_type": 9, "mblog": item} | card for item in mblogs]
    info = {"containerid": f"107603{uid}", "total": len(mblogs) if total is None else total}
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": listed}}


def profile(uid: str = UID, name: str = "某市发布", total: int = 12) -> dict[str, Any]:
    return {"ok": 1, "data": {"userInfo": {"id": int(uid), "screen_name": name, "statuses_count": total}}}


def only(*bodies: object, account: Account | None = HOME) -> ShownPost:
    reading = WEIBO.read([answer(body) for body in bodies], account)
    assert reading.outcome is OK
    return reading.posts[0]
