"""A list of words in one automaton; a longer allowed phrase protects what is inside."""

import bisect
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from services.analyzer.language.lexicon.detectors import detect
from services.analyzer.language.lexicon.forms import Forms, Written
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.sieve import Sieve
from services.analyzer.language.lexicon.variants import sound_of
from services.analyzer.language.lexicon.words import ALLOW, Word, WordTable
from services.analyzer.language.text.boundary import is_whole_word, looks_disguised
from services.analyzer.language.text.characters import table
from services.analyzer.language.text.folding import Folded, fold
from services.analyzer.language.text.phrases import Phrases

_SELF_EVIDENT_LENGTH = 4
"""A word this long does not come about by chance where two others meet."""

_FEW = 2_000
"""Of so many forms few have a pair of characters in a text; of more an automaton is faster, and built faster."""

_REMEMBERED = 4_096
"""Words that were found: most texts have the same."""

_Place = tuple[int, int, Word]


class Match(NamedTuple):
    """`start` and `end` are code points of the text as given; `folded_start` and `folded_end` of its folded form."""

    start: int
    end: int
    folded_start: int
    folded_end: int
    word: Word


class Lexicon:
    """Words to find and phrases to leave alone. Build it once; finding is thread-safe."""

    def __init__(
        self,
        words: Iterable[Word] | WordTable,
        options: LexiconOptions | None = None,
        version: str = "",
        shields: Sequence[str] = (),
    ) -> None:
        """`version` tells which contents of its files these are; `shields` are phrases to leave alone, unless named."""
        self.options = options or LexiconOptions()
        self.version = version
        table = words if isinstance(words, WordTable) else WordTable.of(words)
        self._table = table.only({*self.options.categories, ALLOW}) if self.options.categories else table
        self.folding = self.options.folding
        self._word = functools.lru_cache(_REMEMBERED)(self._table.__getitem__)
        self._skips = self.folding.skips
        self._detects = self.options.detects
        self._self_evident = _SELF_EVIDENT_LENGTH if self.options.whole_words else 0
        self._forms = Forms(self._table, self.options, shields)
        is_small = len(self._forms.keys) <= _FEW
        self._find = Phrases(self._forms.keys).find if is_small else _all_of(self._forms.keys)
        self._sounds = AhoCorasick(list(self._forms.sounds))
        self._sounding = list(self._forms.sounds.values())

    def find(self, text: str) -> Iterator[Match]:
        """Every place of every word, in order. Of two that overlap only the first and longest is named by default."""
        yield from self.find_in(text, fold(text, self.folding))

    def find_in(self, text: str, folded: Folded) -> Iterator[Match]:
        """As `find`, for a text that is folded already by `folding`."""
        places, allowed = self._literal(text, folded)
        if self._sounding:
            places += self._by_sound(text, folded)
        if allowed:
            covered = _Cover(allowed)
            places = [place for place in places if not covered.holds(place[0], place[1])]
        if self._detects:
            places += detect(text, folded, self.options)
        for start, end, word in self._chosen(places) if len(places) > 1 else places:
            first, last = folded.span(start, end)
            yield Match(first, last, start, end, word)

    def which_of(self, texts: Sequence[str]) -> Iterator[int]:
        """The numbers of the texts in which a word may be found, in order: for many texts far faster than `find`."""
        if self._options_reach_further:
            return (number for number, text in enumerate(texts) if any(True for _ in self.find(text)))
        return self._sieve.which_of(texts)

    @functools.cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self._forms.keys[: self._forms.first_allowed], self.folding)

    @property
    def _options_reach_further(self) -> bool:
        """What is left out could join two texts; a sound or a make is none of the keys."""
        return self._skips or self.options.collapse_repeats or bool(self._sounding) or self._detects

    def _literal(self, text: str, folded: Folded) -> tuple[list[_Place], list[tuple[int, int]]]:
        """Places of words, and of allowed phrases."""
        places: list[_Place] = []
        allowed: list[tuple[int, int]] = []
        of_words, special, first_allowed = self._forms.places, self._forms.special, self._forms.first_allowed
        for index, start, end in self._find(folded.text):
            if index >= first_allowed:
                allowed.append((start, end))
            elif index in special:
                places += self._special(text, folded, start, end, special[index])
            elif self._stands_alone(text, folded, start, end):
                places.append((start, end, self._word(of_words[index])))
        return places, allowed

    def _special(self, text: str, folded: Folded, start: int, end: int, written: Sequence[Written]) -> Iterator[_Place]:
        for form in written:
            first, last = start - len(form.before), end + len(form.after)
            if not form.fits(text, folded, start, end):
                continue
            alone = looks_disguised(folded.text, first, last) if form.disguised else None
            if self._stands_alone(text, folded, first, last) if alone is None else alone:
                yield first, last, form.word
                return

    def _by_sound(self, text: str, folded: Folded) -> Iterator[_Place]:
        for index, start, end in self._sounds.find_matches_as_indexes(sound_of(folded.text), overlapping=True):
            written = folded.text[start:end]
            if written not in self._forms.written and looks_disguised(folded.text, start, end):
                yield start, end, self._table[self._sounding[index]]

    def _stands_alone(self, text: str, folded: Folded, start: int, end: int) -> bool:
        """Latin words and numbers need their own edges (ass in grass, 69 in 695), Chinese ones are not cut across."""
        left, right = folded.text[start], folded.text[end - 1]
        if "一" <= left <= "鿿" and "一" <= right <= "鿿":
            if end - start >= self._self_evident:
                return True
            return self._is_whole(text, folded, start, end) if self._skips else is_whole_word(folded.text, start, end)
        first, last = folded.span(start, end)
        before, after = text[first - 1 : first] if first else "", text[last : last + 1]
        return not (self._runs_on(left, before) or self._runs_on(right, after))

    def _is_whole(self, text: str, folded: Folded, start: int, end: int) -> bool:
        """Signs that are passed over still part words, except those inside the hit."""
        first, last = folded.span(start, end)
        whole = fold(text, self.folding.without_skips)
        left, right = whole.place_of(first), whole.place_of(last)
        if right - left == end - start:
            return is_whole_word(whole.text, left, right)
        return is_whole_word(folded.text, start, end)

    def _runs_on(self, edge: str, neighbour: str) -> bool:
        """True when the word's edge and its neighbour belong to one Latin word or one number."""
        if not neighbour or "一" <= edge <= "鿿":
            return False
        beside = chr(table(self.folding.style)[ord(neighbour)])
        if edge.isdigit():
            return self.options.digit_boundary and beside.isdigit()
        return self.options.latin_word_boundary and _is_latin(edge) and _is_latin(beside)

    def _chosen(self, places: list[_Place]) -> Iterator[_Place]:
        if self.options.overlap:
            yield from sorted(places, key=lambda place: place[:2])
            return
        sign = 1 if self.options.match == "shortest" else -1
        reach = 0
        for place in sorted(places, key=lambda place: (place[0], sign * place[1])):
            if place[0] >= reach:
                yield place
                reach = place[1]


class _Cover:
    """The allowed phrases of one text, asked for thousands of places in a long one."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(itertools.accumulate((end for _, end in ordered), max))

    def holds(self, start: int, end: int) -> bool:
        at = bisect.bisect_right(self._starts, start)
        return at > 0 and self._reach[at - 1] >= end


def _all_of(keys: Sequence[str]) -> Callable[[str], Sequence[tuple[int, int, int]]]:
    return functools.partial(AhoCorasick(keys).find_matches_as_indexes, overlapping=True)


def _is_latin(character: str) -> bool:
    return character.isalpha() and character < "\u0370"
