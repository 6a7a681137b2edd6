"""Wrong expressions: how many findings on sentences with errors are right, and how often a right text is accused."""

from collections.abc import Iterator
from typing import Any

from bench.eval.sets import number, per_thousand, rows, share
from bench.table import Row
from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook
from services.analyzer.rules.wrong_expression import WrongExpression
from shared.events import Severity

_TYPO = ("ecspell_odw", "lemon_news", "ecspell_law", "lemon_contract", "lemon_encyclopedia")
_JUDGED = _TYPO[:2]
_RIGHT = ("statutes", "cctv_news_paragraphs", "work_report_paragraphs", "covid_official_bulletins")


def figures() -> Iterator[Row]:
    rule = WrongExpression()
    for name in _TYPO:
        yield from _on_errors(rule, name)
    for name in _JUDGED:
        yield from _all_rules(name)
    for name in _RIGHT:
        yield from _on_right(rule, name, [row["text"] for row in rows(f"gov/{name}")])
    yield from _on_right(rule, "ecspell_odw, corrected", [row["correct"] for row in rows("typo/ecspell_odw")])


def _on_errors(rule: WrongExpression, name: str) -> Iterator[Row]:
    found: list[bool] = []
    mended: list[bool] = []
    errors = caught = 0
    for row in rows(f"typo/{name}"):
        hits = [hit for hit in rule.check_text(row["text"]) if hit.severity.accuses]
        edits = row["edits"] or []
        errors += len(edits)
        caught += sum(any(_overlap(hit, edit) for hit in hits) for edit in edits)
        found += [any(_overlap(hit, edit) for edit in edits) for hit in hits]
        mended += [_mends(hit, row) for hit in hits]
    judged = name in _JUDGED
    yield share(f"{name}: accusing findings on an error", found, at_least=0.95 if judged else None)
    yield share(f"{name}: accusing findings whose suggestion is right", mended)
    yield number(f"{name}: accusing findings", len(found), at_least=60 if judged else None)
    yield Row(f"{name}: share of errors found", f"{caught / max(1, errors):.4f}", f"{caught} of {errors:,}")


def _all_rules(name: str) -> Iterator[Row]:
    """What a user meets who checks the texts: the accusing findings of all rules, confusions among them."""
    rules = [entry.plugin for entry in load_rulebook().entries if entry.plugin.scope == "post"]
    found: list[bool] = []
    for row in rows(f"typo/{name}"):
        hits = [hit for rule in rules for hit in rule.check_text(row["text"]) if hit.severity.accuses]
        found += [any(_overlap(hit, edit) for edit in row["edits"] or []) for hit in hits]
    yield share(f"{name}: accusing findings of all rules on an error", found)


def _on_right(rule: WrongExpression, name: str, texts: list[str]) -> Iterator[Row]:
    hits = [list(rule.check_text(text)) for text in texts]
    accused = [any(hit.severity.accuses for hit in found) for found in hits]
    hinted = [any(hit.severity is Severity.HINT for hit in found) for found in hits]
    yield per_thousand(f"{name}: right texts accused of 1,000", accused, at_most=0.05)
    yield per_thousand(f"{name}: right texts hinted at of 1,000", hinted, at_most=0.5)


def _overlap(hit: Hit, edit: list[Any]) -> bool:
    place, wrong = edit[0], edit[1]
    return bool(place < hit.end and hit.start < place + max(1, len(wrong)))


def _mends(hit: Hit, row: dict[str, Any]) -> bool:
    """The sentences of these sets keep their length, so the right text stands at the same place."""
    return hit.suggestion is not None and row["correct"][hit.start : hit.end] == hit.suggestion
