"""Which words are in force: those built in, or files of one's own, read again when they change."""

import functools
import time
from pathlib import Path

from services.analyzer.language.files.following import Following
from services.analyzer.language.lexicon.matcher import Lexicon, Match
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.word_files import WordFile, read_word_file, read_words
from services.analyzer.language.lexicon.words import Word, WordTable
from services.analyzer.language.text.folding import fold_words

__all__ = [
    "BUILT_IN_OPTIONS",
    "Lexicon",
    "LexiconInUse",
    "Match",
    "Word",
    "built_in",
    "load_lexicon",
    "read_words",
    "trouble_with",
]

_BUILT_IN = Path(__file__).parent / "lists"
_BENIGN = _BUILT_IN / "benign.csv"
_SHIELDS = _BUILT_IN / "shields_for_public_lists.csv"
BUILT_IN_OPTIONS = LexiconOptions(numerals="none")


class LexiconInUse(Following[WordFile, Lexicon]):
    """A lexicon over files that may change while it is used."""

    def __init__(self, files: tuple[Path, ...], options: LexiconOptions) -> None:
        self._options = options
        super().__init__(files)

    @property
    def lexicon(self) -> Lexicon:
        """As the files were when last read."""
        return self.built

    def _read(self, file: Path) -> WordFile:
        return read_word_file(file)

    def _build(self, held: list[WordFile], version: str) -> Lexicon:
        table = WordTable.joined([file.table for file in held])
        return Lexicon(table, self._options, version, [*_phrases(_BENIGN), *_phrases(_SHIELDS)])


def load_lexicon(paths: tuple[str, ...] = (), options: LexiconOptions | None = None) -> Lexicon:
    """The built-in words, or those of the given files in their place; ordinary phrases stay protected either way.

    Files are followed while in use. Raises InputError naming file, row and remedy.
    """
    if not paths:
        return _built_in(options or BUILT_IN_OPTIONS)
    return in_use(paths, options or LexiconOptions()).current(time.monotonic())


def trouble_with(paths: tuple[str, ...], options: LexiconOptions) -> str | None:
    """Why the files as they are now are not in force, in Chinese; null: they are. Raises InputError as above."""
    return in_use(paths, options).trouble_at(time.monotonic()) if paths else None


@functools.cache
def in_use(paths: tuple[str, ...], options: LexiconOptions) -> LexiconInUse:
    """The one of these files and options in this process."""
    return LexiconInUse(tuple(map(Path, paths)), options)


@functools.cache
def built_in(name: str) -> frozenset[str]:
    """The folded words of one built-in file, for example `topics`."""
    return frozenset(fold_words(word.word for word in read_words(_BUILT_IN / f"{name}.csv")))


@functools.cache
def _built_in(options: LexiconOptions) -> Lexicon:
    files = sorted(set(_BUILT_IN.glob("*.csv")) - {_BENIGN, _SHIELDS})
    return Lexicon((word for file in files for word in read_words(file)), options, shields=_phrases(_BENIGN))


@functools.cache
def _phrases(file: Path) -> tuple[str, ...]:
    return tuple(word.word for word in read_words(file))
