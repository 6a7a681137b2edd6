"""A commercial advertisement on an official account: the platform says so, or several independent cues of a sale do."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.advert import ADVERT_SCORE, Advert, read_advert
from services.analyzer.language.folding import fold
from services.analyzer.language.numbers import mask_all
from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import (
    MOST_PLACES,
    WINDOW,
    Place,
    name_of,
    objection,
    places_in,
    shown,
    shown_place,
)
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_MEANINGS = (
    (re.compile("cps", re.IGNORECASE), "标有佣金推广"),
    (re.compile(r"^url_struct\.long_url="), "链接到购物网站"),
    (re.compile("shop", re.IGNORECASE), "挂有店铺"),
    (re.compile("window_product", re.IGNORECASE), "挂有商品橱窗"),
    (re.compile("with_fusion_goods|with_goods", re.IGNORECASE), "标有带货"),
    (re.compile("goods|product|promotions", re.IGNORECASE), "挂有商品"),
    (re.compile(""), "标有广告推广"),
)
"""What the platforms' field names mean to an official, first match."""


class CommercialAd(Rule):
    """国办发〔2018〕123号: 不得刊登商业广告或链接商业广告页面.

    The platform's own marks (`Post.ad_signals`) are enough alone. Text needs cues of different kinds (contact, offer,
    price, promotion, haste), and words of official business count against it. Praise of goods without a way to buy
    them only reminds. A person has to confirm what text alone suggests.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    def check_text(self, text: str) -> Iterator[Hit]:
        folded = fold(text)
        reading = read_advert(folded.text)
        if not reading.sells and not reading.soft:
            return
        start, end = folded.span(reading.cues[0].start, reading.cues[0].end)
        kinds = "、".join(dict.fromkeys(cue.kind for cue in reading.cues))
        yield Hit(
            rule="commercial_ad",
            severity=Severity.REMINDER if reading.soft else Severity.DEDUCTION,
            start=start,
            end=end,
            text=text[start:end],
            advice="请核实是否为商业广告；确属广告的删除，政务信息请写明发布单位和依据。",
            tag="soft_sell" if reading.soft else "advertisement",
            reason=f"{kinds}（{_words(reading, folded.text)}）",
        )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        places = places_in(post, self)
        if post.ad_signals:
            yield _platform_says(post, places)
        elif places:
            first = places[0]
            yield objection(
                post,
                places,
                sentence=f"{name_of(post)}{first.part}疑似商业广告：出现{first.hit.reason}，请核实。",
                measured=first.hit.reason or first.hit.text,
                threshold=f"广告特征合计不足{ADVERT_SCORE}分",
                confirm=True,
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
    return next(words for pattern, words in _MEANINGS if pattern.search(signal))


def _words(reading: Advert, folded: str) -> str:
    words = dict.fromkeys(folded[cue.start : cue.end].strip() for cue in reading.cues)
    return mask_all("、".join(f"“{word}”" for word in list(words)[:4]))
