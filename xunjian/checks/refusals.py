"""What imported ledger files said that was not taken (台账未采纳)."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from shared.ledger.refusal import Refusal
from xunjian.checks.diagnosis import Diagnosis, advice
from xunjian.shown.where import typed

_NAMED = 3


def check_refusals(refusals: Sequence[Refusal], but: str = "") -> Iterable[Diagnosis]:
    """One line a file. `but`: the name of a file whose present state is told already."""
    others = sorted((one for one in refusals if one.file != but), key=lambda one: (one.file, not one.is_row))
    for file, own in groupby(others, key=lambda one: one.file):
        found = list(own)
        rows = len({one.place.rpartition("!")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for one in found if one.is_row})
        cells = sum(not one.is_row for one in found)
        told = "；".join(str(one).removeprefix(f"{file} ") for one in found[:_NAMED])
        detail = f"{file} 有 {rows} 行未导入、{cells} 格未采纳：{told}"
        yield advice("台账未采纳", detail, f"改正后重新导入：xunjian ledger import {typed(file)}")
