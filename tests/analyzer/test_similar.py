"""When two texts are the same one."""

import random
import re

import pytest

from services.analyzer.language.origin.similar import (
    SAME,
    Sketch,
    letters_of,
    likeness,
    marks_of,
    similarity,
    sketch_of,
)

NEWS = (
    "11月25日上午，青禾县召开冬季河道清理工作推进会，县委副书记、县长李某出席并讲话。会议听取了水利、住建、环保等部门的汇报。"
    "会议指出，今年以来全县累计清理河道186公里，拆除违建42处，群众满意度达到96.5%。会议强调，要压实各级河长责任，紧盯重点河段，"
    "坚持问题导向，建立台账，逐项销号。要广泛发动群众参与，营造爱河护河的浓厚氛围。会议要求，各乡镇要在12月10日前完成自查，"
    "县督查室要开展专项督查，对工作不力的严肃问责。"
)
WEATHER = "{day}日青禾县天气预报：今天白天多云，最高气温{high}度，夜间晴到多云，最低气温{low}度，偏北风3到4级，空气质量良好，早晚温差较大，请注意添衣保暖，谨防感冒。"


def sentences(text: str) -> list[str]:
    return re.findall(r"[^。]+。", text)


@pytest.mark.parametrize(
    "copy",
    [
        NEWS,
        f"{NEWS}\n来源：青禾发布 编辑：王某 审核：赵某",
        f"【河道清理】{NEWS.replace('，', ', ')}",
        "".join(sentences(NEWS)[1:]),
        "".join(sentences(NEWS)[:2] + sentences(NEWS)[3:]),
        "".join(reversed(sentences(NEWS))),
        NEWS[40:160],
        NEWS.replace("县委副书记、县长李某", "县领导"),
    ],
)
def test_a_copy_is_the_same(copy: str) -> None:
    assert similarity(NEWS, copy) >= SAME
    assert similarity(copy, NEWS) == similarity(NEWS, copy)


@pytest.mark.parametrize("seed", range(5))
def test_a_few_characters_changed_leave_it_the_same(seed: int) -> None:
    chance = random.Random(seed)
    changed = "".join(chance.choice("的一是在有") if chance.random() < 0.05 else letter for letter in NEWS)
    assert similarity(NEWS, changed) >= SAME


@pytest.mark.parametrize(
    ("today", "tomorrow"),
    [
        (WEATHER.format(day=25, high=12, low=3), WEATHER.format(day=26, high=13, low=1)),
        (WEATHER.format(day=25, high=12, low=3), WEATHER.format(day=26, high=12, low=3)),
        (
            "11月25日菜价：" + "白菜每斤1.2元，萝卜每斤0.9元，" * 3,
            "11月25日菜价：" + "白菜每斤1.5元，萝卜每斤0.8元，" * 3,
        ),
        (f"第35期学习通报：{NEWS[60:]}", f"第36期学习通报：{NEWS[60:]}"),
        (NEWS, NEWS.replace("11月25日", "11月18日").replace("12月10日", "12月3日")),
    ],
)
def test_the_next_bulletin_is_not_the_same(today: str, tomorrow: str) -> None:
    assert similarity(today, tomorrow) < SAME


@pytest.mark.parametrize(
    ("a", "b", "same"), [("", "", True), ("好", "好", True), ("好", "坏", False), ("", NEWS, False)]
)
def test_short_texts_are_the_same_when_they_are_equal(a: str, b: str, same: bool) -> None:
    assert (similarity(a, b) >= SAME) is same


def test_a_sketch_is_bounded_and_survives_storage() -> None:
    letters = letters_of("".join(chr(0x4E00 + place * 7 % 20_000) for place in range(100_000)))
    long = sketch_of(letters)
    assert len(long.to_bytes()) < 5_000
    assert likeness(long, Sketch.from_bytes(long.to_bytes())).score == 1
    assert len(marks_of(letters)) == 23
    assert max(marks_of(letters)) < 2**63
    assert len(Sketch.from_bytes(sketch_of("").to_bytes()).runs) == len(marks_of("")) == 0


def test_lone_surrogates_and_controls_do_not_stop_it() -> None:
    assert similarity("\ud800\x00" + NEWS, NEWS) >= SAME
