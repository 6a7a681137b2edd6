"""The places a finding is about, as an official reads them: title, link and the words. Never cut midway."""

import re
from collections.abc import Sequence

from services.alerter.text import one_line
from shared.events import Evidence

_MOST_IN_DIGEST = 3
_LONGEST_LINK = 200


def place_lines(evidence: Sequence[Evidence], room: int) -> list[str]:
    """A heading for each post with the words below it, in at most `room` bytes; what does not fit is counted."""
    quoted = [place for place in evidence if place.quote]
    lines: list[str] = []
    heading = None
    for number, place in enumerate(quoted):
        new = [_heading(place)] if _heading(place) != heading else []
        new.append(f"　{number + 1}）“{one_line(place.quote or '', 60)}”")
        # The last needs no room kept for a rest.
        kept = size_of(_rest(len(quoted))) if number + 1 < len(quoted) else 0
        if sum(map(size_of, new)) + kept > room:
            return [*lines, _rest(len(quoted) - number)] if lines else []
        lines += new
        room -= sum(map(size_of, new))
        heading = _heading(place)
    return lines


def quotes_of(evidence: Sequence[Evidence]) -> str:
    """The first places on one line, and how many there are besides."""
    quoted = [f"“{one_line(place.quote, 30)}”" for place in evidence if place.quote]
    if not quoted:
        return ""
    left = len(quoted) - _MOST_IN_DIGEST
    return f"原文：{'；'.join(quoted[:_MOST_IN_DIGEST])}{f'；另有{left}处' if left > 0 else ''}。"


def worth_opening(url: str | None) -> bool:
    """A cut address would lead nowhere, so a long one is left out."""
    return bool(url and len(url) <= _LONGEST_LINK and re.fullmatch(r"https?://[\x21-\x7e]+", url))


def size_of(text: str) -> int:
    """Bytes of a line with its end."""
    return len(text.encode()) + 1


def _heading(place: Evidence) -> str:
    title = f"《{one_line(place.title, 30)}》" if place.title else ""
    link = f" {place.url}" if worth_opening(place.url) else ""
    return f"原文{title}{link}"


def _rest(count: int) -> str:
    return f"另有{count}处，全文见清单。"
