"""What bridges (RSSHub, RSS-Bridge, wewe-rss, we-mp-rss, Wechat2RSS) say of themselves in an item of a feed.

An office may write of logins and errors too: only a title made of nothing but such words is a bridge's.
"""

import re

_EDGES = " \u3000,，.．:：、\"'“”‘’()（）[]【】<>《》…~～|"

_TITLE_WORDS = re.compile(
    r"rsshub|rss-?bridge|wewe-?rss|we-?mp-?rss|werss|wechat2rss|rss|feed|cookies?|token|session|bridge"
    r"|https?|登[录陆入]|扫码|扫描|二维码"
    r"|微信读书|读书|微信|公众平台|公众号|微博|抖音|头条|平台|订阅源|订阅|源|[账帐][号户]|用户|授权|认证|鉴权|凭证|凭据|密钥|身份|会话|状态|信息|服务器?"
    r"|抓取|获取|采集|拉取|更新|同步|刷新|请求|失效|过期|失败|错误|出错|异常|无效|超时|掉线|离线|退出|到期|失联|风控|小黑屋|受限|限制|被封"
    r"|暂无可?用?|不可用|可用|无法|已经?|被|可能|全部|所有|当前|您的?|你的?|请|需要?|重新|及时|尽快|立即|手动|再次|续[期费]|检查|处理|前往|后台|管理员|点击"
    r"|系统|该|此|本|今[日天]|达到?|上限|停止|次数|额度|配额|公共|实例|限流|访问|环境|原|源站|更换|迁移|接口|不能|不再"
    r"|这里|重试|稍后|再试|提醒|通知|警告|告警|提示|自动|内容|文章|列表|数据|了|的|或|和|与|后|先|再|将|点|分|秒|年|月|日|时|上午|下午"
    r"|expired?|invalid|errors?|exception|failed|failure|fail|please|your|the|has|have|is|was|been|to"
    r"|of|in|on|for|a|an|could|cannot|can't|unable|while|load|data|log|login|sign|again|required?|need"
    r"|refresh|update|check|unauthori[sz]ed|forbidden|denied|access|account|wechat|weread|not|found"
    r"|timeout|timed|out|fetch|returned|server|internal|unknown",
    re.I,
)
_TITLE_SUBJECT = re.compile(
    r"rss|feed|cookie|token|session|bridge|登[录陆入]|扫码|订阅|授权|凭证|会话|读书|抓取|获取|采集|拉取|[账帐]号|小黑屋|\A源"
    r"|log ?in|sign ?in"
    r"|error|exception|fetch",
    re.I,
)
_TITLE_STATE = re.compile(
    r"失效|过期|失败|错误|出错|异常|无效|超时|掉线|离线|到期|风控|小黑屋|被封|受限|限制|上限|不可用|暂无可用|停止(?:抓取|获取|采集|拉取)|源[^。]{0,3}停止|请先?登[录陆]|重新(?:登[录陆]|扫码|授权)|扫码"
    r"|expire|invalid|error|exception|fail|unauthori|forbidden|denied|log ?in|sign ?in|time(?:d )?out",
    re.I,
)
_MACHINE_TITLE = re.compile(
    r"\A(?:(?:[\w .-]{1,40} )?bridge(?: returned)?:? error|(?:[a-z]{2,30})?(?:error|exception)\s?[:：(]"
    r"|error \d{3}\b|(?:http )?[45]\d\d (?:bad|internal|service|forbidden|not|too|gateway|unauth)"
    r"|[\w -]{1,40} was unable to (?:receive|process)"
    r"|looks like something went wrong|(?:failed|unable|error) (?:to |while )?(?:fetch|load|pars"
    r"|retriev)|too many requests|access denied|just a moment|attention required"
    r"|service unavailable|bad gateway|(?:your )?(?:subscription|session|cookie|token|trial"
    r"|feed)s? (?:has |have |is |are )?(?:been )?(?:expired|invalid|disabled)|please (?:log|sign) ?in)",
    re.I,
)
_TITLE_REST = re.compile(r"[\W\d_]+")
_FOR_LOGIN = re.compile(r"登[录陆入]|扫码|授权|cookie|token|session|凭证|会话|失效|log ?in|sign ?in|unauthori", re.I)
_FOR_BLOCK = re.compile(
    r"验证|频繁|环境异常|小黑屋|风控|被封|受限|too many|captcha|denied|forbidden|\b(?:403|412|418|429|432)\b", re.I
)


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
