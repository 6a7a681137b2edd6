"""Solicitation: the ways in which somebody offers a thing, told apart by how far an office would use them too."""

import re
from typing import NamedTuple

_CHAT = r"微信|薇信|威信|徽信|卫信|v信|vx|wx|wechat|qq|扣扣|企鹅|电报|telegram|tg|飞机|纸飞机|蝙蝠|whatsapp"
_ENDS = r"(?=[\s:,.!?、。，！？；;~～]|$|号|\d)"

_PRIVATE = re.compile(
    rf"(?<![参增更附添追外])[加➕+](?:我|个|一下|下|他|她|客服|老师|助理|本人|主页)?的?"
    rf"(?:{_CHAT}|[微薇徽威](?=[\s:,.!?、a-z0-9]|$)|v(?![a-z])|q(?![a-z])|扣{_ENDS}|裙{_ENDS}|群{_ENDS})|"
    rf"(?:{_CHAT}|微|薇|q群)(?:号码|号|群)?\s?[:：]?\s?@?(?=[a-z0-9_-]{{0,19}}[0-9_])[a-z0-9_-]{{5,20}}|"
    r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|"
    r"私聊|私我|私信我|滴滴我|戳我|加我|(?<!寻)找我(?=[\s,，。.!！]|$|拿|办|买)|联系我(?=[\s,，。.!！]|$)|"
    r"(?:进|入)[群裙](?:领|看|拿|免费|即)|扫码(?:进群|加[微vq]|看片|观看)"
)
"""Accounts and numbers of a person: no office sells anything by them."""

_LURE = re.compile(
    r"注册(?:即|就|立|马上|自动)?[送领]|首[充存]|[开存]户(?:即|就)?送|[送领抢](?:彩金|体验金|筹码)|(?<!未)下注|返水|"
    r"货到付款|包邮|先货后款|支持验货|(?:保密|隐私)发货|现货|货源|厂家直销|全国可?(?:发货|可飞|空降|安排)|同城(?:约|送货|可约|上门)|"
    r"当[天日](?:拿证|出证|放款|下款)|秒(?:批|到账|下款|放款|出款)|不成功不收费|不过(?:全额)?退款|包(?:过|赢|中|赔)(?![程了])|"
    r"稳赚|躺赚|日[赚结]|月入(?:过万|\d)|提现秒到|大额无忧|诚信(?:经营|办理|合作)|[诚急]?招代理|招收代理|诚招|"
    r"需要的?(?:朋友|老板|亲)?(?:请|可)?(?:加|私|滴)|要的(?:来|加|联系|滴|私)|有意者?(?:请|可)?(?:加|私|联系)|"
    r"全套服务|免费(?:试玩|试看|看片)|点我|速来|24小时(?:接单|上门|发货)|非诚勿扰"
)
"""What only those say who sell what may not be sold."""

_COMMON = re.compile(
    r"电话|热线|手机号|致电|来电|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)400-?\d{3}-?\d{4}|咨询|客服|联系|"
    r"https?:|www\.|(?<![a-z0-9.])(?!gov\.)[a-z0-9-]{2,}\.(?:com|net|cc|vip|top|xyz|info|me|app|club|bet|site|tv)(?![a-z])|"
    r"网址|官网|链接|二维码|扫码|下载|注册|点击|在线|代理|加盟|预[约订]|上门|收费|价格|售价|报价|只需|仅需|仅售|低至|"
    r"(?<![\d罚])\d+(?:\.\d+)?(?:元|块|圆)(?:/|一|每|起|包)?|\d+/[晚次小套瓶克盒]|一手|欢迎|快速|快捷|安全可靠|高额?[赔返]"
)
"""Ways to get a thing that offices give for theirs too: they mean something only beside words that no office offers."""


class Offer(NamedTuple):
    """`cue`: the words that offer."""

    cue: str


def offer_in(sentence: str, *, strong: bool) -> Offer | None:
    """The solicitation in a folded sentence; `strong` counts only what an office does not write for its own business."""
    for pattern in (_PRIVATE, _LURE) if strong else (_PRIVATE, _LURE, _COMMON):
        if found := pattern.search(sentence):
            return Offer(found.group())
    return None


def is_contact_only(sentence: str) -> bool:
    """True when the sentence is short and begins with a private contact: it belongs to what was offered before."""
    found = _PRIVATE.search(sentence)
    return found is not None and len(sentence) <= 40 and found.start() <= 8
