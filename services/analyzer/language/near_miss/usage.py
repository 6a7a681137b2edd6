"""What stands beside what in Chinese as officials and the news write it: drawn once, read on first use."""

import functools
import gzip
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.analyzer.language import segmenter

RIGHT_FORMS = Path(__file__).parents[1] / "right_forms"

_DICTIONARY_SCALE = 0.1
"""The corpus behind jieba's dictionary is that much, in units of the news counts (500 occurrences each)."""

_UNKNOWN = 0.2
_RUN = 3
_LEAST_COUNT, _SPEAKS_FOR_ITSELF = 0.4, 4
"""Rarer words are left out, unless they are so long that they are met by nobody by chance."""
_LOG_TOTAL = math.log(18_400_000)
UNKNOWN_WEIGHT = math.log(_UNKNOWN) - _LOG_TOTAL


@dataclass(frozen=True)
class Usage:
    """`followers` and `preceders`: what is usual after and before a character. `runs`: how often three or four
    characters stand together in statutes. `news`: how often a word stands in the news, in units of 500. `threes`:
    runs of three, those inside of words too. `weights`: natural logarithm of a word's share of all words."""

    followers: Mapping[str, frozenset[str]]
    preceders: Mapping[str, frozenset[str]]
    characters: frozenset[str]
    runs: Mapping[str, int]
    news: Mapping[str, float]
    threes: frozenset[str]
    weights: Mapping[str, float]

    def is_usual(self, first: str, second: str) -> bool:
        return second in self.followers.get(first, ())

    def frequency(self, word: str) -> float:
        """Occurrences in the news and behind jieba's dictionary together, in units of 500 of the news; 0: no word."""
        return self.news.get(word, 0) + segmenter.count(word) * _DICTIONARY_SCALE


@functools.cache
def usage() -> Usage:
    followers = {line[0]: frozenset(line[1:]) for line in lines(RIGHT_FORMS / "pairs.txt")}
    before = defaultdict(list)
    for first, seconds in followers.items():
        for second in seconds:
            before[second].append(first)
    preceders = {second: frozenset(firsts) for second, firsts in before.items()}
    runs = {run: int(number) for run, number in map(str.split, lines(RIGHT_FORMS / "runs.txt.gz"))}
    news = {word: float(number) for word, number in map(str.split, lines(RIGHT_FORMS / "news.txt.gz"))}
    weights = _weights(news)
    characters = frozenset(followers.keys() | preceders.keys())
    return Usage(followers, preceders, characters, runs, news, _threes(runs, weights), weights)


def _weights(news: Mapping[str, float]) -> dict[str, float]:
    counts = {word: segmenter.count(word) * _DICTIONARY_SCALE for word in segmenter.words()}
    for word, number in news.items():
        counts[word] = counts.get(word, 0.0) + number
    return {
        word: math.log(max(count, _UNKNOWN)) - _LOG_TOTAL
        for word, count in counts.items()
        if count >= _LEAST_COUNT or len(word) >= _SPEAKS_FOR_ITSELF
    }


def _threes(runs: Mapping[str, int], words: Iterable[str]) -> frozenset[str]:
    known = {run for run in runs if len(run) == _RUN}
    for word in words:
        for at in range(len(word) - _RUN + 1):
            known.add(word[at : at + _RUN])
    return frozenset(known)


def lines(path: Path) -> Iterator[str]:
    """The lines of a list, without its comments."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
