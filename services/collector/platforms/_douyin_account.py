"""A Douyin account as its profile, or the author of a work, tells of it."""

import re
from collections.abc import Sequence

from services.collector.capture import ShownAccount
from services.collector.reading.notices import account_end, account_may_end
from services.collector.reading.sight import Sight
from services.collector.reading.tree import as_count, as_dict, as_flag, as_id, as_text, dig, nested
from shared.account import SEC_UID
from shared.events import Coverage, Outcome

_SHARE_USER = re.compile(rf"/share/user/({SEC_UID})")
_ENDING = re.compile(r"封禁|注销|封号|已重置")


def user_of(document: dict[str, object]) -> dict[str, object]:
    for node in (as_dict(document.get("user")), as_dict(document.get("user_info")), document):
        is_user = "nickname" in node and (
            "aweme_count" in node or "user_deleted" in node or "special_state_info" in node
        )
        if is_user and "aweme_id" not in node:
            return node
    return {}


def profile_of(user: dict[str, object]) -> Sight:
    account, ids = account_of(user)
    special = nested(user.get("special_state_info"))
    title, content = as_text(dig(special, "title")) or "", as_text(dig(special, "content")) or ""
    sight = Sight(account=account, ids=ids, covers=Coverage.PROFILE)
    if state := _end_of(user, (title, account.name or "", content)):
        gone = account.model_copy(update={"status": state})
        return sight.model_copy(update={"account": gone, "refusal": Outcome.GONE, "reason": f"账号{state}"})
    if as_flag(user.get("secret")) or "私密" in title:
        reason = "私密账号：只有关注者能看到作品，无法核实更新情况"
        private = account.model_copy(update={"status": "私密账号", "posts_total": None})
        return Sight(account=private, ids=ids, refusal=Outcome.LOGIN_WALL, reason=reason)
    status = next((said for said in (title, content) if account_may_end(said)), None)
    told: dict[str, object] = {"status": status} if status else {}
    if title or (account.posts_total == 0 and _ENDING.search(account.name or "")):
        # The platform keeps works back in a special state: its count of what it shows proves nothing.
        told |= {"posts_total": account.posts_total or None}
    return sight.model_copy(update={"account": account.model_copy(update=told)}) if told else sight


def _end_of(user: dict[str, object], said: Sequence[str]) -> str | None:
    """An end by flags, or told by the special state or, where the platform renamed it, by the account's own name."""
    if as_flag(user.get("is_ban")):
        return "已封禁"
    if as_flag(user.get("user_deleted")) or as_flag(user.get("user_canceled")):
        return next(filter(None, map(account_end, said)), "已注销")
    if any(map(account_may_end, said)):
        return None
    return next(filter(None, map(account_end, said)), None)


def account_of(user: dict[str, object]) -> tuple[ShownAccount, tuple[str, ...]]:
    """The account and all its ids. A trimmed profile keeps the sec_uid only in its share address."""
    shared = _SHARE_USER.search(as_text(dig(user, "share_info", "share_url")) or "")
    sec_uid = as_text(user.get("sec_uid")) or (shared[1] if shared else None)
    uid, name_id = as_id(user.get("uid")), as_text(user.get("unique_id"))
    ids = tuple(value for value in (sec_uid, uid, name_id, as_id(user.get("short_id"))) if value and value != "0")
    account = ShownAccount(
        id=ids[0] if ids else None,
        name=as_text(user.get("nickname")),
        verified_as=as_text(user.get("enterprise_verify_reason")) or as_text(user.get("custom_verify")),
        description=as_text(user.get("signature")),
        followers=as_count(user.get("mplatform_followers_count")) or as_count(user.get("follower_count")),
        posts_total=as_count(user.get("aweme_count")),
    )
    return account, ids
