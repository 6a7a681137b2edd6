"""Which words are in force: those built in, or files of one's own, read again when they change."""

import functools
import hashlib
import threading
import time
from pathlib import Path

import structlog

from services.analyzer.language.folding import fold_words
from services.analyzer.language.lexicon_files import WordFile, read_word_file, read_words
from services.analyzer.language.lexicon_options import LexiconOptions
from services.analyzer.language.matcher import Lexicon, Match
from services.analyzer.language.words import Word, WordTable
from shared.errors import InputError

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

_BUILT_IN = Path(__file__).parent / "lexicons"
_BENIGN = _BUILT_IN / "benign.csv"
_SHIELDS = _BUILT_IN / "shields_for_public_lists.csv"
BUILT_IN_OPTIONS = LexiconOptions(numerals="none")
_SECONDS_BETWEEN_LOOKS = 2.0
_SECONDS_TO_SETTLE = 1.0
"""A file younger than this may still be being written."""

log = structlog.get_logger(__name__)
_Stamp = tuple[int, int, int] | None


class LexiconInUse:
    """A lexicon over files that may change while it is used. A broken file changes nothing: the words before it stay.

    Raises InputError naming file, row and remedy when they cannot be read to begin with.
    """

    def __init__(self, files: tuple[Path, ...], options: LexiconOptions) -> None:
        self._files, self._options = files, options
        self._stamps = [_stamp(file) for file in files]
        self._look_again = 0.0
        self._looking = threading.Lock()
        self._lexicon = self._built([read_word_file(file) for file in files])
        self._trouble: str | None = None

    def current(self, now: float) -> Lexicon:
        """`now`: seconds of a monotonic clock. Looks at the files every two seconds, and reads those that changed."""
        self._follow(now)
        return self._lexicon

    def trouble(self, now: float) -> str | None:
        """Why the files as they are now are not in force; null: they are."""
        self._follow(now)
        return self._trouble

    def _follow(self, now: float) -> None:
        """Who comes while another looks goes on with the words in force."""
        if now >= self._look_again and self._looking.acquire(blocking=False):
            try:
                self._look_again = now + _SECONDS_BETWEEN_LOOKS
                self._read_what_changed()
            finally:
                self._looking.release()

    def _read_what_changed(self) -> None:
        stamps = [_stamp(file) for file in self._files]
        if stamps == self._stamps or not all(map(_is_settled, stamps)):
            return
        self._stamps = stamps
        try:
            files = [read_word_file(file) for file in self._files]
        except InputError as error:
            self._trouble = f"词库未更新，沿用原词语。{error}"
            log.warning("lexicon_refused", reason=str(error), version_in_force=self._lexicon.version)
            return
        self._trouble = None
        if _version(files) != self._lexicon.version:
            self._lexicon = self._built(files)
            log.info("lexicon_in_force", version=self._lexicon.version, words=sum(len(file.table) for file in files))

    def _built(self, files: list[WordFile]) -> Lexicon:
        table = WordTable.joined([file.table for file in files])
        return Lexicon(table, self._options, _version(files), [*_phrases(_BENIGN), *_phrases(_SHIELDS)])


def load_lexicon(paths: tuple[str, ...] = (), options: LexiconOptions | None = None) -> Lexicon:
    """The built-in words, or those of the given files in their place; ordinary phrases stay protected either way.

    Files are followed while in use. Raises InputError naming file, row and remedy.
    """
    if not paths:
        return _built_in(options or BUILT_IN_OPTIONS)
    return _in_use(paths, options or LexiconOptions()).current(time.monotonic())


def trouble_with(paths: tuple[str, ...], options: LexiconOptions) -> str | None:
    """Why the files as they are now are not in force, in Chinese; null: they are. Raises InputError as above."""
    return _in_use(paths, options).trouble(time.monotonic()) if paths else None


@functools.cache
def _in_use(paths: tuple[str, ...], options: LexiconOptions) -> LexiconInUse:
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


def _version(files: list[WordFile]) -> str:
    """One file: its sha256. Several: that of theirs."""
    if len(files) == 1:
        return files[0].version
    return hashlib.sha256("".join(file.version for file in files).encode()).hexdigest()


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_settled(stamp: _Stamp) -> bool:
    return stamp is None or not 0 <= time.time() - stamp[0] / 1e9 < _SECONDS_TO_SETTLE
