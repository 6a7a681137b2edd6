"""First-person opinion in an official post hints; reports, statutes and quoted speech do not."""

import pytest

from services.analyzer.rules.personal_view import PersonalView
from shared.events import Severity


@pytest.mark.parametrize(
    "text",
    [
        "对于这件事，本人认为完全没有必要。",
        "小编觉得这条路早该修了。",
        "以上内容仅代表个人观点，欢迎交流。",
        "笔者认为，房价还会继续上涨。",
        "我个人认为这个判决有问题。",
        "个人看法，不喜勿喷。",
        "恕我直言，这样的设计很糟糕。",
    ],
)
def test_an_opinion_is_a_hint_and_accuses_nobody(text: str) -> None:
    (hit,) = PersonalView().check_text(text)
    assert hit.severity is Severity.HINT
    assert text[hit.start : hit.end] == hit.text


@pytest.mark.parametrize(
    "text",
    [
        "学生本人认为处分不当的，可以提出申诉。",
        "任何单位、个人认为其合法权益受到侵害的，可以投诉。",
        "“我个人认为，这里的变化太大了。”村民李大爷说。",
        "专家认为，降雨将持续到周末。",
        "会议认为，要抓好秋收工作。",
        "人大代表个人信息不予公开。",
    ],
)
def test_the_view_of_others_is_none(text: str) -> None:
    assert list(PersonalView().check_text(text)) == []
