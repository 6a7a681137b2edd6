"""Every kind of fault that a proof-reader marks, over one text."""

import functools
from bisect import bisect

from services.analyzer.language.proof import (
    clock,
    confusions,
    dates,
    digits,
    doubled,
    garbled,
    glyphs,
    halves,
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
from services.analyzer.language.proof.kind import Kind, Kinds


@functools.cache
def _kinds() -> Kinds:
    """What is put earlier keeps its place where two kinds mark the same characters."""
    return Kinds(
        (
            Kind(garbled.find, garbled.SIGNS, garbled.PHRASES),
            Kind(glyphs.find, glyphs.SIGNS),
            Kind(remains.find, remains.SIGNS, remains.PHRASES),
            Kind(dates.find, dates.SIGNS),
            Kind(weekdays.find, phrases=weekdays.PHRASES),
            Kind(clock.find, clock.SIGNS),
            Kind(percent.find, phrases=percent.PHRASES),
            Kind(sums.find, sums.SIGNS, sums.PHRASES),
            Kind(halves.find, phrases=halves.PHRASES),
            Kind(doubled.find),
            Kind(marks.find, phrases=marks.PHRASES),
            Kind(confusions.find, phrases=confusions.phrases()),
            Kind(placeholders.find, placeholders.SIGNS, placeholders.PHRASES),
            Kind(pairs.find, pairs.SIGNS),
            Kind(width.find, width.SIGNS),
            Kind(digits.find, digits.SIGNS),
        )
    )


def proofread(text: str) -> list[Fault]:
    """The faults of a text in its order; of faults that overlap only the first kind's, and what accuses comes first."""
    kept: list[Fault] = []
    for fault in sorted(_kinds().ask(text), key=lambda fault: not fault.accuses):
        at = bisect(kept, fault.start, key=lambda other: other.start)
        before, after = kept[at - 1 : at] if at else (), kept[at : at + 1]
        if all(other.end <= fault.start for other in before) and all(fault.end <= other.start for other in after):
            kept.insert(at, fault)
    return kept
