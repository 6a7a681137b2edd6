"""What an officer reads of when an account was really seen."""

from shared.stretches import Seen, Stretch
from tests.builders import NOW, days
from xunjian.shown.coverage import coverage_line, covered


def stretch(since: float, until: float) -> Stretch:
    return Stretch(NOW + days(since), NOW + days(until))


def line(listed: list[Stretch], looked: list[Stretch]) -> str:
    return coverage_line({Seen.LISTED: listed, Seen.LOOKED: looked}, NOW)


def test_an_account_that_was_never_seen_says_so() -> None:
    assert line([], []) == "近30天看到的时段：没有（尚无一次核查证明过列表）"


def test_an_account_that_was_watched_all_along_says_nothing_more() -> None:
    assert line([stretch(-90, -0.01)], [stretch(-60, -0.01)]) == "近30天看到的时段：全部"


def test_what_no_list_showed_is_named() -> None:
    told = line([stretch(-90, -18.5), stretch(-12.5, 0)], [stretch(-60, -18.5), stretch(-12.5, 0)])
    assert told.startswith("近30天看到的时段：缺11月3日至11月9日；11月3日至11月9日没有核查成功")


def test_what_a_list_showed_afterwards_is_no_hole_but_was_not_watched() -> None:
    told = line([stretch(-90, 0)], [stretch(-60, -18.5), stretch(-12.5, 0)])
    assert told == "近30天看到的时段：全部；11月3日至11月9日没有核查成功（其间发布后又删除的看不到）"


def test_before_the_first_look_nobody_missed_one() -> None:
    assert line([stretch(-90, 0)], [stretch(-2, 0)]) == "近30天看到的时段：全部"


def test_programs_are_told_in_utc() -> None:
    told = covered({Seen.LISTED: [stretch(-1, 0)], Seen.LOOKED: []})
    assert told == {"listed": [["2026-11-20T04:00:00+00:00", "2026-11-21T04:00:00+00:00"]], "looked": []}
