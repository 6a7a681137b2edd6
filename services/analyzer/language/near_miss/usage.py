"""What stands beside what in Chinese as officials and the news write it: drawn once, read on first use."""

import functools
import gzip
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.analyzer.language import segmenter

RIGHT_FORMS = Path(__file__).parents[1] / "right_forms"

_DICTIONARY_SCALE = 0.1
"""The corpus behind jieba's dictionary is that much, in units of the news counts (500 occurrences each)."""

_UNKNOWN = 0.2
_LOG_TOTAL = math.log(18_400_000)


@dataclass(frozen=True)
class Usage:
    """`followers` and `preceders`: what is usual after and before a character. `runs`: how often three or four
    characters stand together in statutes. `news`: how often a word stands in the news, in units of 500."""

    followers: Mapping[str, frozenset[str]]
    preceders: Mapping[str, frozenset[str]]
    characters: frozenset[str]
    runs: Mapping[str, int]
    news: Mapping[str, float]

    def is_usual(self, first: str, second: str) -> bool:
        return second in self.followers.get(first, ())

    def weight(self, word: str) -> float | None:
        """Natural logarithm of the word's share of all words; null where it is none."""
        count = self.frequency(word)
        if not count and len(word) > 1:
            return None
        return math.log(max(count, _UNKNOWN)) - _LOG_TOTAL

    def frequency(self, word: str) -> float:
        """Occurrences in the news and behind jieba's dictionary together, in units of 500 of the news; 0: no word."""
        return self.news.get(word, 0) + segmenter.count(word) * _DICTIONARY_SCALE


@functools.cache
def usage() -> Usage:
    followers = {line[0]: frozenset(line[1:]) for line in lines(RIGHT_FORMS / "pairs.txt")}
    before = defaultdict(set)
    for first, seconds in followers.items():
        for second in seconds:
            before[second].add(first)
    preceders = {second: frozenset(firsts) for second, firsts in before.items()}
    runs = {run: int(number) for run, number in map(str.split, lines(RIGHT_FORMS / "runs.txt.gz"))}
    news = {word: float(number) for word, number in map(str.split, lines(RIGHT_FORMS / "news.txt.gz"))}
    return Usage(followers, preceders, frozenset({*followers, *preceders}), runs, news)


def lines(path: Path) -> Iterator[str]:
    """The lines of a list, without its comments."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
