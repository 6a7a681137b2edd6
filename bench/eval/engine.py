"""The word engine: where a word is one of its own, and what peers' tests and users' reports say of options."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.eval.sets import accuses, rows, share
from bench.table import Row
from services.analyzer.language.lexicon.in_use import Lexicon, Word
from services.analyzer.objection import Hit
from services.analyzer.rules.sensitive_word import SensitiveWord

_OF_REPLACEMENT = {"mask", "categories"}
"""What a row says of the peer's own output or input, not of finding: the mask it prints, the words' tags."""

_NOWHERE = "无处可见的词"
"""A list without words is refused; peers ask for numbers and addresses alone."""


def figures() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _boundaries(Path(folder))
        yield from _peers(Path(folder))
        yield from _reports(Path(folder))


def _boundaries(folder: Path) -> Iterator[Row]:
    """All words of the set in one list; then by the boundary rule alone, no phrase protected."""
    known = rows("sensitive/natural_boundary_sentences")
    words = {row["word"] for row in known}
    rule = _rule(folder / "boundary.csv", [(word, "row") for word in sorted(words)], {})
    alone = Lexicon(Word(word, "row") for word in words)
    found = [any(hit.text == row["word"] for hit in rule.check_text(row["text"])) for row in known]
    bare = [any(match.word.word == row["word"] for match in alone.find(row["text"])) for row in known]
    real = [row["expected_hit"] for row in known]
    benign = [row["kind"] == "benign_phrase" for row in known]
    triples = list(zip(found, bare, real, benign, strict=True))
    yield share("boundary: true use found", [one for one, _, true, _ in triples if true], at_least=0.94)
    yield share("boundary: false hits", [one for one, _, true, _ in triples if not true], at_most=0.01)
    yield share("    true use, no protected phrases", [one for _, one, true, _ in triples if true], at_least=0.94)
    cut = [one for _, one, true, phrase in triples if not true and not phrase]
    yield share("    false hits, no protected phrases, cut words", cut, at_most=0.01)
    yield share("    the same, benign phrases", [one for _, one, true, phrase in triples if not true and phrase])


def _peers(folder: Path) -> Iterator[Row]:
    known = rows("sensitive/peer_mechanism_cases")
    asked = [row for row in known if _is_find(row)]
    right = [_as_expected(row, _hits(row, folder / f"{at}.csv")) for at, row in enumerate(asked)]
    yield share("peers' mechanisms", right, at_least=0.95)


def _reports(folder: Path) -> Iterator[Row]:
    """What must be found is found, whatever it counts for; what must not be hit is not accused."""
    known = rows("sensitive/user_reported_cases")
    right = []
    for at, row in enumerate(known):
        hits = _hits(row, folder / f"report{at}.csv")
        wanted = row["expected_hits"]
        right.append([hit.text for hit in hits] == wanted if wanted else not accuses(hits))
    yield share("users' reports", right, at_least=0.95)


def _is_find(row: dict[str, Any]) -> bool:
    """Rows about the peer's own conversion functions find nothing."""
    return row["op"] in {"find_all", "find_first", "contains", "count", "replace", "remove", "span"}


def _as_expected(row: dict[str, Any], hits: list[Hit]) -> bool:
    expected, operation, text = row["expected"], row["op"], row["input"]
    mask = row.get("options", {}).get("mask", "*")
    if operation == "find_first":
        return _is_written(hits[0].text, expected) if hits else expected is None
    answers: dict[str, Callable[[], object]] = {
        "find_all": lambda: [hit.text for hit in hits],
        "contains": lambda: bool(hits),
        "count": lambda: len(hits),
        "replace": lambda: _replaced(text, hits, mask),
        "remove": lambda: _replaced(text, hits, ""),
        "span": lambda: [hits[0].start, hits[0].end] if hits else None,
    }
    return bool(answers[operation]() == expected)


def _is_written(found: str, expected: str | None) -> bool:
    """Some peers print the word where others print the place, signs between its characters included."""
    return found == expected or "".join(filter(str.isalnum, found)) == expected


def _replaced(text: str, hits: list[Hit], by: str) -> str:
    hit = {place for one in hits for place in range(one.start, one.end)}
    return "".join(by if place in hit else character for place, character in enumerate(text))


def _hits(row: dict[str, Any], path: Path) -> list[Hit]:
    given = row.get("options", {})
    options = {key: value for key, value in given.items() if key not in _OF_REPLACEMENT}
    tags = given.get("categories", {})
    words = [(word, tags.get(word, "row")) for word in row["dict"]]
    rule = _rule(path, [*words, *((phrase, "allow") for phrase in row.get("allow", ()))], options)
    return sorted(rule.check_text(row["input"]), key=lambda hit: (hit.start, hit.end))


def _rule(path: Path, words: list[tuple[str, str]], options: dict[str, Any]) -> SensitiveWord:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("word", "tag"), *(words or [(_NOWHERE, "row")])])
    return SensitiveWord(lexicons=(str(path),), lexicon_options=options)
