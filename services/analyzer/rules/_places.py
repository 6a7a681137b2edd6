"""What text rules say of a post: hits in its title and text gathered into one objection a person can check by hand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from services.analyzer.language.personal.numbers import mask_all, quote
from services.analyzer.objection import Hit, Objection
from services.analyzer.rules.base import Rule
from shared.events import Evidence, Post, Severity

MOST_PLACES = 20
_MOST_TITLE = 60

WINDOW = "本条内容的标题和正文"


class Place(NamedTuple):
    """One hit in one part (标题 or 正文) of a post."""

    part: str
    hit: Hit
    text: str

    @property
    def quote(self) -> str:
        return quote(self.text, self.hit.start, self.hit.end)


def places_in(post: Post, rule: Rule, check: Callable[[str], Iterable[Hit]] | None = None) -> list[Place]:
    """Hits that ask for something, gravest first; a mere mention is for the person who writes, not for the ledger.

    `check` in place of the rule's `check_text`, where the rule knows more of a post than one of its parts.
    """
    parts = (("标题", post.title), ("正文", post.text))
    found = [
        Place(part, hit, text)
        for part, text in parts
        if text
        for hit in (check or rule.check_text)(text)
        if hit.severity.gravity >= Severity.HINT.gravity
    ]
    return sorted(found, key=lambda place: -place.hit.severity.gravity)


def name_of(post: Post) -> str:
    """How a sentence calls the post, in 20 characters at most."""
    return f"《{quote(post.title, 0, min(20, len(post.title)))}》" if post.title else "该条内容"


def shown(text: str) -> str:
    """Text fit for a finding: numbers masked, nothing that a database or a terminal would choke on."""
    return "".join(character for character in mask_all(text) if character.isprintable())


def shown_place(post: Post, words: str) -> Evidence:
    """One place of the post: its words, with the title and the link by which a person finds them."""
    title = quote(post.title, 0, min(_MOST_TITLE, len(post.title))) if post.title else None
    return Evidence(post_id=post.id, title=title, url=post.url, quote=words, at=post.observed_at)


def shown_post(post: Post) -> Evidence:
    """A post as such: how it begins, with the title and the link by which a person finds it."""
    return shown_place(post, shown((post.text or post.title or "")[:200])[:40])


def objection(
    post: Post,
    places: Sequence[Place],
    *,
    sentence: str,
    measured: str,
    threshold: str,
    confirm: bool | None = None,
) -> Objection:
    """One objection for one post. A hit of the gravest ordinary kind leaves the severity to the rulebook."""
    gravest = places[0].hit.severity
    return Objection(
        subject=post.id,
        severity=None if gravest is Severity.DEDUCTION else gravest,
        since=post.published_at,
        sentence=shown(sentence),
        measured=shown(measured),
        threshold=threshold,
        window=WINDOW,
        evidence=tuple(shown_place(post, place.quote) for place in places[:MOST_PLACES]),
        confirm=confirm,
    )


def of_wording(post: Post, places: Sequence[Place], fault: str) -> Iterator[Objection]:
    """What is written otherwise than it should be, with the advice of the gravest place; `fault` names its kind."""
    if not places:
        return
    first = places[0]
    words = "、".join(dict.fromkeys(f"“{place.hit.text}”" for place in places[:5]))
    yield objection(
        post,
        places,
        sentence=f"{name_of(post)}{first.part}出现“{first.hit.text}”（原文：“{first.quote}”），"
        f"{first.hit.advice}共{len(places)}处。",
        measured=f"{fault}{len(places)}处：{words}",
        threshold="0处",
        confirm=True,
    )
