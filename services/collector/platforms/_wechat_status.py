"""WeChat's pages that show no content, told apart by the sentence a reader sees, never by words in scripts.

The caller makes sure first that the page is no article: a real article may quote any of these sentences.
"""

import re

from services.collector.capture import ShownAccount
from services.collector.platforms._wechat_article import Page, one_line
from services.collector.platforms._wechat_identity import Identity
from services.collector.platforms._wechat_sighting import Sighting, failed
from services.collector.reading.markup import tidy
from services.collector.reading.script_values import assigned
from shared.events import Coverage, Outcome

LONGEST_STATUS = 400
"""Code points: a page that says more than this is not a status page."""

_PLACES = ".weui-msg, .mesg-block, .page_msg, .global_error_msg, .weui_msg, .text_area"
_SIMPLE = str.maketrans(
    "該內發佈刪違規無環驗證繼續訪問帳號註銷遷連鏈結過暫時請開戶賬頻",
    "该内发布删违规无环验证继续访问帐号注销迁连链结过暂时请开户账频",
)

_Meaning = tuple[Outcome, Coverage, str]
_WALL: _Meaning = (Outcome.BLOCKED, Coverage.NOTHING, "出现访问验证页（环境异常或访问过于频繁）")
_STATES: dict[str, _Meaning] = {
    r"环境异常|完成验证后即可继续访问|操作(过于)?频繁|访问过于频繁|需要您协助验证|请输入验证码"
    r"|unusual activity|environment .{0,12}abnormal": _WALL,
    r"请(在|使用)微信客户端打开|open .{0,20}in (the )?(wechat|weixin)": (
        Outcome.LOGIN_WALL,
        Coverage.NOTHING,
        "请在微信客户端打开：未登录微信，看不到内容",
    ),
    r"(公众号|[帐账]号)已?(自主)?注销|account .{0,30}(cancel|deregister|closed)": (
        Outcome.GONE,
        Coverage.PROFILE,
        "账号已注销",
    ),
    r"(公众号|[帐账]号)(因.{0,20})?已?(被|经)?(屏蔽|封|停用|停止使用)|account .{0,30}(blocked|banned)": (
        Outcome.GONE,
        Coverage.PROFILE,
        "账号已被屏蔽",
    ),
    r"(公众号|[帐账]号)已(经)?迁移|account .{0,30}migrated": (Outcome.GONE, Coverage.PROFILE, "账号已迁移"),
    r"[帐账]号.{0,20}(冻结|回收)": (Outcome.GONE, Coverage.PROFILE, "账号已被冻结或回收"),
    r"[帐账]号迁移": (Outcome.GONE, Coverage.PROFILE, "账号已迁移"),
    r"已被发布者删除|(deleted|removed) by (the|its) (author|publisher)|内容已被?删除": (
        Outcome.GONE,
        Coverage.NOTHING,
        "文章已被发布者删除",
    ),
    r"(因|涉嫌).{0,12}(违规|违反|侵权)|被.{0,6}投诉|violat|complain": (
        Outcome.GONE,
        Coverage.NOTHING,
        "文章因违规或被投诉无法查看",
    ),
    r"暂时无法查看|temporarily unavailable": (Outcome.GONE, Coverage.NOTHING, "文章暂时无法查看"),
    r"链接已过期|link .{0,10}expired": (Outcome.GONE, Coverage.NOTHING, "链接已过期"),
    r"无法查看|已停止访问|(can't|cannot|unable to) (be )?view": (Outcome.GONE, Coverage.NOTHING, "文章无法查看"),
}
"""The first that fits counts. Coverage `profile`: the account itself is gone; `nothing`: only this article is."""
_VERIFICATION = re.compile(r"secitptpage/template/verify|\bpoc_token\b|wappoc_appmsgcaptcha")


def read_status(page: Page) -> Sighting | None:
    """The state a status page tells, with its own reason where it gives one; null when it is none."""
    text = _visible(page)
    for words, (outcome, covers, reason) in _STATES.items():
        if len(text) <= LONGEST_STATUS and re.search(words, text.translate(_SIMPLE), re.IGNORECASE):
            status = ShownAccount(status=reason if covers is Coverage.PROFILE else None)
            found = failed(outcome, _reason(page, reason), _named(page))
            return found.model_copy(update={"covers": covers, "details": status})
    if _VERIFICATION.search(page.script):
        return failed(_WALL[0], _WALL[2])
    if text and page.tree.css_first(_PLACES) is not None:
        return failed(Outcome.PARSE_ERROR, f"无法识别的提示页：{one_line(text, 60)}")
    return None


def _visible(page: Page) -> str:
    shown = "\n".join(page.text(place) for place in _PLACES.split(", "))
    return tidy(shown) or page.text("body") or page.text("title")


def _reason(page: Page, reason: str) -> str:
    why = one_line(_deletion(page).get("del_reason"), 60)
    return f"{reason}（{why}）" if why else reason


def _named(page: Page) -> Identity:
    """A page about a removed article still names the account."""
    about = _deletion(page)
    return Identity(user_name=str(about.get("user_name") or ""), name=one_line(about.get("nick_name")))


def _deletion(page: Page) -> dict[str, object]:
    value = assigned(page.script, "cgiData")
    return value if isinstance(value, dict) else {}
