"""What a template asked for and nobody filled in: 点击此处添加标题, 20XX年X月X日, XX县人民政府."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault, graded
from services.analyzer.language.proof.kind import Occurrences, Places
from shared.events import Severity

KIND = "placeholder"
_PLACES, _VERBS = ("处", "里", "此"), ("添加", "输入", "编辑", "键入", "填写", "替换", "插入", "修改")
_ASKS = (
    *(place + verb for place in _PLACES for verb in _VERBS),
    *(f"{verb}在{place}" for verb in "打写入填" for place in "此这"),
    *(f"击{verb}" for verb in ("添加", "输入", "编辑", "以")),
    *(f"请{verb}" for verb in ("输入", "键入", "添加", "填写")),
    *(verb + picture for verb in ("加", "放", "插入") for picture in ("图片", "配图", "视频", "二维码", "照片")),
    *(f"待{verb}" for verb in ("补充", "填写", "完善", "核实")),
    *("此处应为", "此处为", "这里是标题", "这里是正文", "这里是副标题", "示例文", "示例标", "占位文", "占位符"),
    *("内容待定", "时间待定", "填写单位名称", "填写日期", "填写姓名", "题标题", "orem ipsum"),
    *(f"{opener}单位名称" for opener in "（(【["),
)
"""One of them is part of whatever a template asks for."""

_TRIALS = ("测试", "试发", "Test", "test", "TEST")
PHRASES = (*_TRIALS, *_ASKS)
_THING = r"(?:主标题|副标题|大标题|小标题|标题|正文|文字|文本|图片|内容|说明|描述)"
_TEMPLATE = re.compile(
    rf"(?:点击|单击|双击|请在|请|在)?(?:此处|这里|此)(?:添加|输入|编辑|键入|填写|替换|插入|修改)(?:您的|你的|相关)?{_THING}{{1,2}}|"
    rf"(?:单击|点击)(?:以)?(?:添加|输入|编辑)(?:您的|你的)?{_THING}{{1,2}}|"
    rf"(?<![一-鿿])请(?:输入|键入|添加|填写)(?:您的|你的)?{_THING}{{1,2}}|"
    rf"(?:您|你)的{_THING}(?:打|写|输入|填)在(?:这里|此处|此)|"
    rf"{_THING}(?:请)?(?:写|填|打|输入)在(?:这里|此处)|"
    rf"此处(?:应为|替换为?|为){_THING}(?![一-鿿])|示例(?:文本|文字|标题)(?![一-鿿])|"
    r"这里是(?:标题|正文|副标题)(?![一-鿿])|(?<![一-鿿])占位(?:文字|文本|符)(?![一-鿿])|"
    rf"(?<![一-鿿])({_THING})\1+(?![一-鿿])|[Ll]orem ipsum|"
    r"[（(【\[](?:此处)?(?:待|请)?(?:插入|加|放)(?:图片|配图|视频|二维码|照片)[）)】\]]|"
    r"[（(【\[](?:待补充|待填写|待完善|待核实|内容待定|时间待定|(?:此处|请)?填写(?:单位名称|日期|姓名)|单位名称|请填写)[）)】\]]"
)
_CROSS = "XxＸｘ×╳✕"
SIGNS = _CROSS
_SOME = rf"(?:[{_CROSS}]{{1,2}}|\d{{1,2}})"
_DATE = re.compile(
    rf"20(?:[{_CROSS}]{{2}}|\d[{_CROSS}])年(?:{_SOME}月(?:{_SOME}日)?)?|"
    rf"(?<![{_CROSS}0-9A-Za-z])(?:\d{{4}}|[{_CROSS}]{{2,4}})年(?:[{_CROSS}]{{1,2}}月(?:{_SOME}日)?|\d{{1,2}}月[{_CROSS}]{{1,2}}日)|"
    rf"(?<![\d{_CROSS}A-Za-z年])(?:[{_CROSS}]{{1,2}}月{_SOME}日|\d{{1,2}}月[{_CROSS}]{{1,2}}日)"
)
_NAME = re.compile(
    rf"(?<![{_CROSS}0-9A-Za-z])[{_CROSS}]{{2,4}}(?:省|市|县|区|镇|乡|街道|村|社区|局|委员会|办公室|单位|学校|中学|小学|医院)"
)
_CONTACT = re.compile(
    rf"(?:电话|手机|热线|传真|联系人|联系方式|邮箱)(?:号码)?[:：]\s?(?:0\d{{2,3}}-)?[XＸ]{{3,11}}(?:-[XＸ]{{3,8}})?(?![{_CROSS}0-9A-Za-z*@])"
)
_AFTER_CROSS = frozenset("年月日省市县区镇乡街村社局委办单学中小医")
"""One of them follows the last cross of every date and name."""

_SAMPLE = re.compile(
    r"模板|范本|样本|样表|样式|格式|示例|范例|填写|例如|比如|如[：:“]|编号|文号|〔|落款|提示|表述为|写作|标注"
)
_TOLD = re.compile(
    r"某|案|法院|判决|检察|被告|原告|嫌疑|受害|骗|处罚|曝光|当事人|假冒|冒充|公安|民警|警方|举报|投诉|纠纷|涉|违|化名|"
    r"网友|留言|视频|小区|店|号称|自称|说[：:，]"
)
_QUOTES = tuple("“‘「『\"'")
_GUIDE = re.compile(
    r"点击[^，。；\n]{0,12}[，,]|登录|进入|打开|下载|搜索|网址|系统|步骤|操作|页面|框|栏|按钮|PPT|模板|演示文稿"
)
_TRIAL = re.compile(r"(?:测试|试发|[Tt]est|TEST)(?:一下|文章|标题|内容|推送|测试|[Tt]est|[\d，。！!, ]){0,4}\s?")
_SHORTEST = 20
_NEAR = 30


def find(text: str, places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """Certain where a text of its own stands so; inside a guide, a sample form or a told case it may be meant."""
    if len(text) <= _SHORTEST and (trial := _TRIAL.fullmatch(text)):
        yield Fault(trial.start(), trial.end(), KIND, "疑似测试内容误发")
    if any(occurrence.number >= len(_TRIALS) for occurrence in phrases):
        yield from _templates(text)
    if any(text[place + 1 : place + 2] in _AFTER_CROSS for place in places):
        yield from _crosses(text)
    if any(text[place - 1] in "：: -" for place in places if place):
        yield from _contacts(text)


def _templates(text: str) -> Iterator[Fault]:
    for match in _TEMPLATE.finditer(text):
        is_quoted = text[match.start() - 1 : match.start()] in _QUOTES
        certain = not is_quoted and _GUIDE.search(_around(text, match)) is None
        yield Fault(match.start(), match.end(), KIND, "模板提示文字未替换", graded(certain=certain))


def _crosses(text: str) -> Iterator[Fault]:
    """A name with crosses hides somebody as often as it waits to be filled in."""
    is_sample, is_told = _SAMPLE.search(text) is not None, _TOLD.search(text) is not None
    for match in _DATE.finditer(text):
        closes = text[match.end() : match.end() + 1] in ("", "\n") and text[match.start() - 1 : match.start()] == "\n"
        certain = closes or not (is_sample or is_told)
        yield Fault(match.start(), match.end(), KIND, "日期未填写", graded(certain=certain))
    if not is_sample and not is_told:
        for match in _NAME.finditer(text):
            yield Fault(match.start(), match.end(), KIND, "名称疑似未填写", Severity.HINT)


def _contacts(text: str) -> Iterator[Fault]:
    is_sample = _SAMPLE.search(text) is not None
    for match in _CONTACT.finditer(text):
        yield Fault(match.start(), match.end(), KIND, "联系方式未填写", graded(certain=not is_sample))


def _around(text: str, match: re.Match[str]) -> str:
    """What stands near it, without the words themselves."""
    return text[max(0, match.start() - _NEAR) : match.start()] + "\n" + text[match.end() : match.end() + _NEAR]
