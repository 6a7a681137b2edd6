"""Official text accuses nobody: every accusation by any rule of the default rulebook on these sets is false."""

from collections import Counter
from collections.abc import Iterator

from bench.eval.sets import per_thousand, rows
from bench.table import Row
from services.analyzer.rulebook import load_rulebook

_AT_MOST = {
    "statutes": 0.05,
    "cctv_news_paragraphs": 0.05,
    "work_report_paragraphs": 0.5,
    "covid_official_bulletins": 0.5,
    "weibo_official_posts": None,
    "toutiao_titles": 3,
    "thucnews_titles": 3,
}


def figures() -> Iterator[Row]:
    """Accused texts of 1,000 per set, then the same rule by rule, hints apart."""
    entries = load_rulebook().entries
    for name, at_most in _AT_MOST.items():
        texts = [row["text"] for row in rows(f"gov/{name}")]
        accused, hinted, by_rule = 0, 0, Counter[str]()
        for text in texts:
            hits = [hit for entry in entries for hit in entry.plugin.check_text(text)]
            guilty = {hit.rule for hit in hits if hit.severity.accuses}
            accused += bool(guilty)
            hinted += any(hit.severity == "hint" for hit in hits)
            by_rule.update(guilty)
        yield per_thousand(f"accused: {name}", _flags(accused, len(texts)), at_most)
        for rule, count in by_rule.most_common():
            yield per_thousand(f"    {rule}", _flags(count, len(texts)))
        yield per_thousand(f"hinted: {name}", _flags(hinted, len(texts)))


def _flags(count: int, of: int) -> list[bool]:
    return [True] * count + [False] * (of - count)
