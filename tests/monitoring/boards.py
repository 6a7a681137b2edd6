"""The dashboards as Grafana reads them, and what it puts in the place of variables before it asks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.dashboards.__main__ import BOARDS, FOLDER

NAMES = tuple(BOARDS)
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$([A-Za-z_]\w*)")
"""`$1` is what label_replace puts there: Grafana leaves alone what it does not know."""


def board(name: str) -> dict[str, Any]:
    """As it lies in the repository."""
    made: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return made


def panels(name: str) -> Iterator[dict[str, Any]]:
    """Without the bars between the rooms."""
    return (panel for panel in board(name)["panels"] if panel["type"] != "row")


@dataclass(frozen=True)
class Asked:
    """One query of one panel."""

    board: str
    title: str
    kind: str
    text: str
    is_sql: bool
    is_instant: bool

    def __str__(self) -> str:
        return f"{self.board}·{self.title}"


def queries(name: str) -> Iterator[Asked]:
    for panel in panels(name):
        for target in panel["targets"]:
            text = target.get("rawSql") or target["expr"]
            yield Asked(name, panel["title"], panel["type"], text, "rawSql" in target, bool(target.get("instant")))


def substituted(text: str, values: Mapping[str, Sequence[str]], *, range_seconds: int, rate_seconds: int) -> str:
    """As Grafana 11 does (`formatRegistry`). Raises KeyError for a variable that there is not."""
    own = {"__range": f"{range_seconds}s", "__rate_interval": f"{rate_seconds}s"}

    def put(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        return own[name] if name in own else _FORMATS[found[2]](values[name])

    return _VARIABLE.sub(put, text)


def _regex(values: Sequence[str]) -> str:
    escaped = [re.sub(r"[\\^$*+?.()|[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _sqlstring(values: Sequence[str]) -> str:
    return ",".join("'" + value.replace("'", "''") + "'" for value in values)


_FORMATS = {"regex": _regex, "sqlstring": _sqlstring}


def variables_of(text: str) -> set[str]:
    """Those of the dashboard, not Grafana's own."""
    return {found[1] or found[3] for found in _VARIABLE.finditer(text) if not (found[1] or found[3]).startswith("__")}
