"""Wrong forms that nothing else can mean: found also where near-miss matching wants more context."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from services.analyzer.language.folding import fold
from services.analyzer.language.lexicon_files import read_words
from services.analyzer.language.lexicon_options import LexiconOptions
from services.analyzer.language.matcher import Lexicon
from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.usage import RIGHT_FORMS

_FILE = RIGHT_FORMS / "known_errors.csv"


class Known(NamedTuple):
    """`start` and `end`: code points of the text as given; `right` takes their place."""

    start: int
    end: int
    right: str
    kind: Kind


def find(text: str) -> Iterator[Known]:
    """In the order of the text."""
    lexicon = _lexicon()
    for match in lexicon.find_in(text, fold(text, lexicon.options.folding)):
        yield Known(match.start, match.end, match.word.suggestion or "", Kind(match.word.tag))


@functools.cache
def _lexicon() -> Lexicon:
    return Lexicon(read_words(_FILE), LexiconOptions(numerals="none"))
