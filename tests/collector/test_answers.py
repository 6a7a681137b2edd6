from datetime import UTC, datetime, timedelta

import pytest

from services.collector.answers import heard, length_of, network_failure
from services.collector.capture import Capture, Captured
from shared.events import Outcome

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "outcome", "words"),
    [
        ("Page.goto: net::ERR_CONNECTION_RESET at https://m.weibo.cn/", Outcome.NETWORK, "ERR_CONNECTION_RESET"),
        ("net::ERR_TIMED_OUT", Outcome.TIMEOUT, "超时"),
        ("net::ERR_CONNECTION_TIMED_OUT", Outcome.TIMEOUT, "超时"),
        ("APIRequestContext.get: connect ECONNREFUSED 127.0.0.1:9", Outcome.NETWORK, "ECONNREFUSED"),
        ("APIRequestContext.get: socket hang up", Outcome.NETWORK, "网络不通"),
        ("Page.goto: Download is starting", Outcome.NETWORK, "下载"),
        ("TypeError", Outcome.NETWORK, "网络不通"),
        ("TimeoutError", Outcome.TIMEOUT, "超时"),
        ("RangeError", Outcome.NETWORK, "过大"),
    ],
)
def test_the_words_of_a_failure_become_an_outcome(message: str, outcome: Outcome, words: str) -> None:
    look = network_failure(message)
    assert look.failure is outcome
    assert look.reason
    assert words in look.reason


def test_a_length_is_read_only_where_it_is_a_number() -> None:
    assert length_of({"content-length": "12"}) == 12
    assert length_of({"content-length": "-1"}) == 0
    assert length_of({"content-length": "１２"}) == 0
    assert length_of({"content-length": "9" * 100_000}) > 10**17
    assert length_of({}) == 0


def answered(status: int | None, **headers: str) -> Capture:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Capture(status=status, body=b"", at=NOW, headers=named)


@pytest.mark.parametrize("status", [403, 418, 429, 432, 503])
def test_a_refusals_wish_is_heard(status: int) -> None:
    assert heard(Captured(captures=(answered(status, retry_after="120"),))).retry_after_seconds == 120


@pytest.mark.parametrize("status", [None, 200, 302])
def test_a_wish_beside_a_good_answer_is_none(status: int | None) -> None:
    look = Captured(captures=(answered(status, retry_after="99999999999999999999"),))
    assert heard(look).retry_after_seconds is None


def test_the_longest_wish_counts_and_is_at_most_a_day() -> None:
    wishes = ["5", "60", "soon", "7"]
    look = Captured(captures=tuple(answered(429, retry_after=wish) for wish in wishes))
    assert heard(look).retry_after_seconds == 60
    look = Captured(captures=(answered(429, retry_after="99999999999999999999"),))
    assert heard(look).retry_after_seconds == 86_400


def test_our_clock_is_held_against_the_newest_date_of_the_answers() -> None:
    old = answered(200, date="Sat, 21 Nov 2026 06:00:00 GMT")
    new = answered(200, date="Sat, 21 Nov 2026 07:50:00 GMT")
    assert heard(Captured(captures=(old, new))).clock_offset == timedelta(minutes=10)
    behind = answered(404, date="Sat, 21 Nov 2026 08:20:00 GMT")
    assert heard(Captured(captures=(old, behind, new))).clock_offset == -timedelta(minutes=20)


@pytest.mark.parametrize(
    "headers", [{}, {"date": "yesterday"}, {"date": "Sat, 21 Nov 2026 06:00:00 GMT", "age": "7200"}]
)
def test_what_some_cache_kept_or_nobody_dated_tells_no_time(headers: dict[str, str]) -> None:
    assert heard(Captured(captures=(answered(200, **headers),))).clock_offset is None
