"""What stands beside what in Chinese as officials and the news write it: drawn once, read on first use."""

import csv
import functools
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

RIGHT_FORMS = Path(__file__).parents[1] / "right_forms"
_LEXICONS = Path(__file__).parents[1] / "lexicons"
_LISTED = ("trades", "topics", "drugs", "gambling", "fraud", "obscene", "lures")
"""Lists of words that are looked for: 招嫖 in a police notice is what was meant, not 招标."""

_LONGEST_LISTED = 4

UNKNOWN_WEIGHT = -18.3
"""The natural logarithm of the share of a character that is no word by itself."""

_NEW = -12.5
"""The same of a newer word, which no count knows."""

_RUN = 3


@dataclass(frozen=True)
class Usage:
    """`followers` and `preceders`: what is usual after and before a character. `weights`: natural logarithm of a
    word's share of all words; `newer`, `idioms` and `names` are those of a kind. `runs`: how often three or four
    characters stand together in statutes. `threes`: runs of three, those inside of words too.
    """

    followers: Mapping[str, frozenset[str]]
    preceders: Mapping[str, frozenset[str]]
    characters: frozenset[str]
    weights: Mapping[str, float]
    newer: frozenset[str]
    idioms: frozenset[str]
    names: frozenset[str]
    runs: Mapping[str, int]
    threes: frozenset[str]

    def is_usual(self, first: str, second: str) -> bool:
        return second in self.followers.get(first, ())


@functools.cache
def usage() -> Usage:
    followers = {line[0]: frozenset(line[1:]) for line in lines(RIGHT_FORMS / "pairs.txt")}
    before = defaultdict(list)
    for first, seconds in followers.items():
        for second in seconds:
            before[second].append(first)
    preceders = {second: frozenset(firsts) for second, firsts in before.items()}
    weights, kinds, counts = dict[str, float](), defaultdict[str, list[str]](list), dict[str, int]()
    for kind, length, weight, joined in map(str.split, lines(RIGHT_FORMS / "words.txt.gz")):
        words = _cut(joined, int(length))
        weights.update(dict.fromkeys(words, float(weight)))
        kinds[kind] += words
    newer = frozenset(lines(RIGHT_FORMS / "vocabulary.txt")) | frozenset(_listed())
    weights.update((word, max(weights.get(word, _NEW), _NEW)) for word in newer)
    for length, number, joined in map(str.split, lines(RIGHT_FORMS / "runs.txt.gz")):
        counts.update(dict.fromkeys(_cut(joined, int(length)), int(number)))
    threes = frozenset(run for run in counts if len(run) == _RUN)
    runs = {run: number for run, number in counts.items() if number}
    characters = frozenset(followers.keys() | preceders.keys())
    idioms, names = frozenset(kinds["idiom"]), frozenset(kinds["name"])
    return Usage(followers, preceders, characters, weights, newer, idioms, names, runs, threes)


def _listed() -> Iterator[str]:
    for name in _LISTED:
        with (_LEXICONS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from (row["word"] for row in csv.DictReader(file) if len(row["word"]) <= _LONGEST_LISTED)


def lines(path: Path) -> Iterator[str]:
    """The lines of a list, without its comments."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _cut(joined: str, length: int) -> list[str]:
    return [joined[at : at + length] for at in range(0, len(joined), length)]
