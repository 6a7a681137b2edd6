from datetime import UTC, datetime

import pytest

from services.collector.browser.answers import length_of, network_failure, retry_after
from services.collector.capture import Capture
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
    assert length_of({}) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Sat, 21 Nov 2026 08:05:00 GMT", 300.0),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_the_other_sides_wish_is_heard(text: str, seconds: float | None) -> None:
    assert retry_after([Capture(body=b"", at=NOW, headers={"retry-after": text})], NOW) == seconds


def test_the_longest_wish_counts() -> None:
    captures = [Capture(body=b"", at=NOW, headers={"retry-after": text}) for text in ("5", "60", "7")]
    assert retry_after(captures, NOW) == 60
