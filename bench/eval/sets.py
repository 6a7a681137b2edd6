"""The labelled sets and how a figure over one is printed. Reads the halves meant for building, or another by name."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.table import Row
from services.analyzer.objection import Hit

SHARED = Path(os.environ.get("XUNJIAN_SHARED", Path(__file__).parents[3] / "shared"))
HALF = os.environ.get("XUNJIAN_HALF", "dev")


class SetMissingError(Exception):
    """The set is not on this machine."""


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a set named like `gov/statutes`. Raises SetMissingError."""
    path = SHARED / "datasets" / f"{name}.{HALF}.jsonl"
    if not path.is_file():
        raise SetMissingError(f"{name}: skipped, no ../shared/datasets/{name}.{HALF}.jsonl here")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def accuses(hits: Iterable[Hit]) -> bool:
    """True when some hit asks for a correction; hints and mentions do not."""
    return any(hit.severity.accuses for hit in hits)


def per_thousand(name: str, flags: Sequence[bool], at_most: float | None = None) -> Row:
    """How many of a thousand texts are flagged."""
    rate = 1000 * sum(flags) / max(1, len(flags))
    met = None if at_most is None else rate <= at_most
    return Row(name, f"{rate:.2f}", f"{sum(flags)} of {len(flags):,}", goal=_goal("<=", at_most), met=met)


def share(name: str, flags: Sequence[bool], *, at_least: float | None = None, at_most: float | None = None) -> Row:
    """The share of texts that are flagged."""
    rate = sum(flags) / max(1, len(flags))
    met = None
    if at_least is not None or at_most is not None:
        met = (at_least is None or rate >= at_least) and (at_most is None or rate <= at_most)
    goal = _goal(">=", at_least) or _goal("<=", at_most)
    return Row(name, f"{rate:.4f}", f"{sum(flags)} of {len(flags):,}", goal=goal, met=met)


def number(name: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> Row:
    """A figure that is no share: a count, an F1."""
    met = None
    if at_least is not None or at_most is not None:
        met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return Row(name, f"{value:.4g}", goal=_goal(">=", at_least) or _goal("<=", at_most), met=met)


def _goal(sign: str, value: float | None) -> str:
    return "" if value is None else f"{sign} {value:g}"
