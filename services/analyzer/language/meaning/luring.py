"""Offers in words that no list holds: a short text that sounds like those of hijacked accounts, and solicits."""

from typing import NamedTuple

from services.analyzer.language.advert.reading import read_advert
from services.analyzer.language.meaning.cues import Sentence, is_quoted, is_spoken_against
from services.analyzer.language.meaning.offers import solicitation
from services.analyzer.language.tone.tone import Place, read_tone

_SHORTEST, _LONGEST = 20, 300
"""Code points: a headline has no tone, and a long text many."""

_BESIDE_PRIVATE, _BESIDE_COMMON, _BY_ITSELF = -1.0, 0.3, 2.5
"""Natural logarithms of the odds from which a text lures: beside what no office writes, any way to get it, nothing."""

_OF_A_SALE = 0.5
"""The same of what is an advertisement anyhow: a lawful one gives its contact too."""


class Lure(NamedTuple):
    """`place`: the clause that sounds most so; `cue`: the words that solicit, where there are some."""

    place: Place
    cue: str | None


def lure_in(folded: str) -> Lure | None:
    """The offer of a folded text; null where nothing solicits, or somebody speaks against it or tells of another."""
    if not _SHORTEST <= len(folded) <= _LONGEST:
        return None
    tone = read_tone("luring")
    odds = tone.odds(folded)
    if odds < _BESIDE_PRIVATE:
        return None
    private = solicitation(folded, strong=True)
    cue = private or solicitation(folded, strong=False)
    if odds < (_BESIDE_PRIVATE if private else _BESIDE_COMMON if cue else _BY_ITSELF):
        return None
    if odds < _OF_A_SALE and read_advert(folded).sells:
        return None
    whole, place = Sentence(folded, 0, len(folded)), tone.clause(folded, 0, len(folded), max)
    if is_spoken_against(folded, whole, 0, 0) or is_quoted(folded, whole, *place):
        return None
    return Lure(place, cue)
