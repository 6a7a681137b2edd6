"""Proof-reading: how often clean text is marked, and what is found where a fault is put into it."""

import gzip
import json
import random
from collections.abc import Callable, Iterator

from bench.eval.sets import SHARED, SetMissingError, accuses, per_thousand, rows, share
from bench.table import Row
from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook
from shared.events import Severity

_RULE = next(entry.plugin for entry in load_rulebook().entries if entry.rule == "proofreading")
_OFFICIAL = ("statutes", "cctv_news_paragraphs", "work_report_paragraphs", "covid_official_bulletins")
_CORRECTED = ("ecspell_odw", "ecspell_law", "lemon_news", "lemon_contract")
_BUILD = 20_000
_FAULTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("date", lambda text: "截至6月31日，" + text),
    ("time", lambda text: "上午15:00，" + text),
    ("weekday", lambda text: "2025年9月10日（星期五），" + text),
    ("percent", lambda text: text + "同比增长百分之15%。"),
    ("sum", lambda text: text + "共12件，分别为甲类5件、乙类6件。"),
    ("remains", lambda text: text.replace("，", "，&nbsp;", 1)),
    ("doubled", lambda text: text.replace("的", "的的", 1)),
    ("placeholder", lambda text: text + "\n20XX年X月X日"),
)
"""Put into paragraphs of statutes. Some of them have nothing to put a fault into: these are not counted."""


def figures() -> Iterator[Row]:
    for name in _OFFICIAL:
        yield from _clean(name, [row["text"] for row in rows(f"gov/{name}")])
    yield from _clean("statutes for building", _statutes())
    for name in _CORRECTED:
        yield from _clean(f"{name}, correct sides", [row["correct"] for row in rows(f"typo/{name}")])
    texts = [row["text"] for row in rows("gov/statutes")][:1000]
    for kind, put in _FAULTS:
        spoilt = [faulty for text in texts if (faulty := put(text)) != text]
        yield share(f"proof: {kind} put into a statute, found", [_finds(text, kind) for text in spoilt], at_least=0.9)


def _clean(name: str, texts: list[str]) -> Iterator[Row]:
    found = [list(_RULE.check_text(text)) for text in texts]
    yield per_thousand(f"proof: {name}, accused", [accuses(hits) for hits in found], at_most=0.05)
    yield per_thousand(f"proof: {name}, hinted", [_hints(hits) for hits in found], at_most=0.5)


def _hints(hits: list[Hit]) -> bool:
    return not accuses(hits) and any(hit.severity is Severity.HINT for hit in hits)


def _finds(text: str, kind: str) -> bool:
    return any(hit.tag == kind and hit.severity.accuses for hit in _RULE.check_text(text))


def _statutes() -> list[str]:
    path = SHARED / "datasets" / "gov" / "statutes.build.jsonl.gz"
    if not path.is_file():
        raise SetMissingError("proof: skipped, no ../shared/datasets/gov/statutes.build.jsonl.gz here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts: list[str] = [json.loads(line)["text"] for line in lines]
    return random.Random(7).sample(texts, _BUILD)  # noqa: S311
