"""Every kind of fault that a proof-reader marks, over one text."""

import re
from bisect import bisect
from collections.abc import Callable, Iterator

from services.analyzer.language.proof import (
    clock,
    confusions,
    dates,
    digits,
    doubled,
    garbled,
    marks,
    pairs,
    percent,
    placeholders,
    remains,
    sums,
    weekdays,
    width,
)
from services.analyzer.language.proof.fault import Fault

Find = Callable[[str], Iterator[Fault]]

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_KINDS: tuple[Find, ...] = (
    garbled.find,
    remains.find,
    dates.find,
    weekdays.find,
    clock.find,
    percent.find,
    sums.find,
    doubled.find,
    marks.find,
    confusions.find,
    placeholders.find,
    pairs.find,
    width.find,
    digits.find,
)
"""What is put earlier keeps its place where two kinds mark the same characters."""


def proofread(text: str) -> list[Fault]:
    """The faults of a text in its order; of faults that overlap only the first kind's, and what accuses comes first."""
    plain = _plain(text)
    found = [fault for find in _KINDS for fault in find(plain)]
    kept: list[Fault] = []
    for fault in sorted(found, key=lambda fault: not fault.accuses):
        at = bisect(kept, fault.start, key=lambda other: other.start)
        before, after = kept[at - 1 : at] if at else (), kept[at : at + 1]
        if all(other.end <= fault.start for other in before) and all(fault.end <= other.start for other in after):
            kept.insert(at, fault)
    return kept


def _plain(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # UTF-8, which the automaton reads, has no lone surrogates
        return _LONE_SURROGATE.sub("\0", text)
    return text
