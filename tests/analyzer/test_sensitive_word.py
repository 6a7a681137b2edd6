"""What a word counts for depends on its tag and its sentence."""

import csv
import json
from pathlib import Path

from services.analyzer.objection import History, Hit
from services.analyzer.rules.sensitive_word import SensitiveWord
from shared.events import Severity
from tests.builders import NOW, a_post, an_account
from tests.paths import SHARED, needs_shared

_HISTORY = History(account=an_account(), watched_since=NOW)


def _hits(text: str, rule: SensitiveWord | None = None) -> list[Hit]:
    hits = list((rule or SensitiveWord()).check_text(text))
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
    return hits


def _accused(text: str, rule: SensitiveWord | None = None) -> list[str]:
    return [hit.text for hit in _hits(text, rule) if hit.severity.accuses]


def test_officials_acting_against_a_matter_only_mention_it() -> None:
    for text in ("警方严厉打击赌博违法犯罪", "谨防刷单返利骗局", "6月26日国际禁毒日，远离毒品"):
        assert _hits(text)
        assert not _accused(text)


def test_an_offer_is_accused() -> None:
    assert _accused("代开发票，加微信abc12345") == ["代开发票"]
    assert _accused("真人荷官在线下注，首充送彩金") != []


def test_superlatives_count_in_commercial_text_only() -> None:
    assert not _hits("我国建成世界最大的高速铁路网，国家级新区加快发展")
    assert "全网最低价" in _accused("全网最低价！原价199元，现仅需99元，下单包邮")


def test_a_file_of_your_own_replaces_the_words_and_a_mention_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("word,tag\n摸鱼,风纪\n毒品,自定义\n", encoding="utf-8")
    rule = SensitiveWord(lexicons=(str(path),))
    assert _accused("上班时间摸鱼，坚持为人名服务", rule) == ["摸鱼"]
    assert [hit.severity for hit in _hits("毒品检验报告", rule)] == [Severity.MENTION]


def test_an_office_s_own_word_counts_unless_it_is_spoken_of(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "word,tag,suggestion\n滴滴答答贷,风险平台,\n最牛县长,用语,\n某某市委书计,称谓,某某市委书记\n", encoding="utf-8"
    )
    rule = SensitiveWord(lexicons=(str(path),))
    assert _accused("滴滴答答贷上线了", rule) == ["滴滴答答贷"]
    assert not _accused("警方提醒：滴滴答答贷涉嫌诈骗", rule)
    assert _accused("某某市委书计出席打击犯罪会议", rule) == ["某某市委书计"]


def test_a_post_gets_one_objection_that_a_person_can_check() -> None:
    offers = "真人荷官在线，注册送88元。代开发票，加微信fp8866。"
    post = a_post(text=offers + "春天来了。" * 10 + "远离毒品。", url="https://example.invalid/1")
    (objection,) = SensitiveWord().check_post(post, _HISTORY)
    assert objection.subject == post.id
    assert (
        "“真人荷官”（原文：“真人荷官在线，注册送88元。代开发票，加”）：赌博招揽，同句有招揽“注册送”。"
        in objection.sentence
    )
    assert "2处" in objection.measured
    assert "毒品" not in objection.measured
    assert objection.confirm is True
    assert [item.url for item in objection.evidence] == [post.url, post.url]


def test_a_post_that_only_mentions_gets_none() -> None:
    assert not list(SensitiveWord().check_post(a_post(text="打击赌博，远离毒品"), _HISTORY))


def test_hostile_text_is_just_text() -> None:
    for text in ("", "\x00", "\ud800大麻烦", "赌\u200b博" * 10, "六 合 彩"):
        _hits(text)


def _rows(name: str) -> list[dict[str, object]]:
    lines = (SHARED / "datasets" / "sensitive" / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _lexicon_of(rows: list[dict[str, object]], folder: Path) -> SensitiveWord:
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("word", "tag"), *((word, "row") for word in sorted({str(r["word"]) for r in rows}))]
        )
    return SensitiveWord(lexicons=(str(folder / "rows.csv"),))


@needs_shared
def test_words_cut_across_words_are_not_found_and_real_ones_are(tmp_path: Path) -> None:
    rows = _rows("natural_boundary_sentences")
    rule = _lexicon_of(rows, tmp_path)
    found = {row["id"]: any(hit.text == row["word"] for hit in _hits(str(row["text"]), rule)) for row in rows}
    false = [row["id"] for row in rows if not row["expected_hit"] and found[row["id"]]]
    missed = [row["id"] for row in rows if row["expected_hit"] and not found[row["id"]]]
    assert len(false) <= 0.02 * sum(not row["expected_hit"] for row in rows)
    assert len(missed) <= 0.02 * sum(bool(row["expected_hit"]) for row in rows)


@needs_shared
def test_official_text_about_crime_and_superlatives_is_not_accused(tmp_path: Path) -> None:
    rows = _rows("official_governance_mentions")
    own = _lexicon_of(rows, tmp_path)
    assert not [row["id"] for row in rows if _accused(str(row["text"]), own) or _accused(str(row["text"]))]
    assert not [row["id"] for row in _rows("official_superlatives") if _accused(str(row["text"]))]


def test_a_finding_holds_nothing_a_database_would_choke_on() -> None:
    (objection,) = SensitiveWord().check_post(a_post(title="\ud800\x00通告", text="傻\u200b逼\x00\ud800"), _HISTORY)
    assert objection.model_dump_json()
    assert "\x00" not in objection.sentence + objection.measured + str(objection.evidence)
