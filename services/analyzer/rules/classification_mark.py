"""A classification mark at the head of a document that was published: 机密★1年, 内部资料 注意保管."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_LEVEL = r"(?:绝\s?密|机\s?密|秘\s?密)"
_PERIOD = r"(?:(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?(?:年|个月|月|日|天)|长\s?期|启\s?用\s?前|解\s?密\s?前)"
_STARS = "★☆✩✭⭐*＊﹡"
# A mark stands by itself: at the head of a line or after a gap, and nothing but a gap or the urgency follows. The
# statute speaks of 秘密 in every line, and a lesson on marks puts them in quotation marks.
_BEFORE = r"(?:^|(?<=[\s　]))[【\[（(]?(?:(?:份\s?号|密\s?级)\s?[:：]?\s?)?(?:\d{1,8}\s{1,3})?"
_URGENCY = r"[ \t　]{0,5}(?:特急|加急|特提|平急)"
# Without a period a mere gap is not enough: 秘密☆ 花园 is a name.
_DATED = rf"\s?{_PERIOD}(?=[】\]）)]?(?:[\s　]|$|{_URGENCY}))"
_UNDATED = rf"(?=[ \t　]{{0,5}}$|{_URGENCY})"
_STARRED = re.compile(rf"{_BEFORE}(?P<mark>{_LEVEL}\s?[{_STARS}](?:{_DATED}|{_UNDATED}))", re.MULTILINE)
_LEVEL_LINE = re.compile(
    rf"^[ \t　]{{0,20}}密\s?级\s?[:：][ \t　]{{0,5}}(?P<mark>{_LEVEL})(?=[ \t　]{{0,20}}(?:$|保密期限|期限))",
    re.MULTILINE,
)
_INTERNAL = re.compile(
    r"^[ \t　]{0,20}[（(【\[]?(?P<mark>内部(?:资料|文件|材料|刊物|情况|传阅)[\s　，,:：·—-]{0,3}"
    r"(?:请?(?:注意|妥善)(?:保管|保存|保密)|(?:请勿|不得|严禁|切勿|禁止)(?:外传|扩散|传播|公开|复制|转载)))"
    r"[！!。]?[）)】\]]?(?=[\s　]|$)",
    re.MULTILINE,
)
_BEFORE_USE = re.compile(r"启\s?用\s?前")


class ClassificationMark(Rule):
    """国办秘函〔2019〕19号, 安全、泄密事故等严重问题. Only what a document bears as its mark; a person must look at it.

    `绝密★启用前` is printed on examination papers, which are no secret once they were sat: a hint. 内部资料 is no state
    secret: a reminder.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        if _may_bear_level(text):
            for pattern in (_STARRED, _LEVEL_LINE):
                for match in pattern.finditer(text):
                    before_use = _BEFORE_USE.search(match["mark"]) is not None
                    yield _hit(match, Severity.HINT if before_use else Severity.DEDUCTION, "标有密级的文件")
        if "内部" in text:
            for match in _INTERNAL.finditer(text):
                yield _hit(match, Severity.REMINDER, "标明不得公开的内部文件")

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}出现标志“{first.hit.text.strip()}”，请立即核实是否误发{first.hit.reason}，"
            "并由保密部门认定。",
            measured=f"{len(places)}处",
            threshold="0处",
            confirm=True,
        )


def _may_bear_level(text: str) -> bool:
    """Most 密 are of 密切, 严密, 紧密: a level's follows 绝, 机, 秘 or a blank."""
    place = text.find("密")
    while place >= 0:
        if text[place - 1] in "绝机秘" or text[place - 1].isspace():
            return True
        place = text.find("密", place + 1)
    return False


def _hit(match: re.Match[str], severity: Severity, what: str) -> Hit:
    return Hit(
        rule="classification_mark",
        severity=severity,
        start=match.start("mark"),
        end=match.end("mark"),
        text=match["mark"],
        advice="请立即核实文件是否可以公开；拿不准的，先撤下再请保密部门认定。",
        reason=what,
    )
