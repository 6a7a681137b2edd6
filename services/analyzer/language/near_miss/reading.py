"""How a piece of text reads: the likeliest way in which it falls apart into words."""

from dataclasses import dataclass

from services.analyzer.language.near_miss.usage import usage

_LONGEST_WORD = 8


@dataclass(frozen=True)
class Reading:
    """`likelihood`: natural logarithm; `words`: start and end of each word, in order."""

    likelihood: float
    words: tuple[tuple[int, int], ...]

    def word_at(self, place: int) -> tuple[int, int]:
        """Start and end of the word that holds the character at `place`."""
        return next(word for word in self.words if word[0] <= place < word[1])


def read(text: str) -> Reading:
    """The likeliest reading of a short piece."""
    weight = usage().weight
    best = [0.0] * (len(text) + 1)
    ends = [0] * len(text)
    for start in range(len(text) - 1, -1, -1):
        likeliest = None
        for end in range(start + 1, min(len(text), start + _LONGEST_WORD) + 1):
            own = weight(text[start:end])
            if own is not None and (likeliest is None or own + best[end] > likeliest):
                likeliest, ends[start] = own + best[end], end
        best[start] = likeliest or 0.0
    words, start = [], 0
    while start < len(text):
        words.append((start, ends[start]))
        start = ends[start]
    return Reading(best[0], tuple(words))
