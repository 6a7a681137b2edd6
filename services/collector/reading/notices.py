"""Sentences in which a platform or a bridge speaks in the place of what was asked for.

They count only where they stand alone: an office may quote any of them, or write of accounts that ended.
"""

import re

LONGEST_NOTICE = 400
"""Code points: whatever says more than this is no notice."""

_SIMPLE = str.maketrans(
    "該內發佈刪違規無環驗證繼續訪問帳號註銷遷連鏈結過暫時請開戶賬頻應關閉凍權審訴於處進將",
    "该内发布删违规无环验证继续访问帐号注销迁连链结过暂时请开户账频应关闭冻权审诉于处进将",
)
_SENTENCE_END = re.compile(r"[。！!；;\n\t]")
_EDGES = " \u3000,，.．:：、\"'“”‘’()（）[]【】<>《》…~～|"

_SUBJECT = (
    r"(?:抱歉|对不起|很抱歉|提示)?[，,：: ]{0,3}(?:(?:因|由于|根据|应|经)[^，,。！!\n]{1,40}[，,])?(?:由于|因|鉴于)?"
    r"(?:此|该|本|当前|这个|您?你?所?(?:当前)?(?:访问|查看|搜索|关注)的|发布者的?|博主的?)?"
    r"(?:微信|微博|抖音|头条)?(?:公众号|服务号|订阅号|头条号|[账帐]号|[账帐]户|用户的?[账帐]号|用户)"
)
_CAUSE = r"(?:(?:因|由于|经|涉嫌|违反|违规|应|被)[^。！!\n]{0,80}?)?[，,]?(?:目前|现|现在)?"
_ACTED = r"(?:已经?|(?<![将会])被|已经?被|自主|自行|主动|永久|平台|系统|官方){1,4}"
_AT_FAULT_STATE = "已因违规无法查看"
_ENDINGS = {
    "不存在": r"不存在|没有找到",
    "已注销": rf"{_ACTED}注销|(?:已完成|完成)注销|已将(?:自己|其|该)?的?[账帐]号注销|注销(?:已)?(?:成功|完成)",
    "已迁移": rf"{_ACTED}(?:完成)?迁移|迁移(?:已)?(?:成功|完成)",
    "已被冻结或回收": rf"已申请[^。！!\n]{{0,30}}[，,]{_ACTED}(?:冻结|回收)|{_ACTED}回收",
    "已被屏蔽": rf"{_ACTED}屏蔽",
    "已封禁": rf"{_ACTED}(?:封禁|查封|封停|封号|封|停用|停止使用|限制使用)",
    "已关闭": rf"{_ACTED}(?:关闭|关停|删除)",
    _AT_FAULT_STATE: r"已?(?:无法|不能)(?:查看|访问)",
}
_ENDED = {state: re.compile(r"\A" + _SUBJECT + _CAUSE + rf"(?:{words})") for state, words in _ENDINGS.items()}
_AT_FAULT = re.compile(r"违反|违规|违法|投诉|公约|法律法规")
_NOT_FOR_GOOD = re.compile(r"暂|临时|部分|禁言|功能|中$|\d ?[天日]|至\d|验证|登录|申诉中")
_UNDER_WAY = re.compile(
    r"(?:迁移|注销|关停|冻结)(?:申请|流程)?(?:中|审核|处理|冷静期|公示|等待)|(?:正在|即将|将要?|拟|申请|提交|等待|待)[^。！!\n]{0,12}(?:迁移|注销|关停)"
    r"|冷静期|(?:处于|进入)[^。！!\n]{0,16}(?:迁移|注销)|(?:迁移|注销)流程"
)
_ENDED_IN_ENGLISH = re.compile(
    r"\buser does not exist|\baccount\b[^.\n]{0,40}?\b(?:(cancel+ed|deregistered|closed|deleted)"
    r"|(blocked|banned|suspended)|(migrated))\b",
    re.I,
)
_UNDER_WAY_IN_ENGLISH = re.compile(r"being|appl(?:y|ied)|in progress|pending|complain", re.I)


def simplified(text: str) -> str:
    """Traditional characters of these sentences made simplified."""
    return text.translate(_SIMPLE)


def sentences(text: str) -> list[str]:
    """The sentences of a notice in simplified characters, one by one."""
    pieces = _SENTENCE_END.split(simplified(text[:LONGEST_NOTICE]))
    return [piece.strip(_EDGES) for piece in pieces if piece.strip(_EDGES)]


def account_end(text: str) -> str | None:
    """How the account that was asked for ended (`已注销`, `已封禁` …); null where it may end, or another one did."""
    if len(text) > LONGEST_NOTICE:
        return None
    return next((state for sentence in sentences(text) if (state := _end_in(sentence))), None)


def _end_in(sentence: str) -> str | None:
    for state, words in _ENDED.items():
        match = words.match(sentence)
        if match is not None and not _is_for_a_time(state, sentence, match.end()):
            return "已封禁" if state == _AT_FAULT_STATE else state
    match = _ENDED_IN_ENGLISH.search(sentence)
    if match is None or _UNDER_WAY_IN_ENGLISH.search(sentence):
        return None
    return "已注销" if match[1] else "已被屏蔽" if match[2] else "已迁移" if match[3] else "不存在"


def _is_for_a_time(state: str, sentence: str, end: int) -> bool:
    """True also for what only cannot be viewed, without a fault being named."""
    told = sentence[:end] + sentence[end:].replace("，", ",").partition(",")[0]
    if state == _AT_FAULT_STATE and not _AT_FAULT.search(told):
        return True
    return state != "不存在" and bool(_NOT_FOR_GOOD.search(told))


def account_may_end(text: str) -> bool:
    """True for an end that is applied for or under way: the account is still there, or will be again."""
    return len(text) <= LONGEST_NOTICE and account_end(text) is None and any(map(_UNDER_WAY.search, sentences(text)))


_OF_ACCOUNT = re.compile(
    r"\A(?:抱歉|对不起|很抱歉)?[，,：: ]{0,3}(?:此|该|本|当前|您?访问的)?(?:微信)?"
    r"(?:公众号|服务号|订阅号|[账帐]号|[账帐]户)(?!的|所属|发布)"
)


def is_of_account(text: str) -> bool:
    """True for a notice whose first sentence speaks of the account, not of one thing it published."""
    told = sentences(text) if len(text) <= LONGEST_NOTICE else []
    return bool(told and _OF_ACCOUNT.match(told[0]))


_ENDED_ALONE = re.compile(
    rf"\A{_SUBJECT}{_CAUSE}(?:{'|'.join(_ENDINGS.values())})(?:[，, ]{{1,3}}(?:所属|相关|其)?(?:内容|文章|作品)?"
    rf"(?:现|已|暂时)*(?:无法|不能|不可)(?:查看|访问))?"
)
"""An office that writes of its own end has more to say."""

_OF_CONTENT = (
    r"(?:抱歉|对不起|很抱歉|sorry)?[，,：: ]{0,3}(?:此|该|本|当前|原|您?你?(?:访问|查看)的)?"
    r"(?:内容|文章|链接|页面|微博|博文|作品|视频|网页|动态|消息|信息)"
)
_NOTICES = re.compile(
    r"\A(?:(?:您的?|你的?)?(?:当前)?(?:访问)?环境(?:存在)?异常(?=[，,、 ]|$)|完成(?:安全)?验证后即?可?继续访问"
    r"|(?:您的?|你的?)?(?:当前)?(?:访问|操作|请求)(?:过于|太)?频繁"
    r"|请(?:您?先)?(?:完成|输入|通过)(?:下列|以下|安全|人机)*验证|请(?:在|使用|用)微信(?:客户端)?(?:中)?打开"
    r"|请(?:先)?(?:登录|扫码登录)(?:后|以)(?:查看|访问|继续)|(?:登录|授权|会话)(?:状态|信息)?已?(?:失效|过期)"
    rf"|{_OF_CONTENT}(?:已经?|被|已被|暂时|现已?)?(?:(?:发布者|作者|原作者|博主|用户|平台)(?:自行)?)?"
    r"(?:删除|下架|无法查看|无法访问|不可见|不可查看|不能查看|不存在|过期|失效|不见了|停止访问|屏蔽|隐藏)"
    rf"|{_OF_CONTENT}(?:因|涉嫌|由于|被投诉|被多人投诉|经)[^。！!\n]{{0,60}}?(?:无法查看|不可见|不予显示|删除|屏蔽|下架|侵权|违规)"
    r"|(?:抱歉[，,])?作者已?设置|暂无查看权限|(?:暂时)?无法(?:查看|访问)$|参数错误|已停止访问(?:该网页)?$"
    r"|由?(?:用户|平台)[^。！!\n]{0,20}(?:投诉|审核)[^。！!\n]{0,10}[，,]涉嫌"
    r"|(?:获取|抓取|加载|读取|解析|提取)(?:全文|正文|内容|文章|页面|原文)*(?:失败|出错|错误|超时)|(?:暂时)?无法(?:获取|提取|抓取)(?:全文|正文|内容|文章)"
    r"|(?:请|需要)?(?:开启|启用|打开) ?javascript|(?:please )?enable javascript|javascript is (?:disabled|required)"
    r"|(?:access denied|403 forbidden|404 not found|50[0-4] (?:bad|internal|service|gateway)"
    r"|just a moment|too many requests)"
    r"|the content (?:has been|was) (?:deleted|removed)|(?:failed|unable) to (?:fetch|load|view|extract)\b"
    r"|(?:the )?(?:page|content|article) (?:is )?(?:not found|unavailable|temporarily unavailable))",
    re.I,
)
_CHROME = re.compile(
    r"\A(?:去验证|验证|知道了|返回|刷新|重试|请(?:稍后|刷新后?)?(?:再试|重试)|确定|取消|关闭|(?:轻触|点击|轻点)?(?:查看|阅读)(?:原文|全文|帮助|详情)"
    r"|查看帮助[:：]?\s*\S{0,80}"
    r"|微信公众平台(?:运营中心)?|微信扫一扫|关注该公众号|温馨提示|提示|参考规则|接相关投诉|投诉|以上内容由[^\n]{0,20}|\W{0,3}发表于[:：]?\s?\S{0,12}|\W{0,3}阅读原文|\S{0,4}请(?:重试|稍后重试)"
    r"|https?://\S{1,80}|[\d\s:：/.-]{1,30})",
    re.I,
)


def stands_for_text(text: str) -> bool:
    """True when each sentence is the platform's or the bridge's own, so that nothing of the office is in the text."""
    if len(text) > LONGEST_NOTICE:
        return False
    told = [sentence for sentence in sentences(text) if not _CHROME.fullmatch(sentence)]
    return bool(told) and all(_NOTICES.match(one) or _ENDED_ALONE.fullmatch(one) for one in told)
