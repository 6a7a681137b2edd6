"""The keys that a list of words is searched by, and what else must hold where one of them is found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.analyzer.language.lexicon import variants
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.variants import Position
from services.analyzer.language.lexicon.words import ALLOW, Word, WordTable
from services.analyzer.language.text.folding import Folded, fold, fold_words


@dataclass(frozen=True)
class Written:
    """One way in which a word is written, beyond its key.

    `before` and `after`: what may stand at the places beside the key. `runs`: how often each character of the key is
    repeated at least. `symbols`: the word with those of its characters that folding leaves out. `disguised`: only
    where the place reads as no ordinary words.
    """

    word: Word
    before: tuple[Position, ...] = ()
    after: tuple[Position, ...] = ()
    runs: tuple[int, ...] = ()
    symbols: str = ""
    disguised: bool = False

    def fits(self, text: str, folded: Folded, start: int, end: int) -> bool:
        """Whether it stands where its key was found, at `folded.text[start:end]`."""
        first, last = start - len(self.before), end + len(self.after)
        if first < 0 or last > len(folded.text):
            return False
        beside = zip(self.before + self.after, folded.text[first:start] + folded.text[end:last], strict=True)
        if not all(possible is None or character in possible for possible, character in beside):
            return False
        if self.runs and folded.runs is not None and any(map(int.__lt__, map(int, folded.runs[start:end]), self.runs)):
            return False
        return not self.symbols or _holds(text[slice(*folded.span(start, end))], self.symbols)


class Forms:
    """`keys` in order: of words, of words with something special, of allowed phrases from `first_allowed` on.

    `places` are those of the first kind in `table`, by key; `special` the second, by the number of the key. `written`
    are the words as folded with their places; `sounds` their sounds, empty unless asked for.
    """

    def __init__(self, table: WordTable, options: LexiconOptions, shields: Sequence[str] = ()) -> None:
        """`shields`: phrases that protect what is inside them unless the table itself names them."""
        self.table = table
        folded = fold_words(table.texts, options.folding)
        allowed, self.written = _told_apart(folded, table.tags)
        allowed += [shield for shield in fold_words(shields, options.folding) if shield and shield not in self.written]
        plain, special = _Searched(table, folded, self.written, options).forms()
        self.places = list(plain.values())
        self.keys = [*plain, *special, *dict.fromkeys(allowed)]
        self.special = dict(enumerate(special.values(), start=len(plain)))
        self.first_allowed = len(plain) + len(special)
        self.sounds = _by_sound(self.written) if options.homophones else {}


def _told_apart(folded: list[str], tags: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """Phrases that are allowed, and words with their places; a phrase that is both is allowed."""
    written = dict(zip(folded, range(len(folded)), strict=True))
    written.pop("", None)
    allowed = [key for key, tag in zip(folded, tags, strict=True) if tag == ALLOW and key] if ALLOW in tags else []
    for key in allowed:
        written.pop(key, None)
    return allowed, written


class _Searched:
    """The words by key, those apart with which more must hold."""

    def __init__(self, table: WordTable, folded: list[str], written: dict[str, int], options: LexiconOptions) -> None:
        self._table, self._folded, self._written, self._options = table, folded, written, options
        self._plain = dict(written)
        self._special: dict[str, list[Written]] = {}

    def forms(self) -> tuple[dict[str, int], dict[str, list[Written]]]:
        options = self._options
        if options.digits_for_numerals:
            self._add(variants.with_digits(self._written))
        if options.numerals_for_digits:
            self._add(variants.with_numerals(self._written))
        if options.wildcards:
            self._take_wildcards()
        if options.split_characters:
            self._add_written_apart()
        if options.folding.skips or options.collapse_repeats:
            self._keep_what_folding_drops()
        for key in self._special.keys() & self._plain.keys():
            self._special[key].append(Written(self._table[self._plain.pop(key)]))
        return self._plain, self._special

    def _add(self, others: Iterable[tuple[str, str]]) -> None:
        put, written = self._plain.setdefault, self._written
        for key, other in others:
            put(other, written[key])

    def _put(self, key: str, written: Written) -> None:
        self._special.setdefault(key, []).append(written)

    def _take_wildcards(self) -> None:
        for key, place in list(self._plain.items()):
            positions = variants.wildcard(key)
            if positions is None:
                continue
            del self._plain[key]
            first, forms = variants.literals(positions)
            for form in forms:
                before, after = tuple(positions[:first]), tuple(positions[first + len(form) :])
                self._put(form, Written(self._table[place], before, after))

    def _add_written_apart(self) -> None:
        for key, place in self._written.items():
            for apart in set(variants.written_apart(key)) - {key}:
                self._put(apart, Written(self._table[place], disguised=True))

    def _keep_what_folding_drops(self) -> None:
        """A text may have more than the word has, but never less: `al` is not `all`, nor `info` `in.fo`."""
        how = self._options.folding
        whole = how.without_skips._replace(collapse_repeats=False)
        full = fold_words(self._table.texts, whole)
        for place, (key, word) in enumerate(zip(self._folded, full, strict=True)):
            if key not in self._written or word == key:
                continue
            if self._plain.get(key) == place:
                del self._plain[key]
            runs = fold(self._table.texts[place], how).runs
            repeated = tuple(map(int, runs)) if runs is not None and max(runs) > 1 else ()
            dropped = fold(word, how._replace(collapse_repeats=False)).text != word
            self._put(key, Written(self._table[place], runs=repeated, symbols=word if dropped else ""))
            self._special[key].sort(key=lambda written: -sum(written.runs))
        pairs = zip(self._folded, full, strict=True)
        same = {key: place for place, (key, word) in enumerate(pairs) if key == word and key in self._written}
        self._plain.update(same)


def _by_sound(written: dict[str, int]) -> dict[str, int]:
    """Words of two Chinese characters or more, by their sound; those of one sound by the first of them."""
    sounds: dict[str, int] = {}
    for key, place in written.items():
        if len(key) > 1 and all("一" <= character <= "鿿" for character in key):
            sounds.setdefault(variants.sound_of(key), place)
    return sounds


def _holds(given: str, symbols: str) -> bool:
    """Whether all of `symbols` stand in the place in their order."""
    rest = iter(fold(given).text)
    return all(symbol in rest for symbol in symbols)
