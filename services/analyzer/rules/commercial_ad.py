"""A commercial advertisement on an official account: the platform says so, or cues that weigh enough together do."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.advert.kinds import Cue
from services.analyzer.language.advert.reading import Advert, read_advert
from services.analyzer.language.personal.numbers import mask_all
from services.analyzer.language.text.folding import Folded, fold
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import MOST_PLACES, WINDOW, Place, name_of, objection, shown, shown_place
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_MEANINGS = (
    (re.compile("cps", re.IGNORECASE), "标有佣金推广"),
    (re.compile(r"^source_url="), "“阅读原文”链接到购物网站"),
    (re.compile(r"^(?:url_struct\.long_url|href)="), "链接到购物网站"),
    (re.compile(r"^mp-common-miniprogram="), "挂有商城小程序"),
    (re.compile("shop", re.IGNORECASE), "挂有店铺"),
    (re.compile("window_product", re.IGNORECASE), "挂有商品橱窗"),
    (re.compile("with_fusion_goods|with_goods", re.IGNORECASE), "标有带货"),
    (re.compile("goods|product|promotions", re.IGNORECASE), "挂有商品"),
    (re.compile(""), "标有广告推广"),
)
"""What the platforms' field names mean to an official, first match."""
_NAMES_A_SHOP = re.compile(r"^(?:source_url|url_struct\.long_url|href|mp-common-miniprogram)=")
"""Whose value an official can look up: a host, the name of a mini-program."""


class CommercialAd(Rule):
    """国办发〔2018〕123号: 不得刊登商业广告或链接商业广告页面.

    The platform's own marks (`Post.ad_signals`) are enough alone. Text needs a way to buy or visit beside an offer or
    the talk of a trade; that a public body gives, publishes or warns counts against it. What weighed how much is
    listed, and a person has to confirm what text alone suggests (docs/decisions/0019).
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        folded = fold(text)
        reading = read_advert(folded.text)
        if reading.sells:
            yield _hit(text, folded, reading, _shown(reading)[0])

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        title = f"{post.title}\n" if post.title else ""
        whole = title + (post.text or "")
        folded = fold(whole)
        reading = read_advert(folded.text)
        hits = [_hit(whole, folded, reading, cue) for cue in _shown(reading) if reading.sells]
        places = [Place("标题" if hit.start < len(title) else "正文", hit, whole) for hit in hits]
        if post.ad_signals:
            yield _platform_says(post, places)
        elif places:
            yield objection(
                post,
                places,
                sentence=f"{name_of(post)}{_parts(places)}疑似商业广告：{hits[0].reason}。{hits[0].advice}",
                measured=f"{reading.score}分",
                threshold=f"不足{reading.needed}分",
                confirm=True,
            )


def _shown(reading: Advert) -> tuple[Cue, ...]:
    """The places that an official is shown."""
    return reading.cues or ((reading.tone,) if reading.tone else ())


def _parts(places: list[Place]) -> str:
    return "和".join(dict.fromkeys(place.part for place in places))


def _hit(text: str, folded: Folded, reading: Advert, cue: Cue) -> Hit:
    start, end = folded.span(cue.start, cue.end)
    return Hit(
        rule="commercial_ad",
        severity=Severity.DEDUCTION,
        start=start,
        end=end,
        text=text[start:end],
        advice="请核实是否为商业广告；确属广告的删除，政务信息请写明发布单位和依据。",
        tag="advertisement",
        reason=_reason(reading, folded.text),
    )


def _platform_says(post: Post, places: list[Place]) -> Objection:
    meaning = "、".join(dict.fromkeys(_meaning(signal) for signal in post.ad_signals))
    places_shown = (meaning, *(place.quote for place in places))
    return Objection(
        subject=post.id,
        since=post.published_at,
        sentence=f"平台对{shown(name_of(post))}{meaning}，请核实是否刊登或链接商业广告。",
        measured=f"平台标记：{meaning}",
        threshold="无商业标记",
        window=WINDOW,
        evidence=tuple(shown_place(post, words) for words in places_shown[:MOST_PLACES]),
    )


def _meaning(signal: str) -> str:
    words = next(words for pattern, words in _MEANINGS if pattern.search(signal))
    return f"{words}（{signal.partition('=')[2]}）" if _NAMES_A_SHOP.search(signal) else words


def _reason(reading: Advert, folded: str) -> str:
    """What weighed how much, in the order of the text, so that a person can add it up."""
    masked = mask_all(folded)
    weighed = "、".join(_weighed(cue, masked) for cue in reading.reasons)
    return f"{weighed}，合计{reading.score}分（满{reading.needed}分即疑似广告）"


def _weighed(cue: Cue, masked: str) -> str:
    words = " ".join(masked[cue.start : cue.end].split())
    return f"{cue.kind.name}“{words}”{cue.weight:+d}"
