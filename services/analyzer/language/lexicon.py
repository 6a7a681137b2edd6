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

__all__ = ["BUILT_IN_OPTIONS", "Lexicon", "LexiconInUse", "Match", "Word", "built_in", "load_lexicon", "read_words"]

_BUILT_IN = Path(__file__).parent / "lexicons"
_BENIGN = _BUILT_IN / "benign.csv"
_SHIELDS = _BUILT_IN / "shields_for_public_lists.csv"
BUILT_IN_OPTIONS = LexiconOptions(numerals="none")
_SECONDS_BETWEEN_LOOKS = 2.0
_SECONDS_TO_SETTLE = 1.0
"""A file younger than this may still be being written."""

_log = structlog.get_logger(__name__)
_Stamp = tuple[int, int, int] | None


class LexiconInUse:
    """A lexicon over files that may change while it is used. A broken file changes nothing: the words before it stay.

    Raises InputError naming file, row and remedy when they cannot be read to begin with.
    """

    def __init__(self, files: tuple[Path, ...], options: LexiconOptions) -> None:
        self._files, self._options = files, options
        self._stamps = [_stamp(file) for file in files]
        self._look_again = 0.0
        self._busy = threading.Lock()
        self.trouble: str | None = None
        self.lexicon = self._built([read_word_file(file) for file in files])

    def current(self, now: float) -> Lexicon:
        """`now`: seconds of a monotonic clock. Looks at the files every two seconds, and reads those that changed."""
        if now >= self._look_again and self._busy.acquire(blocking=False):
            try:
                self._look_again = now + _SECONDS_BETWEEN_LOOKS
                self._follow()
            finally:
                self._busy.release()
        return self.lexicon

    def _follow(self) -> None:
        stamps = [_stamp(file) for file in self._files]
        if stamps == self._stamps or not all(map(_is_settled, stamps)):
            return
        self._stamps = stamps
        try:
            files = [read_word_file(file) for file in self._files]
        except InputError as error:
            self.trouble = str(error)
            _log.warning("lexicon_refused", reason=str(error), words_in_force=self.lexicon.version)
            return
        self.trouble = None
        if _version(files) != self.lexicon.version:
            self.lexicon = self._built(files)
            _log.info("lexicon_in_force", version=self.lexicon.version, words=sum(len(file.table) for file in files))

    def _built(self, files: list[WordFile]) -> Lexicon:
        table = WordTable.joined([file.table for file in files])
        return Lexicon(table, self._options, _version(files), [*_phrases(_BENIGN), *_phrases(_SHIELDS)])


def load_lexicon(paths: tuple[str, ...] = (), options: LexiconOptions | None = None) -> Lexicon:
    """The built-in words, or those of the given files in their place; ordinary phrases stay protected either way.

    Files are followed while in use. Raises InputError naming file, row and remedy.
    """
    if not paths:
        return _built_in(options or BUILT_IN_OPTIONS)
    return in_use(paths, options or LexiconOptions()).current(time.monotonic())


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
