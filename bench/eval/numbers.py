"""Personal data: check vectors, peers' cases and hard negatives, under the policy of docs/decisions/0016."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.eval.sets import number, per_thousand, rows, share
from bench.table import Row
from services.analyzer.objection import Hit
from services.analyzer.rulebook import load_rulebook

_RULE = next(entry.plugin for entry in load_rulebook().entries if entry.rule == "personal_number")
_GOV = (
    "cctv_news_paragraphs",
    "covid_official_bulletins",
    "statutes",
    "thucnews_titles",
    "toutiao_titles",
    "weibo_official_posts",
    "work_report_paragraphs",
)
_KINDS = {
    "id_card15": {"id_card_15"},
    "id_card18": {"id_card"},
    "bank_card": {"bank_card"},
    "passport": {"passport"},
    "mobile": {"mobile"},
    "email": {"email"},
    "hk_id": {"hk_id"},
    "tw_id": {"tw_id"},
}
_EXPECTED = {"phone": {"mobile"}, "id_card": {"id_card", "id_card_15"}}


def figures() -> Iterator[Row]:
    """Hints count both as found and as false."""
    vectors = [row for row in rows("pii/check_vectors") if row["kind"] in _KINDS]
    yield share("pii: check vectors, each alone in a text", [vector_is_right(row) for row in vectors], at_least=1)
    organisations = [row for row in rows("pii/check_vectors") if row["kind"] not in _KINDS]
    yield number(
        "pii: landlines and organisations' codes reported",
        sum(bool(_hits(row["value"])) for row in organisations),
        at_most=0,
    )
    peers = rows("pii/peer_text_cases")
    yield share("pii: peers' texts, counts of every kind", [peer_is_met(row) for row in peers], at_least=0.97)
    negatives = rows("pii/natural_hard_negatives")
    yield number("pii: false hits on hard negatives", sum(len(_hits(row["text"])) for row in negatives), at_most=2)
    official = [bool(_hits(row["text"])) for name in _GOV for row in rows(f"gov/{name}")]
    yield per_thousand("pii: official texts with a hit, hints included", official, at_most=0.3)


def vector_is_right(row: dict[str, Any]) -> bool:
    """Found if real, not found if not; where a peer's word and the check digit differ, the check digit is right."""
    real = row.get("checksum_ok", row.get("luhn_ok", row["valid"]))
    found = any(hit.kind in _KINDS[row["kind"]] for hit in _hits(row["value"]))
    return found == bool(row["valid"] if real is None else real)


def peer_is_met(row: dict[str, Any]) -> bool:
    """Each kind as often as the peer expects, but a service line (400, landline) is not personal."""
    counts = Counter(hit.kind for hit in _hits(row["text"]))
    return all(
        sum(counts[kind] for kind in _EXPECTED.get(name, {name})) == _under_policy(row, name, count)
        for name, count in row["expect"].items()
    )


def _under_policy(row: dict[str, Any], name: str, count: int) -> int:
    return 0 if name == "phone" and "NOT personal" in row.get("note", "") else count


def _hits(text: str) -> list[Hit]:
    return list(_RULE.check_text(text))
