"""Sentences in which a platform or a bridge speaks in the place of what was asked for.

They count only where they stand alone: an office may quote any of them, or write of accounts that ended.
"""

import re

LONGEST_NOTICE = 400
"""Code points: whatever says more than this is no notice."""

_SIMPLE = str.maketrans(
    "該內發佈刪違規無環驗證繼續訪問帳號註銷遷連鏈結過暫時請開戶賬頻",
    "该内发布删违规无环验证继续访问帐号注销迁连链结过暂时请开户账频",
)
_SENTENCE_END = re.compile(r"[。！!；;\n\t]")
_EDGES = " \u3000,，.．:：、\"'“”‘’()（）[]【】<>《》…~～|"

_SUBJECT = (
    r"(?:抱歉|对不起|很抱歉|提示)?[，,：: ]*(?:(?:因|由于|根据|应|经)[^，,。！!\n]{1,40}[，,])?(?:由于|因|鉴于)?"
    r"(?:此|该|本|当前|这个|您?你?所?(?:当前)?(?:访问|查看|搜索|关注)的|发布者的?|博主的?)?"
    r"(?:微信|微博|抖音|头条)?(?:公众号|服务号|订阅号|头条号|[账帐]号|[账帐]户|用户的?[账帐]号|用户)"
)
_CAUSE = r"(?:(?:因|由于|经|涉嫌|违反|违规|应|被)[^。！!\n]{0,80}?)?[，,]?(?:目前|现|现在)?"
_ACTED = r"(?:已经?|(?<![将会])被|已经?被|自主|自行|主动|永久|平台|系统|官方){1,4}"
_ENDINGS = {
    "不存在": r"不存在|没有找到",
    "已注销": rf"{_ACTED}注销|(?:已完成|完成)注销|已将(?:自己|其|该)?的?[账帐]号注销|注销(?:已)?(?:成功|完成)",
    "已迁移": rf"{_ACTED}(?:完成)?迁移|迁移(?:已)?(?:成功|完成)",
    "已被冻结或回收": rf"(?:已申请[^。！!\n]{{0,30}}[，,])?{_ACTED}(?:冻结|回收)",
    "已被屏蔽": rf"{_ACTED}屏蔽",
    "已封禁": rf"{_ACTED}(?:封禁|查封|封停|封号|封|停用|停止使用|限制使用)",
    "已关闭": rf"{_ACTED}(?:关闭|关停|删除)",
    "已因违规无法查看": r"(?<=[，,])?(?:已)?(?:无法|不能)(?:查看|访问)",
}
_ENDED = {state: re.compile(_SUBJECT + _CAUSE + rf"(?:{words})") for state, words in _ENDINGS.items()}
_AT_FAULT = re.compile(r"违反|违规|违法|投诉|公约|法律法规")
_NOT_FOR_GOOD = re.compile(r"暂|临时|部分|禁言|功能|\d+ ?[天日]|至\d|验证|登录|申诉中")
_UNDER_WAY = re.compile(
    r"(?:迁移|注销|关停|冻结)(?:申请|流程)?(?:中|审核|处理|冷静期|公示|等待)|(?:正在|即将|将要?|拟|申请|提交|等待|待)[^。！!\n]{0,12}(?:迁移|注销|关停)"
    r"|冷静期|(?:处于|进入)[^。！!\n]{0,16}(?:迁移|注销)|(?:迁移|注销)流程"
)
_ENDED_IN_ENGLISH = re.compile(
    r"\buser does not exist|\baccount\b[^.\n]{0,40}?\b(?:(cancel+ed|deregistered|closed|deleted)|(blocked|banned|suspended)|(migrated))\b", re.I
)
_UNDER_WAY_IN_ENGLISH = re.compile(r"being|appl(?:y|ied)|in progress|pending|complain", re.I)


def sentences(text: str) -> list[str]:
    """The sentences of a notice in simplified characters, one by one."""
    pieces = _SENTENCE_END.split(text[:LONGEST_NOTICE].translate(_SIMPLE))
    return [piece.strip(_EDGES) for piece in pieces if piece.strip(_EDGES)]


def account_end(text: str) -> str | None:
    """How the account that was asked for ended (`已注销`, `已封禁` …); null where it only may end, or another one did."""
    if len(text) > LONGEST_NOTICE:
        return None
    return next((state for sentence in sentences(text) if (state := _end_in(sentence))), None)


def _end_in(sentence: str) -> str | None:
    for state, words in _ENDED.items():
        if (match := words.match(sentence)) is None:
            continue
        if state == "已因违规无法查看" and not _AT_FAULT.search(match[0]):
            continue
        if state != "不存在" and _NOT_FOR_GOOD.search(sentence) or "注销中" in sentence or "迁移中" in sentence:
            continue
        return "已封禁" if state == "已因违规无法查看" else state
    match = _ENDED_IN_ENGLISH.search(sentence)
    if match is None or _UNDER_WAY_IN_ENGLISH.search(sentence):
        return None
    return "已注销" if match[1] else "已被屏蔽" if match[2] else "已迁移" if match[3] else "不存在"


def account_may_end(text: str) -> bool:
    """True for an end that is applied for or under way: the account is still there, or will be again."""
    return len(text) <= LONGEST_NOTICE and account_end(text) is None and any(map(_UNDER_WAY.search, sentences(text)))


_ENDED_ALONE = re.compile(
    rf"{_SUBJECT}{_CAUSE}(?:{'|'.join(_ENDINGS.values())})(?:[，, ]+(?:所属|相关|其)?(?:内容|文章|作品)?(?:现|已|暂时)*(?:无法|不能|不可)(?:查看|访问))?"
)
"""An office that writes of its own end has more to say."""

_OF_CONTENT = (
    r"(?:抱歉|对不起|很抱歉|sorry)?[，,：: ]*(?:此|该|本|当前|原|您?你?(?:访问|查看)的)?"
    r"(?:内容|文章|链接|页面|微博|博文|作品|视频|网页|动态|消息|信息)"
)
_NOTICES = re.compile(
    r"(?:您?你?的?|当前|访问)*环境(?:存在)?异常(?=[，,、 ]|$)|完成(?:安全)?验证后即?可?继续访问|(?:您?你?的?|当前)*(?:访问|操作|请求)(?:过于|太)?频繁"
    r"|请(?:您?先)?(?:完成|输入|通过)(?:下列|以下|安全|人机)*验证|请(?:在|使用|用)微信(?:客户端)?(?:中)?打开"
    r"|请(?:先)?(?:登录|扫码登录)(?:后|以)(?:查看|访问|继续)|(?:登录|授权|会话)(?:状态|信息)?已?(?:失效|过期)"
    rf"|{_OF_CONTENT}(?:已经?|被|已被|暂时|现已?)?(?:(?:发布者|作者|原作者|博主|用户|平台)(?:自行)?)?"
    r"(?:删除|下架|无法查看|无法访问|不可见|不可查看|不能查看|不存在|过期|失效|不见了|停止访问|屏蔽|隐藏)"
    rf"|{_OF_CONTENT}(?:因|涉嫌|由于|被投诉|被多人投诉|经)[^。！!\n]{{0,60}}?(?:无法查看|不可见|不予显示|删除|屏蔽|下架|侵权|违规)"
    r"|(?:抱歉[，,])?作者已?设置|暂无查看权限|(?:暂时)?无法(?:查看|访问)$|参数错误|已停止访问(?:该网页)?$"
    r"|(?:获取|抓取|加载|读取|解析|提取)(?:全文|正文|内容|文章|页面|原文)*(?:失败|出错|错误|超时)|(?:暂时)?无法(?:获取|提取|抓取)(?:全文|正文|内容|文章)"
    r"|(?:请|需要)?(?:开启|启用|打开) ?javascript|(?:please )?enable javascript|javascript is (?:disabled|required)"
    r"|(?:access denied|403 forbidden|404 not found|50[0-4] (?:bad|internal|service|gateway)|just a moment|too many requests)"
    r"|the content (?:has been|was) (?:deleted|removed)|(?:failed|unable) to (?:fetch|load|view|extract)\b"
    r"|(?:the )?(?:page|content|article) (?:is )?(?:not found|unavailable|temporarily unavailable)",
    re.I,
)
_CHROME = re.compile(
    r"(?:去验证|验证|知道了|返回|刷新|重试|请(?:稍后|刷新后?)?(?:再试|重试)|确定|取消|关闭|(?:轻触|点击|轻点)?(?:查看|阅读)(?:原文|全文|帮助|详情)|查看帮助[:：]?\s*\S{0,80}"
    r"|微信公众平台(?:运营中心)?|微信扫一扫|关注该公众号|温馨提示|提示|参考规则|接相关投诉|投诉|以上内容由[^\n]{0,20}|\S{0,4}请(?:重试|稍后重试)"
    r"|https?://\S{1,80}|[\d\s:：/.-]{1,30})",
    re.I,
)


def stands_for_text(text: str) -> bool:
    """True when each sentence is the platform's or the bridge's own, so that nothing of the office is in the text."""
    if len(text) > LONGEST_NOTICE:
        return False
    told = [sentence for sentence in sentences(text) if not _CHROME.fullmatch(sentence)]
    return bool(told) and all(_NOTICES.match(one) or _ENDED_ALONE.fullmatch(one) for one in told)


_TITLE_WORDS = re.compile(
    r"rsshub|rss-?bridge|wewe-?rss|we-?mp-?rss|werss|wechat2rss|rss|feed|cookies?|token|session|bridge|https?|登[录陆入]|扫码|扫描|二维码"
    r"|微信读书|读书|微信|公众平台|公众号|微博|抖音|头条|平台|订阅源|订阅|源|[账帐][号户]|用户|授权|认证|鉴权|凭证|凭据|密钥|身份|会话|状态|信息|服务器?"
    r"|抓取|获取|采集|拉取|更新|同步|刷新|请求|失效|过期|失败|错误|出错|异常|无效|超时|掉线|离线|退出|到期|失联|风控|小黑屋|受限|限制|被封"
    r"|暂无可?用?|不可用|可用|无法|已经?|被|可能|全部|所有|当前|您的?|你的?|请|需要?|重新|及时|尽快|立即|手动|再次|续[期费]|检查|处理|前往|后台|管理员|点击"
    r"|这里|重试|稍后|再试|提醒|通知|警告|告警|提示|自动|内容|文章|列表|数据|了|的|或|和|与|后|先|再|将|点|分|秒|年|月|日|时|上午|下午"
    r"|expired?|invalid|errors?|exception|failed|failure|fail|please|your|the|has|have|is|was|been|to|of|in|on|for|a|an|log|login|sign|again|required?|need"
    r"|refresh|update|check|unauthori[sz]ed|forbidden|denied|access|account|wechat|weread|not|found|timeout|timed|out|fetch|returned|server|internal|unknown",
    re.I,
)
_TITLE_SUBJECT = re.compile(
    r"rss|feed|cookie|token|session|bridge|登[录陆入]|扫码|订阅|授权|凭证|会话|读书|抓取|获取|采集|拉取|[账帐]号|log ?in|sign ?in|error|exception|fetch", re.I
)
_TITLE_STATE = re.compile(
    r"失效|过期|失败|错误|出错|异常|无效|超时|掉线|离线|到期|风控|小黑屋|被封|受限|不可用|暂无可用|请先?登[录陆]|重新(?:登[录陆]|扫码|授权)|扫码"
    r"|expire|invalid|error|exception|fail|unauthori|forbidden|denied|log ?in|sign ?in|time(?:d )?out",
    re.I,
)
_MACHINE_TITLE = re.compile(
    r"(?:[\w .-]{1,40} )?bridge(?: returned)?:? error|(?:[a-z]{2,30})?(?:error|exception)\s?[:：(]|error \d{3}\b|(?:http )?[45]\d\d (?:bad|internal|service|forbidden|not|too|gateway|unauth)"
    r"|looks like something went wrong|(?:failed|unable|error) (?:to |while )?(?:fetch|load|pars|retriev)|too many requests|access denied|just a moment|attention required"
    r"|service unavailable|bad gateway|(?:your )?(?:subscription|session|cookie|token|trial|feed)s? (?:has |have |is |are )?(?:been )?(?:expired|invalid|disabled)|please (?:log|sign) ?in",
    re.I,
)
_TITLE_REST = re.compile(r"[\W\d_]+")
_FOR_LOGIN = re.compile(r"登[录陆入]|扫码|授权|cookie|token|session|凭证|会话|失效|log ?in|sign ?in|unauthori", re.I)
_FOR_BLOCK = re.compile(r"验证|频繁|环境异常|小黑屋|风控|被封|受限|too many|captcha|denied|forbidden|\b(?:403|412|418|429|432)\b", re.I)


def of_bridge(title: str, text: str) -> bool:
    """True for an item in which a bridge reports on itself: its title is made of such words alone."""
    said = (title or text)[:200].strip(_EDGES)
    if _MACHINE_TITLE.match(said):
        return True
    if len(said) > 80 or not (_TITLE_SUBJECT.search(said) and _TITLE_STATE.search(said)):
        return False
    return not _TITLE_REST.sub("", _TITLE_WORDS.sub("", said))


def wants_login(said: str) -> bool:
    return bool(_FOR_LOGIN.search(said))


def is_block(said: str) -> bool:
    return bool(_FOR_BLOCK.search(said))
