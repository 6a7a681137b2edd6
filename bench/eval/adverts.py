"""Advertisements: office texts and their look-alikes, and how often official text is called one."""

import json
from collections.abc import Iterator

from bench.eval.sets import SHARED, SetMissingError, accuses, per_thousand, rows, share
from bench.table import Row
from services.analyzer.rulebook import load_rulebook

_RULE = next(entry.plugin for entry in load_rulebook().entries if entry.rule == "commercial_ad")
_GOALS = {
    "statutes": 0.02,
    "cctv_news_paragraphs": 0.02,
    "work_report_paragraphs": 0.17,
    "covid_official_bulletins": 0.17,
    "weibo_official_posts": None,
    "toutiao_titles": 1.0,
    "thucnews_titles": 1.0,
}
"""A third of what all rules together may accuse: this rule is the chief suspect. Some posts of Weibo are adverts."""


def figures() -> Iterator[Row]:
    texts = _office_texts()
    yield share("ads: office texts that sell, found", [_sells(text) for text, ad in texts if ad], at_least=0.8)
    yield share("ads: other office texts called one", [_sells(text) for text, ad in texts if not ad], at_most=0.01)
    for name, goal in _GOALS.items():
        flags = [_sells(row["text"]) for row in rows(f"gov/{name}")]
        yield per_thousand(f"ads: {name}", flags, at_most=goal)
    chat = rows("ads/game_chat_ads")
    yield share("ads: game chat (no goal)", [_sells(row["text"]) for row in chat if row["label"] == 1])
    yield share("ads: garment copy (no goal)", [_sells(row["text"]) for row in rows("ads/advertisegen_copy")])


def _sells(text: str) -> bool:
    return accuses(_RULE.check_text(text))


def _office_texts() -> list[tuple[str, bool]]:
    path = SHARED / "cases" / "texts" / "office_texts.jsonl"
    if not path.is_file():
        raise SetMissingError("ads: skipped, no ../shared/cases/texts/office_texts.jsonl here")
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["text"], row["expected"] == "ad") for row in found]
