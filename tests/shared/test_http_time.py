"""Times in headers: understood, or nothing; bounded, whatever stands there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http_time import http_date, retry_after

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = 86_400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 21 Nov 2026 08:05:00 GMT", 300),
        ("Sat, 21 Nov 2026 16:05:00 +0800", 300),
        ("Sat, 21 Nov 2026 08:05:00 -0000", 300),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("99999999999999999999", DAY),
        ("9" * 100_000, DAY),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Sat, 21 Nov 2026 08:05:00 +99999999999999999999", None),
        ("-5", None),
        ("1e9", None),
        ("NaN", None),
        ("Infinity", None),
        ("١٢٠", None),
        ("１２０", None),
        ("²", None),
        ("5, 60", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wish_is_understood_and_bounded(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@given(st.text(alphabet=st.sampled_from("0123456789 ,:+-.GMTSatNov\x00年"), max_size=80) | st.text(max_size=80))
def test_no_header_does_harm(text: str) -> None:
    wish = retry_after(text, NOW)
    assert wish is None or 0 <= wish <= DAY
    moment = http_date(text)
    assert moment is None or moment.tzinfo is UTC
