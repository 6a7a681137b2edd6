"""An official account that speaks for a person: 本人认为, 仅代表个人观点."""

import bisect
import functools
import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.text.phrases import Phrases
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_THINKS = ("认为", "觉得", "以为", "看来", "猜测")
# 学生本人认为, 单位或者个人认为 are others' views: nothing may stand right before.
_OWN = re.compile(
    r"(?<![\w、])(?:(?:笔者|小编|我个人|我本人)(?:认为|觉得|以为|看来|猜测)|(?:本人|个人)(?:认为|觉得|以为|看来))"
    r"|(?:仅|只)代表(?:小编|作者)?(?:本人|个人|我个人|作者|小编)(?:的)?(?:观点|看法|意见|立场)"
    r"|(?<![\w、])(?:以上|纯属|一点)?个人(?:观点|看法|拙见|浅见|愚见)[，,]?(?:仅供|不代表|欢迎|勿喷|不喜)"
    r"|(?<![\w、])恕(?:我|小编|笔者)直言"
)
_CUES = (
    *(who + thinks for who in ("笔者", "小编", "我个人", "我本人", "本人", "个人") for thinks in _THINKS),
    *("代表" + who for who in ("小编", "作者", "本人", "个人", "我个人")),
    *("个人" + view for view in ("观点", "看法", "拙见", "浅见", "愚见")),
    *("恕我直言", "恕小编直言", "恕笔者直言"),
)
"""One of them is in whatever `_OWN` finds."""

_SPEAKERS = ("笔", "编", "恕", "本人", "个人", "代表作者")
"""And one of these in every cue: most texts are done with after a look for them."""

_QUOTED = re.compile(r"“[^“”]{0,400}”|「[^「」]{0,400}」|‘[^‘’]{0,200}’")


class PersonalView(Rule):
    """国办发〔2018〕123号: 不得擅自发布代表个人观点、意见及情绪的言论. Words hint at it; quoted speech does not."""

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        if not any(speaker in text for speaker in _SPEAKERS) or not _cues().find(text):
            return
        quoted: list[tuple[int, int]] | None = None
        for match in _OWN.finditer(text):
            quoted = quoted if quoted is not None else [span.span() for span in _QUOTED.finditer(text)]
            place = bisect.bisect(quoted, (match.start(), 0)) - 1
            if place >= 0 and match.start() < quoted[place][1]:
                continue
            yield Hit(
                rule="personal_view",
                severity=Severity.HINT,
                start=match.start(),
                end=match.end(),
                text=match[0],
                advice="政务账号不发布个人观点，请确认是否为单位意见，或改为引述并注明说话人。",
                reason="以个人口吻表态",
            )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places:
            return
        first = places[0]
        yield objection(
            post,
            places,
            sentence=f"{name_of(post)}{first.part}以个人口吻表态（原文：“{first.quote}”），请核实是否经审核发布。"
            f"共{len(places)}处。",
            measured=f"{len(places)}处",
            threshold="0处",
            confirm=True,
        )


@functools.cache
def _cues() -> Phrases:
    return Phrases(_CUES)
