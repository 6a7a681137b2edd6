"""A kind of cue: by which words or expression it is known, what it weighs, and how its places are found in one pass."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from services.analyzer.language.lexicon.forms import Forms
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.words import Word, WordTable
from services.analyzer.language.text.boundary import is_whole_word
from services.analyzer.language.text.phrases import Phrases

_REACH = 46
"""Code points on either side of an anchor in which an expression is tried: none spans more."""

_SELF_EVIDENT_LENGTH = 4
"""A word this long does not come about by chance where two others meet."""

_NUMERAL = "0123456789."


class Family(StrEnum):
    """A sale needs a `way` to buy or visit, and an `offer` or the talk of a `trade`; `goods` and `push` only add."""

    WAY = "途径"
    OFFER = "优惠"
    TRADE = "行当"
    GOODS = "商品"
    PUSH = "鼓动"
    TONE = "口吻"
    AGAINST = "反证"


class Kind(NamedTuple):
    """`name` is for officials; `weight` is negative where it speaks against. `words` must stand as words of their own,
    those of `AGAINST` may stand anywhere. `pattern` is tried round its `anchors` and its `sign`, as far as it reaches.
    """

    name: str
    family: Family
    weight: int
    words: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    reach: int = _REACH
    sign: re.Pattern[str] | None = None


class Cue(NamedTuple):
    """One cue with its place in the folded text."""

    kind: Kind
    start: int
    end: int

    @property
    def weight(self) -> int:
        return self.kind.weight


def kind(
    name: str,
    family: Family,
    weight: int,
    words: str = "",
    *,
    anchors: str = "",
    pattern: str = "",
    reach: int = _REACH,
    sign: str = "",
) -> Kind:
    """Words and anchors are given with blanks between them; every alternative of the pattern holds one, or the sign.

    `reach`: what the pattern takes or looks ahead to at most; said where its anchors stand in every other text.
    `sign`: an expression looked for in the whole text; it has to begin with one certain character, which is fast.
    """
    expression = re.compile(pattern, re.MULTILINE) if pattern else None
    looked_for = re.compile(sign) if sign else None
    return Kind(name, family, weight, tuple(words.split()), tuple(anchors.split()), expression, reach, looked_for)


class Finder:
    """Finds the cues of some kinds. Build it once; finding is thread-safe."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = tuple(kinds)
        words: dict[str, list[Kind]] = {}
        anchors: dict[str, list[int]] = {}
        for number, known in enumerate(self._kinds):
            for word in known.words:
                words.setdefault(word, []).append(known)
            for anchor in known.anchors:
                anchors.setdefault(anchor, []).append(number)
        self._signs = [(number, known.sign) for number, known in enumerate(self._kinds) if known.sign]
        table = WordTable.of(Word(word, "cue") for word in {**words, **anchors})
        forms = Forms(table, LexiconOptions())
        self._phrases = Phrases(forms.keys)
        found = [table.texts[place] for place in forms.places]
        self._known = [(words.get(word, ()), anchors.get(word, ())) for word in found]

    def find(self, folded: str) -> list[Cue]:
        """Every cue, in no order."""
        cues: list[Cue] = []
        places: dict[int, list[tuple[int, int]]] = {}
        for index, start, end in self._phrases.find(folded):
            words, anchors = self._known[index]
            if words:
                cues += _standing(words, folded, start, end)
            for number in anchors:
                places.setdefault(number, []).append((start, end))
        for number, sign in self._signs:
            for match in sign.finditer(folded):
                places.setdefault(number, []).append(match.span())
        if places:
            lined = f"{folded}\n"
            for number, its_places in places.items():
                cues += _matches(self._kinds[number], lined, its_places)
        return cues


def _standing(kinds: Sequence[Kind], folded: str, start: int, end: int) -> list[Cue]:
    return [
        Cue(known, start, end) for known in kinds if known.family is Family.AGAINST or _stands_alone(folded, start, end)
    ]


def _matches(known: Kind, lined: str, places: Iterable[tuple[int, int]]) -> Iterator[Cue]:
    """`lined`: with a line feed at the end, which expressions look for as for any other mark."""
    if known.pattern is not None:
        for start, end in _round(places, known.reach):
            for match in known.pattern.finditer(lined, start, end):
                yield Cue(known, *with_whole_numbers(lined, *match.span()))


def with_whole_numbers(text: str, start: int, end: int) -> tuple[int, int]:
    """The place without a number cut at its edge: 199元 where the expression needed only 9元."""
    while text[start] in _NUMERAL and start and text[start - 1] in _NUMERAL:
        start -= 1
    while text[end - 1] in _NUMERAL and end < len(text) and text[end] in _NUMERAL:
        end += 1
    return start, end


def _round(places: Iterable[tuple[int, int]], reach: int) -> list[tuple[int, int]]:
    """So much on either side of each place; what meets is one."""
    regions: list[tuple[int, int]] = []
    for start, end in sorted(places):
        first, last = max(0, start - reach), end + reach
        if regions and first <= regions[-1][1]:
            regions[-1] = (regions[-1][0], max(last, regions[-1][1]))
        else:
            regions.append((first, last))
    return regions


def _stands_alone(folded: str, start: int, end: int) -> bool:
    before, after = folded[start - 1 : start] if start else "", folded[end : end + 1]
    if _runs_on(before, folded[start]) or _runs_on(folded[end - 1], after):
        return False
    return end - start >= _SELF_EVIDENT_LENGTH or is_whole_word(folded, start, end)


def _runs_on(left: str, right: str) -> bool:
    """True within one number, and within one Latin word."""
    both = left + right
    return len(both) == 2 and both.isascii() and (both.isdigit() or both.isalpha())
