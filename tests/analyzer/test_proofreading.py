"""What a proof-reader marks, and what only looks like a fault."""

import time
from timeit import timeit

import pytest

from services.analyzer.language.text import segmenter
from services.analyzer.objection import Hit
from services.analyzer.rules.proofreading import Proofreading
from shared.events import Severity
from tests.analyzer.histories import a_history
from tests.analyzer.proof_texts import HINTS, KINDS
from tests.builders import a_post


def hits(text: str) -> list[Hit]:
    return list(Proofreading().check_text(text))


def test_a_hit_tells_where_why_and_what_to_put_there() -> None:
    (hit,) = hits("比上年增长百分之12.5%。")
    assert (hit.rule, hit.tag, hit.text, hit.suggestion) == ("proofreading", "percent", "百分之12.5%", "12.5%")
    assert hit.severity is Severity.REMINDER
    assert hit.advice == "“百分之”与“%”重复，请核实后改为“12.5%”。"


def test_kinds_can_be_left_out_or_softened() -> None:
    text = "报名截至2025年2月30日。"
    assert list(Proofreading(without=("date",)).check_text(text)) == []
    assert [hit.severity for hit in Proofreading(only_hint=("date",)).check_text(text)] == [Severity.HINT]


@pytest.mark.parametrize(
    ("kind", "text", "words"), [(kind, *row) for kind, texts in KINDS.items() for row in texts.wrong]
)
def test_a_fault_is_found_where_it_stands(kind: str, text: str, words: str) -> None:
    assert (kind, words) in [(hit.tag, hit.text) for hit in hits(text) if hit.severity.accuses]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text in texts.right])
def test_what_only_looks_like_a_fault_is_not_accused(text: str) -> None:
    assert [hit for hit in hits(text) if hit.severity.accuses] == []


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in HINTS.items() for text in texts])
def test_what_may_be_meant_is_a_hint(kind: str, text: str) -> None:
    assert [(hit.tag, hit.severity) for hit in hits(text)] == [(kind, Severity.HINT)]


@pytest.mark.parametrize("text", [text for texts in KINDS.values() for text, _ in texts.wrong])
def test_a_suggestion_put_in_place_leaves_no_fault_of_its_own(text: str) -> None:
    for hit in reversed(hits(text)):
        if hit.suggestion is not None:
            mended = text[: hit.start] + hit.suggestion + text[hit.end :]
            assert (hit.tag, hit.start) not in [(left.tag, left.start) for left in hits(mended)]


LONG = (
    "9月1日（星期一）",
    "（》",
    "“",
    "推进推进",
    "&nbsp;",
    "共12例，其中A市5例、",
    "１",
    "此处",
    "锟斤拷",
    "鍏充簬",
    ",1",
    "(1）",
)


@pytest.mark.parametrize("unit", LONG)
def test_time_grows_with_the_text_and_not_faster(unit: str) -> None:
    short, long = (_seconds(unit * (size // len(unit))) for size in (4_000, 16_000))
    assert long <= 4**1.6 * short + 0.2


def test_brackets_in_brackets_take_no_longer_than_their_number() -> None:
    short, long = (_seconds("（" * depth + "公告" + "）" * depth) for depth in (4_000, 16_000))
    assert long <= 4**1.6 * short + 0.2


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Dictionaries are loaded at the first question, which is not to be measured with what is asked."""
    segmenter.cut("路口交通")
    segmenter.is_word("路口")
    segmenter.stretch("路口交通", 0, 1, 1)


def _seconds(text: str) -> float:
    return timeit(lambda: hits(text), number=1, timer=time.process_time)


def test_a_post_is_objected_to_once_with_the_gravest_place_first() -> None:
    post = a_post(title="关于2月30日停水的通知", text="请相互转告，两只基金基金经理变更。停水时间：上午15:00至17:00。")
    (objection,) = Proofreading().check_post(post, a_history(posts=(post,)))
    assert objection.severity is Severity.REMINDER
    assert objection.confirm
    assert objection.measured == "3处：2月只有29天、上午没有15时、“基金”重复"
    assert "标题“2月30日”疑有差错" in objection.sentence
    assert objection.evidence[0].quote == "关于2月30日停水的通知"


def test_a_matter_of_style_is_not_put_in_the_ledger() -> None:
    post = a_post(title="通知", text="你好,请于明天前来办理，谢谢。")
    assert list(Proofreading().check_post(post, a_history(posts=(post,)))) == []


def test_a_remark_in_brackets_may_go_on_below_the_end_of_a_summary() -> None:
    assert [hit.severity.value for hit in hits("这双鞋价格居然打骨折了（不敢相信！") if hit.tag == "pair"] == ["hint"]


def test_a_preposition_written_twice_is_found_and_one_after_a_word_that_ends_so_is_not() -> None:
    hits = list(Proofreading().check_text("材料请报送至至县政府办公室。"))
    assert [(hit.text, hit.suggestion) for hit in hits] == [("至至", "至")]
    right = "夏至至立秋期间，少将将出席活动，棉被被盗，随从从门口进来，应该该企业负责。"
    assert not list(Proofreading().check_text(right))


def test_parts_that_do_not_add_up_are_shown_so_that_they_can_be_added_by_hand() -> None:
    (hit,) = Proofreading().check_text("全市共有村庄50个，其中东县20个、西县25个。")
    assert hit.reason == "各项相加为45个（20+25），与总数50个不符"


def test_what_becomes_a_space_is_not_said_to_be_deleted() -> None:
    (hit,) = Proofreading().check_text("今日&nbsp;天气晴。")
    assert hit.suggestion == " "
    assert "改为空格" in (hit.advice or "")
