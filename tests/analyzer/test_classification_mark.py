"""A mark is what a document bears, not a text that speaks of secrets."""

import pytest

from services.analyzer.rules.classification_mark import ClassificationMark
from shared.events import Severity
from tests.analyzer.histories import a_history
from tests.builders import a_post


def said(text: str) -> list[tuple[str, str]]:
    return [(hit.severity.value, hit.text) for hit in ClassificationMark().check_text(text)]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("机密★1年\n青禾县委办公室文件", "机密★1年"),
        ("秘密★\n关于印发工作要点的通知", "秘密★"),
        ("绝密★长期\n会议纪要", "绝密★长期"),
        ("000021  机密★十年  特急\n青委发〔2026〕3号", "机密★十年"),
        ("秘 密☆6个月\n通知", "秘 密☆6个月"),
        ("机密★20年 关于做好有关工作的通知 各乡镇：", "机密★20年"),
        ("密级：秘密\n各单位：", "秘密"),
        ("【机密★三年】 会议纪要", "机密★三年"),
        ("密级:机密 期限：1年\n通知", "机密"),
        ("份号：000123 秘密＊3年\n通知", "秘密＊3年"),
    ],
)
def test_a_mark_of_state_secrecy_counts_in_full(text: str, mark: str) -> None:
    assert said(text) == [("deduction", mark)]


@pytest.mark.parametrize(
    "text",
    [
        "内部资料 注意保管\n学习材料之一",
        "（内部文件，请勿外传）\n各股室：",
        "内部资料　请妥善保存\n",
        "【内部传阅 严禁外传】\n会议安排",
    ],
)
def test_an_internal_paper_is_a_reminder(text: str) -> None:
    assert [severity for severity, _ in said(text)] == ["reminder"]


def test_an_examination_paper_is_a_hint() -> None:
    assert said("绝密★启用前\n2026年普通高中学业水平考试") == [("hint", "绝密★启用前")]


@pytest.mark.parametrize(
    "text",
    [
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "书面形式的密件，其密级标志为“机密★20年”，应当标在封面左上角。",
        "标志形式为密级★保密期限，例如“秘密★1年”。",
        "不得泄露国家秘密、商业秘密和个人隐私。",
        "揭开土壤丰收的秘密\n走进青禾县农技站",
        "严禁通过微信传输标有内部资料字样的文件，内部资料要注意保管。",
        "★机密档案展★开展啦！",
        "考试试题在启用前属于绝密级事项。",
        "密级：公开\n",
        "秘密☆ 花园开园啦",
        "机密★★★ 剧本体验馆开业",
        "工作秘密★",
        "机密★1年的文件应当在保密柜存放。",
        "内部资料，免费交流\n",
        "此件公开发布",
    ],
)
def test_words_about_secrets_are_no_mark(text: str) -> None:
    assert said(text) == []


def test_a_post_is_told_with_its_mark_and_a_person_confirms() -> None:
    post = a_post(text="机密★1年\n青禾县委办公室文件")
    (objection,) = ClassificationMark().check_post(post, a_history(posts=(post,)))
    assert "出现标志“机密★1年”" in objection.sentence
    assert objection.confirm
    assert objection.severity is None  # the rulebook's: a veto


def test_a_mere_hint_does_not_accuse() -> None:
    post = a_post(text="绝密★启用前\n语文")
    (objection,) = ClassificationMark().check_post(post, a_history(posts=(post,)))
    assert objection.severity is Severity.HINT
