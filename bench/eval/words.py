"""Sensitive words: what official text mentions is no offence; abuse is one."""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.eval.sets import accuses, number, rows, share
from bench.table import Row
from services.analyzer.rules.sensitive_word import SensitiveWord
from shared.events import Severity


def figures() -> Iterator[Row]:
    """Accusations and mentions by the built-in words and by a file that lists the words of the rows, then abuse."""
    governance, superlatives = rows("sensitive/official_governance_mentions"), rows("sensitive/official_superlatives")
    with tempfile.TemporaryDirectory() as folder:
        for name, words in (("built-in", ()), ("own file", tuple({row["word"] for row in governance + superlatives}))):
            rule = _rule(words, Path(folder))
            for task, texts in (("governance", governance), ("superlatives", superlatives)):
                accused = [accuses(rule.check_text(row["text"])) for row in texts]
                yield number(f"words, {name}: {task} accused of {len(texts)}", sum(accused), at_most=1)
            mentioned = [_mentions(rule, row) for row in governance]
            yield share(f"words, {name}: governance mentioned", mentioned, at_least=0.95)
    rule = SensitiveWord()
    for label, name in ((1, "abusive"), (0, "ordinary")):
        reviews = [row["text"] for row in rows("sensitive/taobao_review_abuse") if row["label"] == label]
        yield share(f"words: {name} reviews accused", [accuses(rule.check_text(text)) for text in reviews])


def _mentions(rule: SensitiveWord, row: dict[str, Any]) -> bool:
    """The word, or a longer name that holds it (走私 in 走私贩私), is reported as a mention."""
    hits = rule.check_text(row["text"])
    return any(row["word"] in hit.text and hit.severity is Severity.MENTION for hit in hits)


def _rule(words: tuple[str, ...], folder: Path) -> SensitiveWord:
    if not words:
        return SensitiveWord()
    path = folder / "words.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("word", "tag"), *((word, "custom") for word in sorted(words))])
    return SensitiveWord(lexicons=(str(path),))
