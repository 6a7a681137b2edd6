"""Solicitation: the ways in which somebody offers a thing, told apart by how far an office would use them too."""

import functools
import re

from services.analyzer.language.meaning.cues import SENTENCE_ENDS, Sentence, sentence_around

_CHAT = r"微信|薇信|威信|徽信|卫信|v信|vx|wx|wechat|qq|扣扣|企鹅|电报|telegram|tg|飞机|纸飞机|蝙蝠|whatsapp"
_ENDS = r"(?=[\s:,.!?、。，！？；;~～]|$|号|\d)"

_PRIVATE = re.compile(
    rf"(?<![参增更附添追外])[加➕+](?:我|个|一下|下|他|她|客服|老师|助理|本人|主页)?的?"
    rf"(?:{_CHAT}|[微薇徽威](?=[\s:,.!?、a-z0-9]|$)|v(?![a-z])|q(?![a-z])|扣{_ENDS}|裙{_ENDS}|群{_ENDS})|"
    rf"(?:{_CHAT}|微|薇|q群)(?:号码|号|群)?\s?[:：]?\s?@?(?=[a-z0-9_-]{{0,19}}[0-9_])[a-z0-9_-]{{5,20}}|"
    r"私聊|私我|私信我|滴滴我|戳我|(?<!寻)找我(?=[\s,，。.!！]|$|拿|办|买)|联系我(?=[\s,，。.!！]|$)|"
    r"(?:微信|vx|qq|扣扣|电报|telegram|飞机)联系|联系(?:微信|vx|qq|扣扣|电报|telegram|飞机)(?!公众)|"
    r"微信同号|同微信号|[进入加][群裙](?:领|看|拿|免费|即)|加我|扫码(?:进群|加[微vq]|看片)"
)
"""Accounts of a person: no office sells anything by them."""

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")

_LURE = re.compile(
    r"注册(?:即|就|立|马上|自动)?[送领]|首[充存]|[开存]户(?:即|就)?送|[送领抢](?:彩金|体验金|筹码)|(?:跟我|快来|马上|立即|在线|免费)下注|返水|"
    r"货到付款|包邮|先货后款|支持验货|(?:保密|隐私)发货|现货|货源|厂家直销|全国可?(?:发货|可飞|空降|安排)|同城(?:送货|可约|上门)|"
    r"当[天日](?:拿证|出证|放款|下款)|秒(?:批|到账|下款|放款|出款)|不成功不收费|不过(?:全额)?退款|包(?:过|赢|中|赔)(?![程了])|"
    r"(?:点数|税点|点位)[低优]|[低优](?:点数|税点|点位)|(?:验证|验票|查验|查证|见票|票到|到票)(?:后|再)?付|"
    r"稳赚|躺赚|日[赚结]|月入(?:过万|\d)|提现秒到|大额无忧|诚信(?:经营|办理|合作)|[诚急]?招代理|招收代理|诚招|"
    r"需要的?(?:朋友|老板|亲)?(?:请|可)?(?:加|私|滴)|要的(?:来|加|联系|滴|私)|有意者?(?:请|可)?(?:加|私|联系)|"
    r"全套服务|免费(?:试玩|试看|看片)|先[办考]后付|不中不收|不满意可换|一单一结|[单佣]金?[秒日]结|找客服|[导老]师带单|首存|"
    r"点我|速来|24小时(?:接单|上门|发货)|非诚勿扰|"
    r"滴我|懂的私|诚意来|[找加联](?:系)?群主|[付收]尾款|先付一半|先款后货|先验货|自助(?:购买|下单|提取|发货)|(?:全平台|在线|专业)接单|接单(?:qq|微信)|"
    r"包售后|[拉进]群(?:做|报|听|领|秒)|点头像|秒结|v信同号|微信下单|卡密|包教会|拍照发样|全国邮寄|保密发|隐私包装"
)
"""What only those say who sell what may not be sold."""

_COMMON = re.compile(
    r"电话|热线|手机号|致电|来电|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)400-?\d{3}-?\d{4}|咨询|客服|联系|"
    r"https?:|www\.|(?<![a-z0-9.])(?!gov\.)[a-z0-9-]{2,40}\.(?:com|net|cc|vip|top|xyz|info|me|app|club|bet|site|tv)(?![a-z])|"
    r"网址|官网|官方网站|链接|二维码|扫码|下载|注册|点击|在线|代理|加盟|预[约订]|上门|收费|价格|售价|报价|只需|仅需|仅售|低至|"
    r"(?<![\d罚])\d{1,7}(?:元|块)(?=[/一每起包,，\s]|$)|(?<!\d)\d{1,7}(?:元|块)?[/一][晚次小套瓶克盒把条]|面[交议]|一手|欢迎|快速|快捷|安全可靠|高额?[赔返]"
)
"""Ways to get a thing that offices give for theirs too: they mean something only beside words that no office offers."""


_NAMED = re.compile(
    r"联系人|报名|申[请领报]|招[标聘募]|比赛|竞赛|培训|[科处局]|主任|老师|医生|书记|同志|先生|女士|经理|[值班]班"
)
"""Beside a mobile number these tell of somebody on duty."""

_CONTACT_LENGTH = 40
_CONTACT_BEGINS = 8
_NEAR = 100
_REMEMBERED = 256
"""A long text of one repeated word asks of the same words around it again and again."""


def offer_beside(text: str, sentence: Sentence, start: int, end: int, *, strong: bool) -> str | None:
    """The words that solicit in the sentence of a hit, the hit itself left out; null: none.

    `strong` counts only what no office writes for its own business. A short sentence that follows and is nothing but a
    private contact belongs to the offer. What is asked (加微信就能办？) offers nothing by itself.
    """
    following = _contact_after(text, sentence.end)
    asked = text[sentence.end : sentence.end + 1] in ("?", "？")
    pieces = () if asked else (text[sentence.start : start], text[end : sentence.end])
    for piece in (*pieces, following):
        if cue := solicitation(piece, strong=strong):
            return cue
    return None


def offers_near(text: str, start: int, end: int) -> bool:
    """Whether anything in the sentences round a place offers: dear questions need not be asked where nothing does."""
    return solicitation(text[max(0, start - _NEAR) : end + _NEAR], strong=False) is not None


@functools.lru_cache(maxsize=_REMEMBERED)
def solicitation(piece: str, *, strong: bool) -> str | None:
    """The words of a piece of folded text that solicit; null: none. `strong` as above."""
    for pattern in (_PRIVATE, _LURE):
        if found := pattern.search(piece):
            return found.group()
    number = _MOBILE.search(piece)
    if number and not (strong and _NAMED.search(piece)):
        return number.group()
    found = None if strong else _COMMON.search(piece)
    return found.group() if found else None


def _contact_after(text: str, end: int) -> str:
    """The sentence after this one, when it is short and begins with a private contact."""
    if end + 1 >= len(text) or text[end] not in SENTENCE_ENDS:  # one that was cut off goes on
        return ""
    return _contact_in(sentence_around(text, end + 1, end + 1).text)


@functools.lru_cache(maxsize=_REMEMBERED)
def _contact_in(following: str) -> str:
    found = _PRIVATE.search(following) or _MOBILE.search(following)
    belongs = found and found.start() <= _CONTACT_BEGINS and len(following) <= _CONTACT_LENGTH
    return following if belongs else ""
