"""Right forms written almost right, in a text as given."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.analyzer.language.near_miss import divisions, sessions, titles
from services.analyzer.language.near_miss.difference import Difference, Error
from services.analyzer.language.near_miss.forms import Form, Kind, right_forms
from services.analyzer.language.near_miss.long_forms import LongForms
from services.analyzer.language.near_miss.miss import Miss
from services.analyzer.language.near_miss.ordinary import echoes, slips, unmistakable, words
from services.analyzer.language.near_miss.ordinary.crumbs import crumbs
from services.analyzer.language.near_miss.ordinary.firms import may_name_a_firm
from services.analyzer.language.near_miss.squeeze import Squeezed, squeeze
from services.analyzer.language.text.folding import Folded, fold
from services.analyzer.language.text.taken import Taken

_HALVES = (("“", "”"), ("‘", "’"), ("《", "》"), ("（", "）"), ("「", "」"))
_GRAVITY = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class NearMiss:
    """`start` and `end`: code points of the text as given; `suggestion` takes the place of exactly that span."""

    start: int
    end: int
    suggestion: str
    form: str
    kind: Kind
    difference: Difference
    sure: bool
    likeness: str


class NearMisses:
    """Finds misses of the built-in right forms and of an office's own. Built once; thread-safe."""

    def __init__(self, own: Sequence[Form] = ()) -> None:
        self._long = (_built_in_forms(), *([LongForms(own)] if own else []))

    def find(self, text: str) -> Iterator[NearMiss]:
        """In the order of the text; of those that share a place the gravest, and of these the longest."""
        folded = fold(text)
        squeezed = squeeze(folded.text)
        found = [*_words(folded.text), *titles.misses(folded.text)]
        marks = [miss for forms in self._long for miss in forms.misses(squeezed.text)]
        marks += [*sessions.misses(squeezed.text), *divisions.misses(squeezed.text)]
        found += [_unsqueezed(miss, squeezed) for miss in marks if not _is_meant(miss, squeezed)]
        return (_in_given(miss, text, folded) for miss in _best(found))


@functools.lru_cache(maxsize=16)
def near_misses(own: tuple[Form, ...] = ()) -> NearMisses:
    """Those of the built-in right forms and of an office's own."""
    return NearMisses(own)


def built_in() -> NearMisses:
    return near_misses()


@functools.cache
def _built_in_forms() -> LongForms:
    return LongForms(right_forms())


def _words(text: str) -> Iterator[Miss]:
    found = crumbs(text)
    for miss in (*words.misses(text, found), *unmistakable.misses(text, found)):
        yield replace(miss, sure=False) if may_name_a_firm(miss, text) else miss
    yield from echoes.misses(text)
    yield from slips.misses(text)


def _best(found: Sequence[Miss]) -> list[Miss]:
    ranked = sorted(found, key=lambda miss: (not miss.sure, _GRAVITY[miss.kind], miss.start - miss.end))
    taken = Taken()
    return sorted((miss for miss in ranked if taken.take(miss.start, miss.end)), key=lambda miss: miss.start)


def _is_meant(miss: Miss, squeezed: Squeezed) -> bool:
    return _stands_apart(miss, squeezed) or _is_a_treatise(miss, squeezed)


def _stands_apart(miss: Miss, squeezed: Squeezed) -> bool:
    """Whether marks part what is written wrongly from the rest: then it belongs to what stands beyond them."""
    at, last = miss.difference.at, miss.difference.at + len(miss.difference.written)
    if miss.kind is Kind.SESSION and miss.difference.written == "大" and squeezed.is_parted(last):
        return True  # 二十大、三中全会
    return miss.difference.error is Error.SUBSTITUTED and (
        (at == miss.start and squeezed.is_parted(last)) or (last == miss.end and squeezed.is_parted(at))
    )


def _is_a_treatise(miss: Miss, squeezed: Squeezed) -> bool:
    """《邓小平论祖国统一》: a title that goes on after what lacks its 理."""
    if miss.difference.right != "理" or not squeezed.text.startswith("论", miss.difference.at):
        return False
    return squeezed.given[: squeezed.places[miss.start]].endswith("《") and not squeezed.is_parted(miss.end)


def _unsqueezed(miss: Miss, squeezed: Squeezed) -> Miss:
    start, end = squeezed.span(miss.start, miss.end)
    difference = miss.difference
    written = ""
    if difference.written:
        at, last = squeezed.span(difference.at, difference.at + len(difference.written))
        written = squeezed.given[at:last]
    else:
        at = squeezed.span(difference.at - 1, difference.at)[1] if difference.at > miss.start else start
    moved = Difference(difference.error, at, written, difference.right)
    return Miss(start, end, miss.form, miss.kind, moved, miss.sure, miss.likeness)


def _in_given(miss: Miss, text: str, folded: Folded) -> NearMiss:
    difference = miss.difference
    start, end = folded.span(miss.start, miss.end)
    if difference.written:
        at, last = folded.span(difference.at, difference.at + len(difference.written))
    else:
        at = last = folded.span(difference.at - 1, difference.at)[1] if difference.at > miss.start else start
    start, end = _with_other_half(text, start, end)
    suggestion = text[start:at] + difference.right + text[last:end]
    return NearMiss(start, end, suggestion, miss.form, miss.kind, difference, miss.sure, miss.likeness)


def _with_other_half(text: str, start: int, end: int) -> tuple[int, int]:
    """With the mark right beside the place whose other half it holds: 做到“四个维护” is shown whole."""
    piece = text[start:end]
    for opener, closer in _HALVES:
        if piece.count(opener) > piece.count(closer) and text.startswith(closer, end):
            return start, end + 1
        if piece.count(closer) > piece.count(opener) and text.startswith(opener, start - 1) and start:
            return start - 1, end
    return start, end
