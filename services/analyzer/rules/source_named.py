"""Somebody else's text without the name of where it comes from: 来源：网络, 【转载】 and nothing more."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.origin.kind import source_of
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, objection, places_in
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_NOBODY = re.compile(
    r"(?:综合|整理自|来自|源自|均)?(?:网络|互联网|网上|网友|网文|朋友圈|微信群?|微信朋友圈|自媒体|抖音|短视频平台|百度|"
    r"佚名|未知|不详|无|综合)"
    r"(?:综合|整理|转载|资料|平台|投稿|图文|素材|（[^（）]{0,20}）|\([^()]{0,20}\))*"
    r"(?:[，,][^，,]{0,12}(?:侵权|版权|侵删|联系|删除|异议).{0,40})?"
)
# What may stand behind 网络 on the same line without naming anybody: who edited it, and whom to ask for removal.
_REST = re.compile(
    r"[\s　/／|丨，,（(]{1,3}(?:编辑|责编|责任编辑|审核|校对|制作|排版|监制|整理|仅供|如有|若有|侵|版权).{0,60}"
)
_FROM_NET = re.compile(
    r"(?:^|[\n（(【\[])[ \t　※*]{0,5}(?:本文|原文|图文|文章|内容|文字|稿件|信息|综合|部分内容)?(?:内容|图文)?"
    r"(?:均|综合|皆|系)?(?P<words>(?:来源|来自|源自|转自|摘自|整理自)于?(?:网络|互联网))(?:综合|整理)?"
    r"(?=$|[\n。，,；;！!）)】\]])",
    re.MULTILINE,
)
_CALLED_REPOST = re.compile(r"^[ \t　]{0,20}(?:【转载】|\[转载\]|（转载）|\(转载\)|〔转载〕|转载[丨|｜])", re.MULTILINE)


class SourceNamed(Rule):
    """鄂政办发〔2021〕11号: what is reposted names its source. The text says that it is another's, and not whose.

    A platform's own repost shows where it comes from. Text that says nothing of itself is not judged, and a picture
    from the net (图片来源：网络) is no reposted text.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        source = source_of(text) if "源" in text or "转" in text or "自" in text else None
        name = _REST.sub("", source, count=1).strip(" 。.") if source is not None else None
        if name and _NOBODY.fullmatch(name):
            place = re.search(rf"[源自载于][^\w\n]{{0,4}}({re.escape(name)})", text)
            yield _hit(place.start(1) if place else text.find(name), name, "来源写得笼统，看不出是哪家")
        elif source is None and "网" in text and (match := _FROM_NET.search(text)):
            yield _hit(match.start("words"), match["words"], "来源写得笼统，看不出是哪家")
        elif source is None and (match := _CALLED_REPOST.search(text)):
            yield _hit(match.start() + len(match[0]) - len(match[0].lstrip()), match[0].strip(), "注明转载而未写来源")

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if not places or (post.title and source_of(post.text or "") and places[0].part == "标题"):
            return
        first = places[0]
        yield objection(
            post,
            places[:1],
            sentence=f"{name_of(post)}{first.part}写“{first.hit.text}”（原文：“{first.quote}”），{first.hit.reason}，"
            "转载请注明具体来源。",
            measured=f"来源“{first.hit.text}”",
            threshold="注明具体来源",
            confirm=True,
        )


def _hit(start: int, words: str, reason: str) -> Hit:
    return Hit(
        rule="source_named",
        severity=Severity.DEDUCTION,
        start=start,
        end=start + len(words),
        text=words,
        advice="转载请注明具体来源（单位或媒体名称）。",
        reason=reason,
    )
