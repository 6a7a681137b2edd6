"""What the words around a hit tell: is it officials acting against something, or spoken of, or an ordinary sentence?"""

import functools
import re
from typing import NamedTuple

SENTENCE_ENDS = "。！？!?；;\n\r"
_SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")
_FARTHEST = 80
_NEIGHBOURS = 40

_WARNS = (
    r"警惕|谨防|严防|当心|小心|提醒|警示|预警|提示|防范|防止|防治|防控|预防|反诈|防骗|切勿|切莫|请勿|"
    r"勿[信点扫加听入]|莫[信入]|(?<![分类区性特识差个级鉴告])别(?:[信点再上让去乱买加扫碰喝吃]|相信|被|轻信)|轻信|"
    r"不要(?!钱|勿扰|本金)|不得(?!不|了)|不准(?!确)|不许|禁止|严禁|禁[毒赌令]|拒绝|远离|抵制|杜绝|反对|"
    r"揭[露穿秘批]|曝光|识破|辨别|(?<![按部脸])识别(?!二维码|图中)|举报|投诉|误区|套路|陷阱|圈套|话术|幌子|诱[饵骗惑导使]|"
    r"骗局|骗子|被骗|受骗|上当|诈骗|花了?\d|花费|行骗|骗[取走去钱]|谎称|冒充|虚假|假的|所谓|害人|(?<![无免])危害|毒害|后果|靠谱吗"
)
_ACTS = (
    r"打击|查处|查获|查办|查封|查扣|查缉|整治|整顿|治理|取缔|收缴|缴获|没收|销毁|破获|侦破|侦办|侦查|捣毁|摧毁|铲除|"
    r"端掉|打掉|打非|抓获|抓捕|被抓|落网|逮捕|被捕|拘留|刑拘|通缉|立案|起诉|公诉|庭审|受审|判处|判决|被判|获刑|判刑|刑[事期]|"
    r"有期徒刑|罚[款金]|处[罚以]|嫌疑|嫌犯|涉嫌|涉案|犯罪|罪|违法|非法|违规|违纪|案[件例值犯情]|[专大要一此该本个]案|"
    r"警方|警察|警情|特警|民警|公安(?:局|机关|部|厅|分局|民警|干警)|派出所|[上收]缴|法院|检察|检方|法官|监管[部总局]|执法|稽查|海关|海警|"
    r"缉[毒私枪]|扫[黄黑]|戒毒|专项行动|制裁|谴责"
)
_TELLS = (
    r"记者|报道|据悉|据介绍|据了解|新华社|本报|消息称|(?:市民|群众|网友|网民|居民|村民)(?![朋均都])|[一两三多数该][名位][男女市网老民村受嫌犯被]|"
    r"[他她](?![妈娘])|孩子[在把们被]|有人|许多|不少|一些|[卖买庄]家|(?<![找加系])群[主友](?![出发收带])|说[,，:：“]|称[,，:：“]|表示|帖子|发帖|朋友圈|城管|小广告|的广告|楼道|喷漆|张贴|贴[着满]|散发|传单|卡片|店[铺主]|主播[让在把说]|[毒小]?贩子?[把将在]|毒贩|铲|被.{0,4}清除|网购|"
    r"网上[买搜看找认]|自己在|因此|于是|随后|后来|当时|曾经?|报警|求助|敲诈|勒索|要挟|威胁|"
    r"受害|被害|被告|原告|当事人|对方|某|牟利|获利|供述|交代|自称|声称|先后|损失|"
    r"展[出览]|参观|通过.{1,12}(?:方式|手段|途径|渠道)|以.{1,15}(?:为由|为名|名义)|的方式|条例|《[^《》]{1,20}(?:法|办法|规定)》|"
    r"法律|法规|普法|第[一二三四五六七八九十百零]+条|[一-鿿]列行为|"
    r"我[院局科县区镇校站所队馆]|本[院局科校馆]|税务局|税务机关|税务总局|办税|医保局|人民银行|"
    r"拨打(?:110|12\d{3}|96\d{3})|(?<![\da-z])(?:110|12[0-9]{3}|96\d{3,4})(?![\d元.万块名人件a-z])"
)
_AGAINST = re.compile(f"{_WARNS}|{_ACTS}")
_OTHERS = re.compile(_TELLS)

_GOVERNANCE = re.compile(
    f"{_WARNS}|{_ACTS}|"
    r"打赢|惩治|惩处|惩戒|严惩|严打|从严|遏制|遏止|根除|消除|清理|清查|排查|监[管测督]|巡查|"
    r"干警|公安|司法|法治|法律|法规|普法|条例|修法|修订|草案|公约|条约|议定书|"
    r"定罪|调查|追溯|量刑|追究|问责|移送|移交|被告|罪[犯名]|黑名单|失信|"
    r"反洗钱|反走私|反腐|打私|打假|治爆|受害|被害|被[逼迫]|专项斗争|斗争|平安|治安|维权|消费者权益|知识产权|"
    r"隐患|(?<![零无0])风险|毒瘤|猖獗|泛滥|指责|恐怖|极端|袭击|战争|冲突|"
    r"报道|记者|新闻|据悉|声明|发言人|白皮书|宣传|科普"
)

_INSULTS = re.compile(
    r"辱骂|侮辱|谩骂|骂|粗口|粗话|脏话|恶语|不雅|不文明|诽谤|网暴|网络暴力|言论|一词|词语|由来|网络用语|俗称|方言|拘留|拘役|行拘"
)
_QUOTES = ("“‘「『《〈", "”’」』》〉")
_AS_A_WORD = ("一词", "一语", "二字", "这个词")
_TITLES = ("《〈", "》〉")


_REMEMBERED = 256
"""A long text of one repeated word asks of the same words around it again and again."""


class Sentence(NamedTuple):
    """The sentence (of folded text) that holds a hit: `start` and `end` are code points of that text."""

    text: str
    start: int
    end: int


def sentence_around(text: str, start: int, end: int) -> Sentence:
    """The sentence that holds a hit, at most 80 code points to either side."""
    first, last = max(0, start - _FARTHEST), min(len(text), end + _FARTHEST)
    for ended in _SENTENCE_END.finditer(text, first, start):
        first = ended.end()
    after = _SENTENCE_END.search(text, end, last)
    last = after.start() if after else last
    return Sentence(text[first:last], first, last)


@functools.lru_cache(maxsize=_REMEMBERED)
def is_governance(sentence: str) -> bool:
    """True when officials act against the matter, warn of it, or news tells of it: that accuses nobody."""
    return _GOVERNANCE.search(sentence) is not None


def is_spoken_against(text: str, sentence: Sentence, start: int, end: int) -> bool:
    """True when the hit's sentence tells of somebody else, or it or what stands close to it forbids, warns, prosecutes.

    The hit itself says nothing about that, nor does a long article's other end.
    """
    before, after = text[sentence.start : start], text[end : sentence.end]
    if _tells_of_others(before) or _tells_of_others(after):
        return True
    before, after = text[max(0, sentence.start - _NEIGHBOURS) : start], text[end : sentence.end + _NEIGHBOURS]
    return _speaks_against(before) or _speaks_against(after)


@functools.lru_cache(maxsize=_REMEMBERED)
def _tells_of_others(words: str) -> bool:
    return _OTHERS.search(words) is not None


@functools.lru_cache(maxsize=_REMEMBERED)
def _speaks_against(words: str) -> bool:
    return _AGAINST.search(words) is not None


def is_quoted(text: str, sentence: Sentence, start: int, end: int) -> bool:
    """True when the hit stands in quotation or title marks, or 一词 follows: it is spoken of."""
    return _stands_in(_QUOTES, text, sentence, start, end) or text.startswith(_AS_A_WORD, end)


def is_title(text: str, sentence: Sentence, start: int, end: int) -> bool:
    """True when the hit stands in the title of a work: 《…》."""
    return _stands_in(_TITLES, text, sentence, start, end)


def _stands_in(marks: tuple[str, str], text: str, sentence: Sentence, start: int, end: int) -> bool:
    before = text[sentence.start : start]
    if max(map(before.rfind, marks[0])) <= max(map(before.rfind, marks[1])):
        return False
    after = text[end : sentence.end + 1]
    closes = [at for mark in marks[1] if (at := after.find(mark)) >= 0]
    opens = [at for mark in marks[0] if (at := after.find(mark)) >= 0]
    return bool(closes) and min(closes) < min(opens, default=len(after))


def tells_of_insults(sentence: str) -> bool:
    """True when the sentence speaks of somebody's rude words: 辱骂民警“…”."""
    return _INSULTS.search(sentence) is not None
