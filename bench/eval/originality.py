"""Original or repost by marks, and the same text or another: how often that is right."""

from collections.abc import Iterator

from bench.eval.sets import number, rows, share
from bench.table import Row
from services.analyzer.language.origin.kind import kind_of_text
from services.analyzer.language.origin.similar import SAME, similarity
from shared.events import Kind

_MARKED = ("empty", "forward_marker", "chain", "emoticon_only", "mentions_only")


def figures() -> Iterator[Row]:
    """Pairs of official bulletins, then the forms of reposts on Weibo, then what statutes would be called."""
    yield from _pairs()
    yield from _forms()


def _pairs() -> Iterator[Row]:
    pairs = [(row, similarity(row["a"], row["b"]) >= SAME) for row in rows("neardup/official_bulletin_pairs")]
    right = sum(same and row["label"] for row, same in pairs)
    claimed, true = sum(same for _, same in pairs), sum(row["label"] for row, _ in pairs)
    yield number("bulletins: F1 of the same text", 2 * right / max(1, claimed + true), at_least=0.85)
    for kind in sorted({row["kind"] for row, _ in pairs}):
        flags = [same for row, same in pairs if row["kind"] == kind]
        goal = 0.02 if kind == "next_bulletin_same_account" else None
        yield share(f"    said to be the same: {kind}", flags, at_most=goal)


def _forms() -> Iterator[Row]:
    posts = [(row, kind_of_text(row["text"])) for row in rows("neardup/weibo_original_vs_repost")]
    for form in sorted({row["form"] for row, _ in posts if "form" in row}):
        flags = [kind is Kind.REPOST for row, kind in posts if row.get("form") == form]
        yield share(f"weibo: called repost: {form}", flags, at_least=1 if form in _MARKED else None)
    original = [kind is Kind.REPOST for row, kind in posts if row["kind"] == "original"]
    yield share("weibo: originals called repost", original, at_most=0.01)
