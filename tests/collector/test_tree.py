"""Untrusted JSON gives what it holds or null, never an error."""

from datetime import UTC, datetime

import pytest

from services.collector.reading.tree import (
    as_count,
    as_flag,
    as_id,
    as_list,
    as_moment,
    as_text,
    dig,
    embedded,
    loaded,
    values_in,
)


def test_long_ids_stay_exact() -> None:
    assert as_id(dig(loaded('{"a":{"id":6462456615328022798}}'), "a", "id")) == "6462456615328022798"


@pytest.mark.parametrize("node", [None, "", "x", 0, -1, 1.5, True, [], {}, "1e5", "１２", 10**30, "9" * 5000])
def test_what_is_no_id_is_null(node: object) -> None:
    assert as_id(node) is None


@pytest.mark.parametrize(
    ("node", "count"),
    [(0, 0), ("516615", 516615), ("105.9万", 1_059_000), ("1.51亿", 151_000_000), ("100万+", 1_000_000), ("多", None)],
)
def test_rounded_counts_are_read(node: object, count: int | None) -> None:
    assert as_count(node) == count


def test_flags_are_bools_or_zero_and_one() -> None:
    assert [as_flag(node) for node in (True, False, 1, 0, "1", "0")] == [True, False, True, False, True, False]
    assert [as_flag(node) for node in (2, "yes", None)] == [None] * 3


def test_only_plausible_seconds_are_a_time() -> None:
    assert as_moment("1499994305") == datetime(2017, 7, 14, 1, 5, 5, tzinfo=UTC)
    assert [as_moment(node) for node in (0, -1, 1706947287000, 10**30, None, 1.5e9)] == [None] * 6


def test_a_list_with_gaps_may_come_as_an_object() -> None:
    assert as_list({"0": "a", "2": "b"}) == ["a", "b"]
    assert as_list({"a": "b"}) == []


def test_text_without_what_no_encoder_takes() -> None:
    assert as_text(" 通知\ud800\x00\u200b ") == "通知\ufffd\ufffd"
    assert as_text("  ") is None


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "NaN, ", b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_null(body: str | bytes) -> None:
    assert loaded(body) is None


def test_json_inside_a_script_ends_where_it_ends() -> None:
    assert embedded('var $render_data = [{"a":1}][0] || {};', "$render_data") == [{"a": 1}]
    assert embedded("var x = 1;", "$render_data") is None
    assert embedded("$render_data = [{", "$render_data") is None


def test_more_answers_in_a_file_than_any_real_one_are_refused() -> None:
    assert values_in("{}\n" * 20_000) == [{}] * 20_000
    assert values_in("{}\n" * 20_001) is None
