"""Written times: Beijing where no zone is given, relative words against the moment of capture."""

from datetime import UTC, datetime

import pytest

from services.collector.reading.moments import from_text, from_unix

NEW_YEAR = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
"""2026-01-01 00:30 in Beijing."""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("刚刚", "2025-12-31T16:30"),
        ("5分钟前", "2025-12-31T16:25"),
        ("3小时前", "2025-12-31T13:30"),
        ("今天 00:10", "2025-12-31T16:10"),
        ("昨天23:59", "2025-12-31T15:59"),
        ("前天", "2025-12-29T16:00"),
        ("12月30日 08:00", "2025-12-30T00:00"),
        ("12-31", "2025-12-30T16:00"),
        ("2025年6月1日 下午3:05", "2025-06-01T07:05"),
        ("很久以前", None),
        ("13月1日", None),
    ],
)
def test_relative_words_are_counted_from_the_capture_in_beijing(text: str, moment: str | None) -> None:
    found = from_text(text, NEW_YEAR)
    assert (found and found.strftime("%Y-%m-%dT%H:%M")) == moment


@pytest.mark.parametrize("value", [True, None, "", 0, -1, 99, "１７６２７４７２１０", 10**20, 1762747210.5, "abc"])
def test_what_is_no_moment_of_this_century_is_null(value: object) -> None:
    assert from_unix(value) is None


def test_seconds_and_milliseconds_are_both_understood() -> None:
    assert from_unix(1762747210) == from_unix("1762747210999") == datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026年11月20日 下午3点", "2026-11-20T07:00"),
        ("2026年11月20日 下午3点5分", "2026-11-20T07:05"),
        ("2026年11月20日 淩晨12:30", "2026-11-19T16:30"),
        ("2026/11/20 午後11時05分", "2026-11-20T15:05"),
        ("2026-11-20 23:05 星期五", "2026-11-20T15:05"),
        ("2026/11/20, 23:05:00", "2026-11-20T15:05"),
        ("2026-11-20 23:05:00 +0800 CST", "2026-11-20T15:05"),
        ("Fri Nov 20 2026 23:05:00 GMT+0800 (中国标准时间)", "2026-11-20T15:05"),
        ("Nov 20, 2026 11:05 PM", "2026-11-20T15:05"),
        ("11/20/2026, 11:05:00 PM", "2026-11-20T15:05"),
        ("11/10/2026, 11:05:00 PM", None),
        ("2026/11/20 1:053", None),
    ],
)
def test_the_forms_that_programs_and_people_write(text: str, moment: str | None) -> None:
    found = from_text(text)
    assert (found and found.strftime("%Y-%m-%dT%H:%M")) == moment


@pytest.mark.parametrize("year", ["0001", "1970", "2100", "9999"])
def test_a_written_time_outside_of_this_century_is_no_publish_time(year: str) -> None:
    assert from_text(f"Fri Dec 31 23:59:59 +0800 {year}") is None
