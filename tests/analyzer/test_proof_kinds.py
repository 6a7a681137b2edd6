"""Which kinds of fault a text is asked for, and where they are told to look."""

from collections.abc import Iterator

import pytest

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Kind, Kinds, Occurrences, Places
from services.analyzer.language.proof.proofread import proofread
from services.analyzer.language.proof.repeats import repeats

_Asked = tuple[list[int], list[tuple[int, int, int]]]


class _Recorder:
    def __init__(self) -> None:
        self.asked: list[_Asked] = []

    def find(self, _text: str, places: Places, phrases: Occurrences) -> Iterator[Fault]:
        self.asked.append((list(places), [(number, start, end) for number, start, end in phrases]))
        return iter(())


def _asked(text: str) -> dict[str, list[_Asked]]:
    """Three kinds: of signs, of phrases, and one that has neither."""
    month, week, every = _Recorder(), _Recorder(), _Recorder()
    kinds = (
        Kind(month.find, signs="月：", phrases=("旬末",)),
        Kind(week.find, signs="：", phrases=("星期", "礼拜")),
        Kind(every.find),
    )
    Kinds(kinds).ask(text)
    return {"month": month.asked, "week": week.asked, "every": every.asked}


@pytest.mark.parametrize(
    ("text", "month", "week"),
    [
        ("", [], []),
        ("😀会议如期举行。", [], []),
        ("三月与五月", [([1, 4], [])], []),
        ("😀下个星期，不做礼拜", [], [([], [(0, 3, 5), (1, 8, 10)])]),
        ("时间：旬末", [([2], [(0, 3, 5)])], [([2], [])]),
    ],
)
def test_a_kind_is_asked_only_where_a_text_has_its_signs_or_phrases(
    text: str, month: list[_Asked], week: list[_Asked]
) -> None:
    asked = _asked(text)
    assert (asked["month"], asked["week"]) == (month, week)
    assert asked["every"] == [([], [])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("的", []),
        ("对的的工作", [(1, 1)]),
        ("2024年——22：：33", []),
        ("他讨论讨论", [(1, 2)]),
        ("哈哈哈哈", [(0, 1), (1, 1), (2, 1)]),
        ("市1例市1例", []),
        ("进一步进一步抓好", [(0, 3)]),
        ("县招商引资县招商引资", [(0, 5)]),
        ("一二三四五六七八九十百千一二三四五六七八九十百千", [(0, 12)]),
        ("一二三四五六七八九十百千万一二三四五六七八九十百千万", []),
        ("天😀天天", [(2, 1)]),
    ],
)
def test_stretches_of_chinese_that_stand_there_again(text: str, found: list[tuple[int, int]]) -> None:
    assert list(repeats(text)) == found


@pytest.mark.parametrize("text", ["", "\ud800", "2月30日\ud800签定的的\udfff", "\x00百分之5%\ud800"])
def test_broken_text_is_read(text: str) -> None:
    assert all(0 <= fault.start < fault.end <= len(text) for fault in proofread(text))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("定于1月31日、12月31日和10月31日前报送。", []),
        ("定于11月31日前报送。", ["11月31日"]),
        ("定于4月31日前报送。", ["4月31日"]),
        ("定于2月29日报送，3月29日办结。", []),
        ("定于2月30日报送。", ["2月30日"]),
        ("活动自9月28日至31日。", ["9月28日至31日"]),
        ("活动自9月28日—10月3日。", []),
        ("请于24时前报送，13时10分开会。", []),
        ("请于上午14时前报送。", ["上午14时"]),
        ("请于（上午）15时前报送。", ["上午）15时"]),
        ("会议于13时75分开始。", ["13时75分"]),
    ],
)
def test_a_date_written_plainly_is_no_short_cut_past_a_wrong_one(text: str, marked: list[str]) -> None:
    assert [text[fault.start : fault.end] for fault in proofread(text)] == marked


@pytest.mark.parametrize(
    "words",
    [
        "点击此处添加标题",
        "请在这里输入正文",
        "您的内容打在这里",
        "（待补充）",
        "【插入图片】",
        "（加视频）",
        "此处替换为正文",
    ],
)
def test_what_a_template_asks_for_is_found(words: str) -> None:
    assert [fault.kind for fault in proofread(f"一、工作开展情况\n{words}\n二、下一步打算")] == ["placeholder"]
