"""Officials' words for what findings carry as names."""

from collections.abc import Sequence
from datetime import datetime

from shared.clock import chinese_time
from shared.events import Finding, Severity
from shared.silence import Silence
from shared.storage.pictures import Kept

_HASH_CHARACTERS = 12

SEVERITIES = {
    Severity.VETO: "单项否决",
    Severity.DEDUCTION: "问题",
    Severity.REMINDER: "提醒",
    Severity.HINT: "提示",
    Severity.MENTION: "提及",
    Severity.INFO: "信息",
    Severity.UNVERIFIED: "未能核实",
}
RULES = {
    "account_gone": "疑似注销",
    "account_renamed": "名称与台账不一致",
    "deleted_post": "内容已删除",
    "broken_link": "链接打不开",
    "classification_mark": "出现涉密标识",
    "comments_closed": "关闭评论",
    "commercial_ad": "商业广告",
    "copied_post": "照搬他人内容",
    "forced_likes": "强制点赞转发",
    "monthly_original": "月原创不足",
    "naming_convention": "名称用语不规范",
    "originality": "原创比例低",
    "personal_number": "泄露个人信息",
    "personal_view": "个人观点情绪",
    "platform_blocked": "平台受阻",
    "proofreading": "错别字",
    "review_signature": "缺审核署名",
    "revived": "注销后重新发布",
    "sensitive_word": "敏感内容",
    "silent_account": "超期未更新",
    "silent_workdays": "工作日超期未更新",
    "source_listed": "稿源不在名单",
    "source_named": "转载未注明来源",
    "stop_notice": "停更公告后未注销",
    "too_few_posts": "更新次数过少",
    "unanswered_question": "留言未回应",
    "unverified": "未能核实",
    "wrong_expression": "表述错误",
}
"""A rule that is not among them is called by the words of its clause."""

_CHANNELS = {"inbox": "收件夹", "mail": "邮件", "robot": "群机器人"}
"""As `xunjian init` names them; every other is as its office named it."""
_MOST_QUOTES, _MOST_QUOTED = 5, 240


def severity(finding: Finding) -> str:
    return SEVERITIES[finding.severity] + ("\n（待确认）" if finding.needs_confirmation else "")


def indicator(finding: Finding) -> str:
    """`C-07 泄露个人信息`."""
    return f"{finding.indicator} {RULES.get(finding.rule, finding.clause.words)}"


def clause(finding: Finding) -> str:
    return f"{finding.clause.document}“{finding.clause.words}”"


def quotes(finding: Finding) -> str:
    """What was read on the page, masked by the rule that found it; of many places the first."""
    found = list(dict.fromkeys(item.quote.rstrip("。；，、 ") for item in finding.evidence if item.quote))
    text = "；".join(found[:_MOST_QUOTES])
    more = f"等{len(found)}处" if len(found) > _MOST_QUOTES else ""
    return (text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…") + more


def told(sent: Sequence[tuple[datetime, str]]) -> str:
    """`sent`: when and on which channel, the earliest first."""
    if not sent:
        return "尚未告知"
    channels = "、".join(dict.fromkeys(_CHANNELS.get(channel, channel) for _, channel in sent))
    return f"已于{chinese_time(sent[0][0])}告知（{channels}）"


def proof(pictures: Sequence[Kept], cited: str, moment: datetime) -> str:
    """What to ask `xunjian evidence show` for: the picture's look, or else what the finding cites; as of `moment`."""
    kept = pictured(pictures, moment)
    return f"{look(kept)}（有截图）" if kept else cited[:_HASH_CHARACTERS]


def pictured(pictures: Sequence[Kept], moment: datetime) -> Kept | None:
    """The first page of which there was a picture at `moment`."""
    return next((picture for picture in pictures if picture.at <= moment), None)


def look(kept: Kept) -> str:
    """The picture's look: its number in the log of the evidence, and the beginning of its hash."""
    number = f"第{kept.number}号 " if kept.number else ""
    return f"{number}{kept.look[:_HASH_CHARACTERS]}"


def silenced(silence: Silence) -> str:
    return f"静默至{silence.until}（{silence.author}：{silence.comment}）"
