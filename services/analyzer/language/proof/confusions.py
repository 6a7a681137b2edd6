"""Words written with another character of like sound or shape: 签定 for 签订, 秸杆 for 秸秆."""

import csv
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Kind, Kinds, Occurrences, Places
from services.analyzer.language.text.boundary import is_whole_word
from shared.events import Severity

KIND = "confusion"
_FILE = Path(__file__).with_name("confusions.csv")


class Confusion(NamedTuple):
    """`not_after`, `not_before`: characters beside which `wrong` belongs to other words and may be right.

    `severity` is `hint` where statutes themselves write it so now and then.
    """

    wrong: str
    right: str
    not_after: str = ""
    not_before: str = ""
    severity: str = ""


def phrases() -> list[str]:
    return [row.wrong for row in _known()]


def find(text: str, _places: Places, phrases: Occurrences) -> Iterator[Fault]:
    """Only what is wrong in any context: the file says where a word is cut from two others."""
    rows = _known()
    reach = 0
    for index, start, end in phrases:
        if start < reach:
            continue
        reach = end
        if _stands(text, start, end, rows[index]):
            right, severity = rows[index].right, Severity(rows[index].severity or Severity.REMINDER)
            yield Fault(start, end, KIND, f"“{text[start:end]}”应写作“{right}”", severity, right)


def confusions_in(text: str) -> list[Fault]:
    """Those of a text that is asked for nothing else."""
    return _alone().ask(text)


@functools.cache
def _alone() -> Kinds:
    return Kinds((Kind(find, phrases=phrases()),))


def _stands(text: str, start: int, end: int, row: Confusion) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before in row.not_after) or (after and after in row.not_before):
        return False
    return is_whole_word(text, start, end)


@functools.cache
def _known() -> list[Confusion]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [Confusion(**row) for row in csv.DictReader(file)]
