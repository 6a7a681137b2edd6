"""Words written with a like character: each is found, and what only looks like one is left alone."""

import pytest

from services.analyzer.language.proof.confusions import confusions_in
from shared.events import Severity


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("两地签定协议，共建产业园。", "签定协议", "签订协议"),
        ("严禁在田间焚烧秸杆。", "秸杆", "秸秆"),
        ("望大家再接再励。", "再接再励", "再接再厉"),
        ("青禾县公安局招聘启示", "招聘启示", "招聘启事"),
        ("现场川流不息，观众穿流不息。", "穿流不息", "川流不息"),
        ("消防员按装了烟感报警器。", "按装", "安装"),
        ("全县干部竟聘上岗。", "竟聘", "竞聘"),
        ("请到户藉窗口办理。", "户藉", "户籍"),
        ("请在签到薄上签名。", "签到薄", "签到簿"),
    ],
)
def test_a_wrong_word_is_found_and_what_replaces_it_is_named(text: str, wrong: str, right: str) -> None:
    found = [(text[fault.start : fault.end], fault.suggestion, fault.severity) for fault in confusions_in(text)]
    assert found == [(wrong, right, Severity.REMINDER)]


@pytest.mark.parametrize(
    "text",
    [
        "日子过得红火，生活越来越好。",
        "究竟相信谁，法律说了算。",
        "台风爆发的季节即将到来。",
        "省人大代表检查院落改造进度。",
        "台账登记薄弱，须尽快补齐。",
        "两县对接规划，共同申报。",
        "抽签定座次，先到先得。",
        "既使用方便，又节约用电。",
        "招商启示录：三个案例。",
        "车间十分脏，限期整改。",
        "谨防过度期待。",
        "按排序先后办理。",
        "已在窗口决定受理。",
    ],
)
def test_words_that_only_meet_are_left_alone(text: str) -> None:
    assert confusions_in(text) == []


def test_what_statutes_write_too_is_a_hint() -> None:
    assert [fault.severity for fault in confusions_in("双方应当签定合同。")] == [Severity.HINT]
