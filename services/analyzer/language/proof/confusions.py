"""Words written with another character of like sound or shape: 签定 for 签订, 秸杆 for 秸秆."""

import csv
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.text.boundary import is_whole_word
from services.analyzer.language.text.phrases import Phrases
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


def find(text: str) -> Iterator[Fault]:
    """Only what is wrong in any context: the file says where a word is cut from two others."""
    phrases, rows = _known()
    reach = 0
    for index, start, end in phrases.find(text):
        if start < reach:
            continue
        reach = end
        if _stands(text, start, end, rows[index]):
            right, severity = rows[index].right, Severity(rows[index].severity or Severity.REMINDER)
            yield Fault(start, end, KIND, f"“{text[start:end]}”应写作“{right}”", severity, right)


def _stands(text: str, start: int, end: int, row: Confusion) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before in row.not_after) or (after and after in row.not_before):
        return False
    return is_whole_word(text, start, end)


@functools.cache
def _known() -> tuple[Phrases, list[Confusion]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [Confusion(**row) for row in csv.DictReader(file)]
    return Phrases([row.wrong for row in rows]), rows
