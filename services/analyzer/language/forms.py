"""The keys that a list of words is searched by, and what else must hold where one of them is found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.analyzer.language import variants
from services.analyzer.language.folding import Folded, Folding, fold, fold_words
from services.analyzer.language.lexicon_options import LexiconOptions
from services.analyzer.language.variants import Position
from services.analyzer.language.words import ALLOW, Word


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

    `words` are those of the first kind, by key; `special` those of the second, by the number of the key. `written` are
    the words as folded; `sounds` their sounds, empty unless asked for.
    """

    def __init__(self, words: Iterable[Word], options: LexiconOptions) -> None:
        given = list(words)
        folded = fold_words([word.word for word in given], options.folding)
        pairs = [pair for pair in zip(folded, given, strict=True) if pair[0]]
        allowed = sorted({key for key, word in pairs if word.tag == ALLOW})
        barred = set(allowed)
        tags = set(options.only_category.split(",")) if options.only_category else None
        pairs = [pair for pair in pairs if pair[0] not in barred and (tags is None or pair[1].tag in tags)]
        self.written = dict(pairs)
        plain, special = _searched(pairs, self.written, options)
        self.words = list(plain.values())
        self.keys = [*plain, *special, *allowed]
        self.special = dict(enumerate(special.values(), start=len(plain)))
        self.first_allowed = len(plain) + len(special)
        self.sounds = _by_sound(self.written) if options.homophones else {}


_Special = dict[str, list[Written]]


def _searched(
    pairs: list[tuple[str, Word]], written: dict[str, Word], options: LexiconOptions
) -> tuple[dict[str, Word], _Special]:
    """The words by key, those apart with which more must hold."""
    plain, special = dict(written), _Special()
    if options.digits_for_numerals:
        _add(plain, variants.with_digits)
    if options.numerals_for_digits:
        _add(plain, variants.with_numerals)
    if options.wildcards:
        _take_wildcards(plain, special)
    if options.split_characters:
        _add_written_apart(written, special)
    if options.folding.skips or options.collapse_repeats:
        _keep_what_folding_drops(pairs, plain, special, options.folding)
    for key in special.keys() & plain.keys():
        special[key].append(Written(plain.pop(key)))
    return plain, special


def _add(plain: dict[str, Word], variant: Callable[[str], Iterator[str]]) -> None:
    for key, word in list(plain.items()):
        for other in variant(key):
            plain.setdefault(other, word)


def _add_written_apart(written: dict[str, Word], special: _Special) -> None:
    for key, word in written.items():
        for apart in set(variants.written_apart(key)) - {key}:
            special.setdefault(apart, []).append(Written(word, disguised=True))


def _take_wildcards(plain: dict[str, Word], special: _Special) -> None:
    for key, word in list(plain.items()):
        positions = variants.wildcard(key)
        if positions is None:
            continue
        del plain[key]
        first, forms = variants.literals(positions)
        for form in forms:
            beside = Written(word, tuple(positions[:first]), tuple(positions[first + len(form) :]))
            special.setdefault(form, []).append(beside)


def _keep_what_folding_drops(
    pairs: list[tuple[str, Word]], plain: dict[str, Word], special: _Special, how: Folding
) -> None:
    """A text need not have more than the word has, but never less: `al` is not `all`, nor `info` `in.fo`."""
    whole = Folding(how.case_sensitive, how.styles)
    for key, word in pairs:
        full, folded = fold(word.word, whole).text, fold(word.word, how)
        if full == key:
            continue
        if plain.get(key) is word:
            del plain[key]
        runs = tuple(map(int, folded.runs)) if folded.runs is not None and max(folded.runs) > 1 else ()
        symbols = full if fold(word.word, how._replace(collapse_repeats=False)).text != full else ""
        special.setdefault(key, []).append(Written(word, runs=runs, symbols=symbols))
        special[key].sort(key=lambda written: -sum(written.runs))
    plain.update((key, word) for key, word in pairs if fold(word.word, whole).text == key)


def _by_sound(written: dict[str, Word]) -> dict[str, Word]:
    """Words of two Chinese characters or more, by their sound; those of one sound by the first of them."""
    sounds: dict[str, Word] = {}
    for key, word in written.items():
        if len(key) > 1 and all("一" <= character <= "鿿" for character in key):
            sounds.setdefault(variants.sound_of(key), word)
    return sounds


def _holds(given: str, symbols: str) -> bool:
    """Whether all of `symbols` stand in the place in their order."""
    rest = iter(fold(given).text)
    return all(symbol in rest for symbol in symbols)
