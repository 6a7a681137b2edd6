"""WeChat's pages that show no content, told apart by the sentence a reader sees, never by words in scripts.

The caller makes sure first that the page is no article: a real article may quote any of these sentences.
"""

import re

from services.collector.capture import ShownAccount
from services.collector.platforms._wechat_article import Page, one_line
from services.collector.platforms._wechat_identity import Identity
from services.collector.platforms._wechat_sighting import Sighting, failed
from services.collector.reading.markup import tidy
from services.collector.reading.notices import LONGEST_NOTICE, account_end, account_may_end, is_of_account, simplified
from services.collector.reading.script_values import assigned
from shared.events import Coverage, Outcome

_PLACES = ".weui-msg, .mesg-block, .page_msg, .global_error_msg, .weui_msg, .text_area"
_WALL = (Outcome.BLOCKED, "出现访问验证页（环境异常或访问过于频繁）")
_STATES: dict[str, tuple[Outcome, str]] = {
    r"环境异常|完成验证后即可继续访问|操作(过于)?频繁|访问过于频繁|需要您协助验证|请输入验证码"
    r"|unusual activity|environment .{0,12}abnormal": _WALL,
    r"请(在|使用)微信客户端打开|open .{0,20}in (the )?(wechat|weixin)": (
        Outcome.LOGIN_WALL,
        "请在微信客户端打开：未登录微信，看不到内容",
    ),
    r"已被发布者删除|(deleted|removed) by (the|its) (author|publisher)|内容已被?删除": (
        Outcome.GONE,
        "文章已被发布者删除",
    ),
    r"(因|涉嫌).{0,12}(违规|违反|侵权)|被.{0,6}投诉|violat|complain": (
        Outcome.GONE,
        "文章因违规或被投诉无法查看",
    ),
    r"暂时无法查看|temporarily unavailable": (Outcome.GONE, "文章暂时无法查看"),
    r"链接已过期|link .{0,10}expired": (Outcome.GONE, "链接已过期"),
    r"无法查看|已停止访问|(can't|cannot|unable to) (be )?view": (Outcome.GONE, "文章无法查看"),
}
"""The first that fits counts; GONE is only this article."""
_TOLD = [(re.compile(words, re.IGNORECASE), meaning) for words, meaning in _STATES.items()]
_VERIFICATION = re.compile(r"secitptpage/template/verify|\bpoc_token\b|wappoc_appmsgcaptcha")


def read_status(page: Page) -> Sighting | None:
    """The state a status page tells, with its own reason where it gives one; null when it is none."""
    text = _visible(page)
    if len(text) <= LONGEST_NOTICE and (found := _account_state(text) or _page_state(text)):
        why = one_line(_deletion(page).get("del_reason"), 60)
        reason = f"{found.reason}（{why}）" if why else found.reason
        return found.model_copy(update={"reason": reason, "identity": _named(page)})
    if any(map(_VERIFICATION.search, page.scripts)):
        return failed(*_WALL)
    if text and page.tree.css_first(_PLACES) is not None:
        return failed(Outcome.PARSE_ERROR, f"无法识别的提示页：{one_line(text, 60)}")
    return None


def _visible(page: Page) -> str:
    shown = "\n".join(page.text(place) for place in _PLACES.split(", "))
    return tidy(shown) or page.text("body") or page.text("title")


def _account_state(text: str) -> Sighting | None:
    """Coverage `profile`: the account itself is gone."""
    if state := account_end(text):
        found = failed(Outcome.GONE, f"账号{state}")
        return found.model_copy(update={"covers": Coverage.PROFILE, "details": ShownAccount(status=state)})
    if account_may_end(text):
        return failed(Outcome.PARSE_ERROR, f"账号正在迁移或注销，尚未结束：{one_line(text, 60)}")
    return None


def _page_state(text: str) -> Sighting | None:
    simple = simplified(text)
    for words, (outcome, reason) in _TOLD:
        if not words.search(simple):
            continue
        if outcome is Outcome.GONE and is_of_account(text):
            return failed(Outcome.PARSE_ERROR, f"账号暂时不可见，未说已经终止：{one_line(text, 60)}")
        return failed(outcome, reason)
    return None


def _named(page: Page) -> Identity:
    """A page about a removed article still names the account."""
    about = _deletion(page)
    return Identity(user_name=str(about.get("user_name") or ""), name=one_line(about.get("nick_name")))


def _deletion(page: Page) -> dict[str, object]:
    value = assigned(page.scripts, "cgiData")
    return value if isinstance(value, dict) else {}
