"""Chinese short times mean what a reader in Beijing takes them to mean, around midnight and New Year too."""

from datetime import UTC, datetime

import pytest

from services.collector.reading.chinese_time import is_rough, parse_chinese_time
from shared.clock import SHANGHAI

NEW_YEAR_MORNING = datetime(2026, 1, 1, 0, 5, tzinfo=SHANGHAI)


def beijing(*parts: int) -> datetime:
    year, month, day, hour, minute, second = (*parts, 0)[:6]
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("刚刚", beijing(2026, 1, 1, 0, 5)),
        ("30秒前", beijing(2026, 1, 1, 0, 4, 30)),
        ("5分钟前", beijing(2026, 1, 1, 0, 0)),
        ("10分钟前", beijing(2025, 12, 31, 23, 55)),
        ("半小时前", beijing(2025, 12, 31, 23, 35)),
        ("2小时前", beijing(2025, 12, 31, 22, 5)),
        ("3天前", beijing(2025, 12, 29, 0, 5)),
        ("1周前", beijing(2025, 12, 25, 0, 5)),
        ("11小時前", beijing(2025, 12, 31, 13, 5)),
        ("昨日 晚上11點", beijing(2025, 12, 31, 23, 0)),
        ("今天 00:01", beijing(2026, 1, 1, 0, 1)),
        ("昨天 23:59", beijing(2025, 12, 31, 23, 59)),
        ("昨天", beijing(2025, 12, 31, 0, 0)),
        ("前天 08:00", beijing(2025, 12, 30, 8, 0)),
        ("01-01", beijing(2026, 1, 1, 0, 0)),
        ("12-31", beijing(2025, 12, 31, 0, 0)),
        ("1月3日", beijing(2025, 1, 3, 0, 0)),
        ("12月31日 23:59", beijing(2025, 12, 31, 23, 59)),
        ("02-29", beijing(2024, 2, 29, 0, 0)),
        ("2018-06-14", beijing(2018, 6, 14, 0, 0)),
        ("2018年6月14日", beijing(2018, 6, 14, 0, 0)),
        ("2018-04-03 20:18", beijing(2018, 4, 3, 20, 18)),
        ("2017-12-07 12:06:23", beijing(2017, 12, 7, 12, 6, 23)),
        (" 2018/6/14  8:05 ", beijing(2018, 6, 14, 8, 5)),
    ],
)
def test_the_words_mean_this_moment(text: str, meant: datetime) -> None:
    assert parse_chinese_time(text, NEW_YEAR_MORNING.astimezone(UTC)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "很久以前",
        "今天 23:59",
        "2026-01-02",
        "13-01",
        "02-30",
        "12-31 25:00",
        "昨天 24:01",
        "06-14发布",
        "9" * 5000,
    ],
)
def test_what_is_uncertain_or_not_yet_is_null(text: str) -> None:
    assert parse_chinese_time(text, NEW_YEAR_MORNING) is None


def test_midnight_is_beijings_and_not_utcs() -> None:
    before, after = datetime(2026, 6, 14, 15, 59, tzinfo=UTC), datetime(2026, 6, 14, 16, 1, tzinfo=UTC)
    assert parse_chinese_time("今天 00:00", before) == beijing(2026, 6, 14, 0, 0)
    assert parse_chinese_time("今天 00:00", after) == beijing(2026, 6, 15, 0, 0)
    assert parse_chinese_time("06-15", before) == beijing(2025, 6, 15, 0, 0)
    assert parse_chinese_time("06-15", after) == beijing(2026, 6, 15, 0, 0)


@pytest.mark.parametrize("text", ["刚刚", "5分钟前", "半小时前", "3天前", "昨天", "06-14", "2025年6月14日"])
def test_words_that_move_or_name_no_hour_are_rough(text: str) -> None:
    assert is_rough(text)


@pytest.mark.parametrize("text", ["昨天 23:59", "06-14 10:30", "2025-06-14 10:30:00", "很久以前", "", None])
def test_words_that_name_the_hour_are_exact_and_unknown_ones_say_nothing(text: str | None) -> None:
    assert not is_rough(text)
