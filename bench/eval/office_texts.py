"""Short texts as offices print them: is what a proof-reader would say said, and nothing else?"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

from bench.eval.sets import SHARED, SetMissingError, accuses, share
from bench.table import Row
from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook

_AT_LEAST = {"none": 0.96, "pii": 0.9, "ad": 0.8, "wrong": 0.7, "sens": None}
_RULES = {
    "ad": "commercial_ad",
    "pii": "personal_number",
    "wrong": "wrong_expression|proofreading",
    "sens": ".*",
}


def figures() -> Iterator[Row]:
    """The share answered right, per kind."""
    path = SHARED / "cases" / "texts" / "office_texts.jsonl"
    if not path.is_file():
        raise SetMissingError("office texts: skipped, no ../shared/cases here")
    entries = load_rulebook().entries
    right: dict[str, list[bool]] = defaultdict(list)
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        hits = [hit for entry in entries for hit in entry.plugin.check_text(row["text"])]
        right[row["expected"]].append(_is_right(row["expected"], hits))
    for kind, flags in sorted(right.items()):
        yield share(f"office texts: {kind}", flags, at_least=_AT_LEAST[kind])


def _is_right(expected: str, hits: list[Hit]) -> bool:
    if expected == "none":
        return not accuses(hits)
    return accuses(hit for hit in hits if re.fullmatch(_RULES[expected], hit.rule))
