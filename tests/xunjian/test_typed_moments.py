"""Moments as people write them on the command line."""

from datetime import UTC, datetime

import pytest

from shared.errors import InputError
from xunjian.typed.moments import moment


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-12-01", datetime(2026, 11, 30, 16, tzinfo=UTC)),
        ("2026/12/01 18：30", datetime(2026, 12, 1, 10, 30, tzinfo=UTC)),
        ("2026-12-01T18:30:00+00:00", datetime(2026, 12, 1, 18, 30, tzinfo=UTC)),
    ],
)
def test_without_a_zone_it_is_beijing_time(words: str, meant: datetime) -> None:
    assert moment(words, "--at") == meant


@pytest.mark.parametrize("words", ["0001-01-01", "0001-01-01 00:00", "9999-12-31", "0001-01-01T00:00:00+14:00", "昨天"])
def test_what_no_calendar_can_reckon_with_is_refused_with_the_right_way(words: str) -> None:
    with pytest.raises(InputError, match="不是日期；请写成 2026-12-01"):
        moment(words, "--at", through_day=True)
