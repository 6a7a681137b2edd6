"""How well the text rules do on the material kept apart, false alarms beside recall. `python -m bench.text_rules`"""

import csv
import json
import os
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import typer

from bench.table import Row
from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook
from services.analyzer.rules.base import Rule

DATASETS = Path(os.environ.get("XUNJIAN_SHARED", Path(__file__).parents[2] / "shared")) / "datasets"
_GOV = ("cctv_news_paragraphs", "work_report_paragraphs", "covid_official_bulletins", "weibo_official_posts")
_TITLES = ("toutiao_titles", "thucnews_titles")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def rows() -> Iterator[Row]:
    """The figures in short: accusations of official text per 1,000, and how much is found of what should be."""
    if not DATASETS.is_dir():
        yield Row("text rules: skipped, no ../shared/datasets here", "")
        return
    rules = {entry.rule: entry.plugin for entry in load_rulebook().entries}
    texts = [row["text"] for name in (*_GOV, *_TITLES) for row in _rows(f"gov/{name}")]
    for rule in ("sensitive_word", "commercial_ad", "personal_number"):
        accused = sum(_accuses(rules[rule].check_text(text)) for text in texts)
        yield Row(f"{rule}: {len(texts):,} official texts, accused of 1,000", f"{accused / len(texts) * 1000:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        found = _words_cut_across(rules["sensitive_word"], Path(folder))
    found += _recall_of_ads(rules["commercial_ad"]) + _numbers_put_into_official_text(rules["personal_number"])
    for name, value in found:
        yield Row(name, value.partition(" = ")[2], value.partition(" = ")[0])


def measure() -> list[tuple[str, str]]:
    """Every figure as (name, value). Reads only the halves meant for building."""
    rules = {entry.rule: entry.plugin for entry in load_rulebook().entries}
    words, ads, numbers = rules["sensitive_word"], rules["commercial_ad"], rules["personal_number"]
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_words_cut_across(words, Path(folder)),
            *_accusations(words, ads, numbers),
            *_recall_of_ads(ads),
            *_numbers_put_into_official_text(numbers),
            *_speed(words, Path(folder)),
        ]


def _words_cut_across(rule: Rule, folder: Path) -> list[tuple[str, str]]:
    rows = _rows("sensitive/natural_boundary_sentences")
    own = _with_words(rule, {row["word"] for row in rows}, folder / "rows.csv")
    found = {row["id"]: any(hit.text == row["word"] for hit in own.check_text(row["text"])) for row in rows}
    real = [found[row["id"]] for row in rows if row["expected_hit"]]
    false = [found[row["id"]] for row in rows if not row["expected_hit"]]
    return [("boundary: recall", _share(real)), ("boundary: false hits", _share(false))]


def _accusations(words: Rule, ads: Rule, numbers: Rule) -> list[tuple[str, str]]:
    official = [f"gov/{name}" for name in (*_GOV, *_TITLES)]
    sets = ["sensitive/official_governance_mentions", "sensitive/official_superlatives", *official]
    figures = []
    for name in sets:
        texts = [row["text"] for row in _rows(name)]
        for label, rule in (("words", words), ("ads", ads), ("numbers", numbers)):
            figures.append((f"{label} accused in {name}", _share([_accuses(rule.check_text(text)) for text in texts])))
    return figures


def _recall_of_ads(rule: Rule) -> list[tuple[str, str]]:
    chat = _rows("ads/game_chat_ads")
    copy = _rows("ads/advertisegen_copy")
    return [
        ("ads: recall game_chat_ads", _share([_accuses(rule.check_text(r["text"])) for r in chat if r["label"] == 1])),
        ("ads: flagged other chat", _share([_accuses(rule.check_text(r["text"])) for r in chat if r["label"] == 0])),
        ("ads: recall advertisegen_copy", _share([_accuses(rule.check_text(r["text"])) for r in copy])),
    ]


def _numbers_put_into_official_text(rule: Rule) -> list[tuple[str, str]]:
    """Made-up numbers with valid check digits, put after a full stop or comma of real sentences."""
    chance = random.Random(11)  # noqa: S311
    texts = [row["text"] for row in _rows("gov/work_report_paragraphs") if "，" in row["text"]][:500]
    figures = []
    for name, make in (("identity", _identity), ("mobile", _mobile), ("card", _card)):
        found = []
        for text in texts:
            number = make(chance)
            at = chance.choice([place for place, character in enumerate(text) if character in "，。"]) + 1
            hits = rule.check_text(text[:at] + number + text[at:])
            found.append(any(hit.text == number for hit in hits))
        figures.append((f"numbers: recall {name} in official text", _share(found)))
    return figures


def _speed(rule: Rule, folder: Path) -> list[tuple[str, str]]:
    chance = random.Random(7)  # noqa: S311
    characters = [chr(code) for code in range(0x4E00, 0x9000)]
    own = _with_words(rule, {"".join(chance.choices(characters, k=3)) for _ in range(50_000)}, folder / "many.csv")
    texts = [row["text"] for row in _rows("gov/cctv_news_paragraphs")]
    figures = []
    for name, measured in (("built-in words", rule), ("50,000 words", own)):
        list(measured.check_text("预热大麻烦"))
        started = time.perf_counter()
        for text in texts:
            list(measured.check_text(text))
        seconds = time.perf_counter() - started
        figures.append((f"words: speed, {name}", f"{sum(map(len, texts)) / seconds / 1e6:.1f} million characters/s"))
    return figures


def _with_words(rule: Rule, words: Iterable[str], path: Path) -> Rule:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("word", "tag"), *((word, "custom") for word in sorted(words))])
    return rule.model_copy(update={"lexicons": (str(path),)})


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (DATASETS / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _accuses(hits: Iterable[Hit]) -> bool:
    return any(hit.severity.accuses for hit in hits)


def _share(flags: list[bool]) -> str:
    return f"{sum(flags)}/{len(flags)} = {sum(flags) / len(flags):.4f}"


def _identity(chance: random.Random) -> str:
    born = date(1950, 1, 1) + timedelta(days=chance.randint(0, 22_000))
    digits = f"110101{born:%Y%m%d}{chance.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def _mobile(chance: random.Random) -> str:
    return f"1{chance.randint(3, 9)}{chance.randint(0, 999_999_999):09}"


def _card(chance: random.Random) -> str:
    digits = f"62{chance.randint(0, 10**16 - 1):016}"
    doubled = [int(digit) * 2 if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(digits))]
    return digits + str(-sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10)


if __name__ == "__main__":
    for figure, value in measure():
        typer.echo(f"{figure:64} {value}")
