"""Whether a text sells something: independent cues are counted, official business speaks against."""

import re
from typing import NamedTuple

ADVERT_SCORE = 3
"""From this score on a text reads as an advertisement; at least two kinds of cue must agree."""


_CHAT_LENGTH = 100
_ENOUGH_ALONE = {"招揽", "兑换比例"}
_INVITES_ONLY = {"联系方式", "有意者联系", "催促"}
"""An office too gives its WeChat number and asks people to hurry."""


class _Kind(NamedTuple):
    """`longest`: the most code points of a text in which this kind means anything; chat is short."""

    name: str
    weight: int
    pattern: re.Pattern[str]
    longest: int = 1_000_000


class Cue(NamedTuple):
    """One cue with its place in the folded text."""

    kind: str
    start: int
    end: int


class Advert(NamedTuple):
    """`cues` in order of place; `soft` when the text praises goods without any way to buy them."""

    score: int
    cues: tuple[Cue, ...]
    soft: bool = False

    @property
    def sells(self) -> bool:
        kinds = {cue.kind for cue in self.cues}
        agree = len(kinds) > 1 or bool(kinds & _ENOUGH_ALONE)
        return self.score >= ADVERT_SCORE and agree and not kinds <= _INVITES_ONLY

    @property
    def sells_plainly(self) -> bool:
        kinds = {cue.kind for cue in self.cues}
        return self.sells and self.score >= _PARAGRAPH_SCORE and len(kinds) >= _PARAGRAPH_KINDS


# Cues are alternatives of one pattern per kind; written for folded text (half width, lower case).
_CHAT = r"微信|薇信|威信|徽信|卫信|加微|薇性|v信|vx|wx|qq|扣扣|企鹅|电报"
_ASK = r"滴滴|滴|嘀|聊|d{2,}|私|密|m(?![a-z]*[a-ln-z])|米|速度|吱声|喊我|戳我"
_ASK_POLITELY = r"加|联系|找我|来(?!自)|留言|了解"
_COUNT = r"[\do一二三四五六七八九十百两几半]{1,8}"

_KINDS = (
    _Kind(
        "招揽",
        3,
        re.compile(
            rf"(?:要|需要|需喓|有意|想要|懂|卖|买|收)[的得](?:老板|朋友|商人|可以|可|就|请)*(?:{_ASK})|"
            rf"(?:需要|有意)(?:老板|的)?(?:滴滴|嘀|私[聊我辽信]?|密我?|加(?:我|{_CHAT}|v|q)|m{{1,}}(?![a-z]))|"
            r"要的(?:没|么|吗|嘛)|有人[要收]吗|(?:有要|有收)的|有材料的|当面交易|会交易|一单一结|"
            r"先货后[款钱k]|支持验货|[收出卖]的(?:来|m|密|滴)"
        ),
        longest=_CHAT_LENGTH,
    ),
    _Kind(
        "有意者联系",
        2,
        re.compile(
            rf"(?:要|需要|需喓|有意|想要|懂)[的得]?(?:老板|朋友|商人|可以|可|就|请|欢迎)*(?:{_ASK_POLITELY})|"
            r"要的来|先货|货到付款"
        ),
    ),
    _Kind(
        "联系方式",
        2,
        re.compile(
            rf"(?:加|➕|\+)(?:我|个|下|一下)?(?:{_CHAT}|v|q|群|裙|好友)(?![a-z]{{2}})|"
            rf"(?:{_CHAT}|裙|群|薇|(?<![账帐户卡证单编文案众房车工学批])号)号?[:：]?(?:[a-z_-]{{0,12}}\d{{5,}}|[a-z]{{5,20}}\d*)|"
            rf"(?<![a-z0-9/._-])[qv][:：+]?[a-z]{{0,3}}\d{{5,}}|"
            r"嘀嘀|滴滴(?!打车|出行|司机|平台|公司|快车|顺风|美团|代驾|外卖|海|车)|私聊|私我|密我|m{3,}|"
            r"(?:订购|订房|抢购|购票|预约|预订|订座|招商|加盟|售楼|看房|团购|购车|垂询)(?:热线|电话|专线)|"
            r"扫码(?:购买|下单|领券|进群|加)|"
            r"(?:识别|长按|扫描?)[^。]{0,6}二维码[^。]{0,6}(?:购买|下单|领券|添加)|添加客服|"
            r"欢迎来电|来电咨询|电话订购|上门自提|"
            r"点击(?:阅读原文|链接|下方)[^。]{0,8}(?:购买|下单|抢购|领券)"
        ),
    ),
    _Kind(
        "买卖",
        2,
        re.compile(
            r"(?:大量|长期|低价|便宜|半价|小额|诚信|急|全天|专业|批量|纯手工|现货|清仓|折|块|毛|元|比例)(?:出|收|卖|粗|售|甩)(?![口入台现席门来生行发差色版国])|"
            r"出售|收购价|打包(?:价|卖|带走|出)|"
            r"下单|抢购|包邮|选购|订购|拼团|加购|微信红包|量大从优|信誉保证|"
            r"随便挑|高价收|现货"
        ),
    ),
    _Kind(
        "口头出收",
        2,
        re.compile(
            r"(?:^|[\s,，。.、!！:：\]】)])(?:出|收|卖|粗|甩|售)"
            r"(?![口入台现席门来生行发差色版国获益视治复到录纳购缴款费集容藏养取割买听官力面租境游道自土庭卖场炉圈手局问招海品心彩镜示具众征战勤诊警动资嫁格访狱院厅省市县])|"
            r"(?:\d|[个图组])(?:出|收)(?=[一-鿿]{1,4}(?:$|[\d,，。\s滴嘀需要]))|出银(?!行)|[出粗初]音|"
            r"[出粗初]印子|有人[要收]"
        ),
        longest=_CHAT_LENGTH,
    ),
    _Kind(
        "兑换比例",
        3,
        re.compile(
            rf"{_COUNT}(?:元|块|r)?[=:：比换]{_COUNT}[\d.]{{0,4}}(?:w|万|千|澫|亿|钻|银|金|元宝|点)|"
            rf"{_COUNT}元[=:]?{_COUNT}(?:w|万|千|澫|钻)|\d[\do]{{0,7}}元=\d|一比{_COUNT}|"
            rf"(?<!\d)1[:：比][1-9]\d{{1,5}}(?![:：\d])(?=.{{0,12}}(?:出|收|卖|要|需|来|加|m))|"
            r"比例1[.:]\d"
        ),
    ),
    _Kind(
        "游戏交易",
        1,
        re.compile(
            r"银子|银两|元宝|原宝|袁宝|芫堡|金币|储备(?![米粮金库肉战量地])|喇叭|改名卡|更名卡|染色|"
            r"时装(?!运)|坐骑|点券|游戏币|代练|代打|上分|cdk|藏宝图|因子|龙魂|宝石|皮肤|信物|万钻|"
            r"(?<![行款众户])账号(?![:： ]{0,3}\d{6})|"
            r"w钻|银商|\d{1,9}w|\d{1,9}万[银銀因音印]|原包|源包|缘包|yxb|神兵|出货|任意字|出字"
        ),
        longest=_CHAT_LENGTH,
    ),
    _Kind(
        "价格",
        1,
        re.compile(
            r"[¥￥$]\s?\d|\d(?:\.\d+)?元(?:/|起|一|每|包|抢|即|秒)|"
            r"[一二三四五六七八九十两几半\d]{1,8}(?:元|块|r|毛)(?:钱)?(?=出|收|卖|一个|一张|一把|一条|一单|红包|打包|$|[,，])|"
            r"仅需|仅售|低至|原价|特价|现价|到手价|"
            r"半价|一口价|\d(?:\.\d)?折(?![叠合])|[一二三四五六七八九]折(?![叠合])|起拍价|均价\d|"
            r"总价\d|首付\d|白菜价|便宜"
        ),
    ),
    _Kind(
        "促销",
        2,
        re.compile(
            r"优惠券|代金券|满减|满\d+(?:元)?[减送]|立减|折扣|促销|大促|特惠|钜惠|巨惠|大酬宾|限时抢|"
            r"限时优惠|限时特|限量抢|清仓|秒杀|买[一二三1-9]送[一二三1-9]|买就送|赠品|让利|福利价|会员价|"
            r"返现|返利|"
            r"免费试用|新品上市|新店开业|盛大开业|盛大开盘|加盟|"
            r"招代理|诚招|优惠出售|优惠价|长期优惠|多优惠|价格优惠|送礼品|抽大奖"
        ),
    ),
    _Kind(
        "催促",
        1,
        re.compile(
            r"火爆|热销|爆款|热卖|先到先得|数量有限|名额有限|抢完|售完即止|手慢无|不容错过|机不可失|"
            r"最后\d+天|赶快|赶紧|速来|"
            r"抓紧|欲购从速|心动不如行动|您还在等什么|还等什么|欢迎(?:选购|光临|品鉴|订购|惠顾)|倾情奉献|"
            r"不是梦|靠谱|(?:长期|稳定)(?:合作|奔放|要|收)|老板|先到|先冲|打包"
        ),
    ),
)

_OFFICIAL = re.compile(
    r"政府|社区|物业|图书馆|学校|医院|单位|我局|我市|我县|我区|禁止|严禁|谨防|警惕|提醒|提示|防范|风险|"
    r"辟谣|当地|农民|务工|政务|(?<![0-9a-z])123(?:45|15|93)(?![0-9])|招聘|招考|博物馆|工会|文化馆|采摘|市民热线|服务热线|便民|惠民|消费券|以旧换新|补贴|补助|"
    r"财政|税务|税收|医保|社保|公积金|招标|中标|采购公告|公示|公告|通告|"
    r"市场监管|监管|督查|整治|专项|执法|查处|处罚|举报|投诉|警方|民警|公安|诈骗|骗局|法院|检察|记者|"
    r"新华社|央视|报道|发布会|白皮书|"
    r"同比|环比|下降|亿元|万亿|出口|进口|贸易|外汇|关税|会议|工作报告|部署|"
    r"免费(?:接种|疫苗|检测|培训|开放|发放|义务|救治|治疗|午餐|教育)|疫情|病例|确诊|防控|志愿|公益|扶贫|"
    r"助农|振兴|群众|村民|居民|捐赠|慈善|红十字"
)

_PRAISE = re.compile(
    r"这款|这件|这条|此款|款式|版型|面料|剪裁|裁剪|显瘦|百搭|减龄|上身|穿搭|穿着|收腰|高腰|修身|裙摆|"
    r"领口|袖口|衣身|衣摆|下摆|圆领|翻领|立领|v领|印花|刺绣|蕾丝|拼接|撞色|系带|绑带|"
    r"纯棉|棉质|真丝|雪纺|亲肤|透气|柔软|垂坠|舒适|质感|时尚|时髦|气质|优雅|甜美|俏皮|复古|休闲|清新|"
    r"显高|显白|修饰|勾勒|凸显|彰显|身材|腰身|线条感|设计感|层次感|个性|潮流|小仙女|女人味|少女|"
    r"连衣裙|半身裙|半裙|衬衫|卫衣|外套|牛仔|毛衣|针织|风衣|阔腿裤|裤型|长裤|短裤|t恤|"
    r"肤质|保湿|滋润|补水|美白|妆效|持妆|口感|香醇|精选|匠心|甄选|奢华|尊享|品质生活|性价比"
)
_ENOUGH_PRAISE = 5
_OFFICIAL_WEIGHT = 2


_PUBLIC_BENEFIT = re.compile(r"消费券|惠民|以旧换新|补贴|补助|公益|政府|工会|助农|图书馆|博物馆|文化馆")
_PARAGRAPH_SCORE = 5
_PARAGRAPH_KINDS = 3


def read_advert(folded: str) -> Advert:
    """What sells in a folded text, or plainly in one of its paragraphs: an advertisement may hang below an article."""
    whole = _read(folded, 0, len(folded))
    if whole.sells or whole.soft or _PUBLIC_BENEFIT.search(folded):
        return whole
    paragraphs = (_read(folded, *match.span()) for match in re.finditer(r"[^\n]+", folded) if "\n" in folded)
    return next((reading for reading in paragraphs if reading.sells_plainly), whole)


def _read(folded: str, start: int, end: int) -> Advert:
    cues: list[Cue] = []
    score = 0
    for kind in _KINDS:
        found = list(kind.pattern.finditer(folded, start, end)) if end - start <= kind.longest else []
        cues.extend(Cue(kind.name, *match.span()) for match in found)
        score += kind.weight if found else 0
    official = len({match.group() for match in _OFFICIAL.finditer(folded, start, end)})
    reading = Advert(score - _OFFICIAL_WEIGHT * official, tuple(sorted(cues, key=lambda cue: cue.start)))
    return reading if reading.sells or official else _praise(folded, start, end) or reading


def _praise(folded: str, start: int, end: int) -> Advert | None:
    found = list(_PRAISE.finditer(folded, start, end))
    if len({match.group() for match in found}) < _ENOUGH_PRAISE:
        return None
    return Advert(ADVERT_SCORE - 1, tuple(Cue("商品文案", *match.span()) for match in found), soft=True)
