"""Who wrote, checked and released a post stands at its end, under any of the usual words."""

import pytest

from services.analyzer.rules.review_signature import ReviewSignature
from tests.analyzer.histories import a_history
from tests.builders import a_post

BODY = "青禾县召开秋收工作会议，部署下一步工作。" * 15


@pytest.mark.parametrize(
    "tail",
    [
        "撰稿：李一　审核：王二　审签：张三",
        "编辑：李一\n校对：王二\n终审：张三",
        "供稿人：李一｜审核人：王二｜签发人：张三",
        "文：李一\n复审：王二\n监制：张三",
        "一审：李一 二审：王二 三审：张三",
        "编辑：李一 责编：王二 编审：张三",
        "校对：李一 主编：王二 总编：张三",
        "（李一/文）审核：王二 审定：张三",
        "来源：县农业农村局\n责编/李一 审核/王二 总编辑/张三",
    ],
)
def test_three_names_under_usual_words_are_enough(tail: str) -> None:
    assert list(ReviewSignature().check_text(f"{BODY}\n{tail}")) == []
    assert list(ReviewSignature().check_text(f"{tail}\n{BODY}")) == []


@pytest.mark.parametrize(
    ("tail", "missing"),
    [
        ("撰稿：李一", ["审核", "审签"]),
        ("编辑：李一 审核：王二", ["审签"]),
        ("作者：李一 编辑：王二 责编：张三", ["审核", "审签"]),
        ("青禾县人民政府办公室", ["撰稿", "审核", "审签"]),
        ("请各单位加强审核，严格签发。", ["撰稿", "审核", "审签"]),
    ],
)
def test_what_is_missing_is_named(tail: str, missing: list[str]) -> None:
    post = a_post(platform="wechat", text=f"{BODY}\n{tail}")
    (objection,) = ReviewSignature().check_post(post, a_history(posts=(post,)))
    assert objection.measured == f"缺{'、'.join(missing)}"
    assert objection.threshold == "撰稿、审核、审签"


def test_a_district_may_ask_for_fewer() -> None:
    rule = ReviewSignature(levels=("审核",))
    assert list(rule.check_text(f"{BODY}\n审校：王二")) == []


@pytest.mark.parametrize(("platform", "text"), [("weibo", BODY), ("wechat", None)])
def test_a_text_that_was_not_read_whole_accuses_nobody(platform: str, text: str | None) -> None:
    post = a_post(platform=platform, text=text)
    assert list(ReviewSignature().check_post(post, a_history(posts=(post,)))) == []


def test_a_line_is_no_article() -> None:
    assert list(ReviewSignature().check_text("今日天气晴。")) == []


def test_what_is_quoted_from_the_end_holds_no_number() -> None:
    post = a_post(platform="wechat", text=f"{BODY}\n联系人李一，电话13812345678")
    (objection,) = ReviewSignature().check_post(post, a_history(posts=(post,)))
    assert "13812345678" not in objection.model_dump_json()
