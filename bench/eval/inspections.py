"""What the further rules of the inspections say of official texts, which give them next to nothing to object to."""

from collections.abc import Iterator

from bench.eval.sets import accuses, per_thousand, rows
from bench.table import Row
from services.analyzer.rules.base import Rule
from shared.plugins import discover

SETS = (
    "statutes",
    "cctv_news_paragraphs",
    "work_report_paragraphs",
    "covid_official_bulletins",
    "weibo_official_posts",
    "thucnews_titles",
    "toutiao_titles",
)
RULES = ("classification_mark", "forced_likes", "personal_view", "source_named")


def figures() -> Iterator[Row]:
    known = discover("services.analyzer.rules", Rule)
    texts = [row["text"] for name in SETS for row in rows(f"gov/{name}")]
    for name in RULES:
        rule = known[name]()
        flags = [accuses(rule.check_text(text)) for text in texts]
        yield per_thousand(f"inspections: {name}, accusations on official texts", flags, at_most=0.1)
