"""Some thousands of phrases looked for in one text at a fraction of the cost of an automaton.

Each is known by the rarest of its pairs of characters. One array operation tells where the text has such a pair; only
there the phrase itself is compared. An automaton reads every byte of the text through tables of megabytes instead,
which the tables of the next rule drive out of the processor's cache.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from services.analyzer.language.text.glance import NUMBER_BITS, code_points, glance, pair_numbers

_COMMON = (
    "的人条第行法定十应当和规以管民有者理政业或关会部用务设门国一保工市二机公事员作三其建生不本处区主责对在制物地经施合等为位单可上动安产及府依全发五护出照下由构四监资中"
    "权并通内证实方他进提所期院议时级水自任查家委信要得按违体品大同报组服营成交款年准检情共划重文职收件城审开督罚立日表织案县六使境场代计分请化标告向相据利备项社防外改办"
    "企未取调程活性元七予律与例执展险决明申农加金道供反运八受息采列技后个限过治具专负商正百求九接范入批质之域育常度车电源环能书于刑指害费协解确止术统省意造学量况特置前持万"
)
"""The most frequent characters of statutes, in order; all others are rarer."""

_COMMONNESS = {character: len(_COMMON) - place for place, character in enumerate(_COMMON)}
_PAIR, _FEW = 2, 4
_ROOM = 7
"""The table has 2 ** 7 places for each phrase: of 100 pairs less than one is looked at in vain."""


class Occurrence(NamedTuple):
    """`number`: of the phrase, as given. `start` and `end`: code points of the text."""

    number: int
    start: int
    end: int


class Phrases:
    """Built once; thread-safe. Empty phrases are never found."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._single = [(index, phrase) for index, phrase in enumerate(phrases) if len(phrase) == 1]
        anchored, often = defaultdict(list), Counter(pair for phrase in phrases for pair in _pairs(phrase))
        for index, phrase in enumerate(phrases):
            if len(phrase) >= _PAIR:
                at = _rarest(phrase, often)
                anchored[phrase[at : at + _PAIR]].append((index, phrase, at, len(phrase)))
        self._anchored = dict(anchored)
        self._shift = NUMBER_BITS - (len(anchored).bit_length() + _ROOM)
        self._marks = np.zeros(1 << (NUMBER_BITS - self._shift), dtype=bool)
        codes = code_points("".join(anchored)).reshape(-1, _PAIR)
        self._marks[pair_numbers(codes[:, 0], codes[:, 1]) >> self._shift] = True

    def find(self, text: str) -> list[Occurrence]:
        """Every place of every phrase, those that overlap included; in the order of the text, the longest first."""
        anchored, found = self._anchored, []
        for place in self._marks.take(glance(text).pairs >> self._shift).nonzero()[0].tolist():
            for index, phrase, at, length in anchored.get(text[place : place + _PAIR], ()):
                start = place - at
                if start >= 0 and text.startswith(phrase, start):
                    found.append(Occurrence(index, start, start + length))
        for index, phrase in self._single:
            found += _places(text, index, phrase)
        return sorted(found, key=_in_order) if len(found) > 1 else found


def _in_order(found: Occurrence) -> tuple[int, int]:
    return found.start, -found.end


def _places(text: str, index: int, character: str) -> Iterator[Occurrence]:
    place = text.find(character)
    while place >= 0:
        yield Occurrence(index, place, place + 1)
        place = text.find(character, place + 1)


def _pairs(phrase: str) -> list[str]:
    return [phrase[at : at + _PAIR] for at in range(len(phrase) - 1)]


def _rarest(phrase: str, often: Mapping[str, int]) -> int:
    """A pair that many phrases hold stands in many texts too; of others the characters tell."""

    def commonness(at: int) -> tuple[int, int]:
        pair = phrase[at : at + _PAIR]
        return often[pair] // _FEW, sum(_COMMONNESS.get(character, 0) for character in pair)

    return min(range(len(phrase) - 1), key=commonness)
