"""People told to like, follow or collect likes: 点赞截图上报, 全员务必关注, 集赞换礼."""

import functools
import re
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from services.analyzer.language.meaning.cues import sentence_around
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_CLAUSE = r"[^。！？!?；;\n，,]"
_FOLLOWED = (
    r"(?:公众号|视频号|服务号|订阅号|官微|抖音号|官方(?:微信|微博|账号|抖音)|微信号)"
    r"(?!的?(?:运行|运营|运维|安全|管理|建设|内容|舆情|整改|动态|问题|发展))"
)
_FOLLOWING = rf"关注{_CLAUSE}{{0,14}}{_FOLLOWED}"
# 点赞 is mostly praise (必须为他们点赞): it counts as the act on a page only with another such act or its object.
_ACTS = "转发|评论|关注|收藏|分享|在看|截图"
_OBJECTS = r"链接|视频|推文|推送|文章|作品|公众号|朋友圈|\d{1,4}\s?次|[一二两三四五]次"
_LIKING = (
    rf"(?:点赞(?:[、和及并]|[，,]并)?(?:{_ACTS})|点赞{_CLAUSE}{{0,8}}(?:{_OBJECTS})|转发(?:、|并|和)?点赞|转评赞|打榜|"
    rf"集赞|转发{_CLAUSE}{{0,8}}朋友圈)"
)
_USING = rf"(?:{_FOLLOWING}|下载{_CLAUSE}{{0,14}}(?:客户端|APP|app))"
_LIKES = rf"(?:{_LIKING}|{_FOLLOWING})"
_TELLS = r"(?:强制|务必|必须|一律|要求|每人|每名|每户|人人|全员|全体|不少于)"
_DONE = r"(?:点赞|集赞|转发|投票|评论|转评赞|关注情况|关注截图|关注后)"
_WORK = r"(?:绩效|考核|考评|通报|排名|评先|评优|扣分|任务|学分|操行分|德育分|综合素质)"
_SHOWN = (
    rf"(?:发(?:至|到|送|在|给|回|{_CLAUSE}{{0,4}}群)|上报|报送|报至|报到|上传|反馈|提交|打卡|留存|汇总|交(?:至|到|给))"
)
_BARRED = r"(?:一律|将|要|予以|给予)?(?:通报|扣|批评|不予|不得|取消)"
_ONLY_THEN = r"(?:后?方可|后?方能|后?才可|后?才能|后才)"
_SERVED = r"(?:办理|办事|办证|受理|报到|入学|入园|领证)"
_COUNTED = r"(?:数|量|率|次数|情况|转发)"
_FORCED = re.compile(
    rf"(?P<told>{_TELLS}{_CLAUSE}{{0,20}}{_LIKES})"
    rf"|(?P<shown>(?:{_DONE}|{_USING})(?:{_CLAUSE}|[，,]){{0,16}}截[图屏](?:{_CLAUSE}|[，,]){{0,12}}{_SHOWN})"
    rf"|(?:(?:点赞|转发|阅读|关注){_COUNTED}|转评赞|{_FOLLOWING}){_CLAUSE}{{0,16}}"
    rf"(?:纳入|列入|计入|作为){_CLAUSE}{{0,10}}{_WORK}"
    rf"|(?P<threat>(?:不|未|没有?)(?:点赞|转发|{_LIKES}|{_USING}){_CLAUSE}{{0,8}}(?:的|者)[，,]?{_BARRED}{_CLAUSE}{{0,8}})"
    rf"|(?:{_LIKES}|{_USING}){_CLAUSE}{{0,8}}[，,]?{_ONLY_THEN}{_CLAUSE}{{0,4}}{_SERVED}"
)
_COLLECTED = re.compile(
    rf"集(?:满|齐|够)?\s?\d{{0,6}}\s?个?赞{_CLAUSE}{{0,16}}(?:换|领|送|兑|赢|得|抽|享|礼|奖)"
    rf"|(?:开展|举办|参加|参与|推出|启动){_CLAUSE}{{0,10}}集赞(?:活动|大赛)|集赞有礼"
)
# An order has somebody under it, or wants proof in the office's group; a plea to the public has neither.
_ORDERED = re.compile(
    r"[各全](?:单位|部门|乡镇|镇|街道|村|校|班|股室|科室|社区|支部|局|委办|所)|干部|职工|党员|教师|师生|学生|家长|网格员|"
    r"全员|每人|每名|每户|要求|强制|任务|考核|绩效|通报|群(?!众|体)|上报|报送|报至|备案|汇总|打卡|班主任"
)
_PRAISE = re.compile(r"纷纷|赢得|获得|收获|引发|引来|受到|得到|自发|刷屏")
_AGAINST = re.compile(
    r"严禁|禁止|不得|不准|不许|不能|不要|不应|不搞|不以|不再|杜绝|防止|防范|避免|谨防|整治|纠治|纠正|治理|查处|查办|叫停|取消|"
    r"反对|拒绝|抵制|警惕|小心|当心|切勿|请勿|减负|松绑|形式主义|弄虚作假|指尖|投诉|举报|反映|曝光|吐槽|诈骗|骗局|陷阱|套路|被骗|骗子|"
    r"违规|问责|清理|摒弃|摆脱|何以|为何|岂能|莫让|别让"
)
_GAME = re.compile(r"抽奖|抽取|礼品|礼物|奖品|中奖|幸运|兑换|福利|领取|红包|门票|有奖")
_CUES = (
    *(("赞", "赞"), ("转", "转发"), ("图", "截图"), ("屏", "截屏"), ("榜", "打榜")),
    *(("载", "下载"), ("阅", "阅读"), ("注", "关注")),
)
"""One of the second is in whatever is found; each after its rarer character, which is found ten times faster."""

_CUE = re.compile(
    rf"赞|转发|截[图屏]|打榜|下载{_CLAUSE}{{0,14}}(?:客户端|APP|app)|阅读{_COUNTED}|"
    rf"关注(?:{_COUNTED}|{_CLAUSE}{{0,14}}{_FOLLOWED})"
)
_SENTENCE_ENDS = "。！？!?；;\n"
_TO_ITS_END = re.compile(f"[^{_SENTENCE_ENDS}]*")


class ForcedLikes(Rule):
    """国办秘函〔2019〕19号 and 国办发〔2018〕123号: no buying of followers, nobody made to like or follow.

    Counted is what tells people to, asks for a screenshot as proof, makes it a matter of appraisal or a condition of
    service. A lottery among those who like is a reminder at most (集赞) or a hint, a plea to the public a hint. A
    sentence that speaks against it, or a text that reports on it, is a mention.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        for rare, cue in _CUES:
            if rare in text and cue in text:
                break
        else:
            return
        reports = functools.cache(lambda: _reports(text))
        for start, end in _sentences(text):
            for pattern in (_FORCED, _COLLECTED):
                for match in pattern.finditer(text, start, end):
                    if not _PRAISE.search(match[0]):
                        yield _hit(match, text, reports, collected=pattern is _COLLECTED)

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现“{first.hit.text}”（原文：“{first.quote}”），{first.hit.reason}，"
            f"请核实后改正。共{len(places)}处。",
            measured=f"{len(places)}处",
            threshold="0处",
            confirm=True,
        )


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Those that hold a cue, in order; nothing that is found goes past the end of its sentence."""
    reach = 0
    while (cue := _CUE.search(text, reach)) is not None:
        start = max(text.rfind(sign, reach, cue.start()) for sign in _SENTENCE_ENDS) + 1
        sentence = _TO_ITS_END.match(text, cue.end())
        reach = sentence.end() if sentence else len(text)
        yield start, reach


def _hit(match: re.Match[str], text: str, reports: Callable[[], bool], *, collected: bool) -> Hit:
    sentence = sentence_around(text, match.start(), match.end()).text
    severity, reason = _weigh(match, sentence, reports, collected=collected)
    return Hit(
        rule="forced_likes",
        severity=severity,
        start=match.start(),
        end=match.end(),
        text=match[0],
        advice="关注、点赞、转发应当自愿，请删去强制或以利诱导的要求。" if severity.accuses else "请确认语境无误。",
        reason=reason,
    )


def _weigh(
    match: re.Match[str], sentence: str, reports: Callable[[], bool], *, collected: bool
) -> tuple[Severity, str]:
    # 不点赞的通报批评 is itself the order, though it has a 不 in it.
    is_threat = not collected and match["threat"] is not None
    if not is_threat and (_AGAINST.search(sentence) or reports()):
        return Severity.MENTION, "前后文为禁止、整治或报道此类做法"
    if collected:
        return Severity.REMINDER, "涉嫌以利益诱导点赞"
    if _GAME.search(sentence):
        return Severity.HINT, "属抽奖、兑换一类活动，请确认没有强制"
    if not (is_threat or _counts_or_bars(match) or _ORDERED.search(sentence)):
        return Severity.HINT, "属向公众的呼吁，请确认没有强制"
    return Severity.DEDUCTION, "涉嫌强制或变相强制点赞、关注"


def _reports(text: str) -> bool:
    """A text about such orders tells so in more than one word, whichever sentence it quotes them in."""
    return len(set(_AGAINST.findall(text))) >= 2


def _counts_or_bars(match: re.Match[str]) -> bool:
    """What makes likes a matter of appraisal or a condition of service needs nobody under it."""
    return match["told"] is None and match["shown"] is None
