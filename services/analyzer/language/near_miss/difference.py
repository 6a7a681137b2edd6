"""How a written piece differs from the right one: one error, or two characters written for others."""

from dataclasses import dataclass
from enum import Enum

_MOST_SUBSTITUTED = _MOST_MISSING = 2
"""Characters beside each other that may be written for others, or left out."""


class Error(Enum):
    """What happened to the right form."""

    SUBSTITUTED = "错字"
    MISSING = "少字"
    DOUBLED = "多字"
    SWAPPED = "字序颠倒"


@dataclass(frozen=True)
class Difference:
    """`written` stands at `at` of the text where `right` should."""

    error: Error
    at: int
    written: str
    right: str

    @property
    def sentence(self) -> str:
        """For people, in Chinese."""
        match self.error:
            case Error.MISSING:
                return f"少“{self.right}”字"
            case Error.DOUBLED:
                return f"多“{self.written}”字"
            case Error.SWAPPED:
                return f"“{self.right}”写成“{self.written}”，字序颠倒"
        return f"“{self.right}”写成“{self.written}”"


def difference_after(right: str, text: str, start: int, before: str) -> Difference | None:
    """How the text from `start` differs from `right`; null: not at all, or by more than can be an error.

    `before` is the character of the right form that comes before: the last two may stand twice. What follows the error
    must be right, so an error in the last character can only be a substitution.
    """
    at = _same(right, text, start)
    rest, place = right[at:], start + at
    if not rest or place >= len(text):
        return None
    if len(rest) > 1 and rest[0] != rest[1] and text.startswith(rest[1] + rest[0] + rest[2:], place):
        return Difference(Error.SWAPPED, place, rest[1] + rest[0], rest[:2])
    if len(rest) > 1 and text.startswith(rest[1:], place):
        return Difference(Error.MISSING, place, "", rest[0])
    if len(rest) > _MOST_MISSING and text.startswith(rest[_MOST_MISSING:], place):
        return Difference(Error.MISSING, place, "", rest[:_MOST_MISSING])
    may_be_too_many = len(rest) == 1 or text[place] in (right[max(0, at - 2) : at] or before)
    if may_be_too_many and text.startswith(rest, place + 1):
        return Difference(Error.DOUBLED, place, text[place], "")
    return _substituted(right, text, start, at)


def difference_before(right: str, text: str, end: int, after: str) -> Difference | None:
    """The same for a piece that ends at `end`, read from its end to its beginning."""
    turned = text[max(0, end - len(right) - 2) : end][::-1]
    found = difference_after(right[::-1], turned, 0, after)
    if found is None:
        return None
    place = end - found.at - len(found.written)
    return Difference(found.error, place, found.written[::-1], found.right[::-1])


def _same(right: str, text: str, start: int) -> int:
    for at, character in enumerate(right):
        if start + at >= len(text) or text[start + at] != character:
            return at
    return len(right)


def _substituted(right: str, text: str, start: int, first: int) -> Difference | None:
    piece = text[start : start + len(right)]
    if len(piece) < len(right):
        return None
    differing = [at for at in range(first, len(right)) if piece[at] != right[at]]
    if len(differing) > _MOST_SUBSTITUTED or differing[-1] - first >= _MOST_SUBSTITUTED:
        return None
    last = differing[-1] + 1
    return Difference(Error.SUBSTITUTED, start + first, piece[first:last], right[first:last])
