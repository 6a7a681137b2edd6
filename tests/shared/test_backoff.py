"""Waiting longer after each failure, whatever the numbers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from shared.backoff import doubled


def test_each_failure_doubles_up_to_the_longest() -> None:
    assert [doubled(1, times, 10) for times in (-1, 0, 1, 2, 3, 4, 10**9)] == [1, 1, 2, 4, 8, 10, 10]


@given(st.floats(), st.integers(-(10**12), 10**12), st.floats(0, 1e9))
def test_no_number_breaks_it(first: float, times: int, longest: float) -> None:
    assert 0 <= doubled(first, times, longest) <= longest


def test_what_is_no_number_waits_longest() -> None:
    assert doubled(math.nan, 1, 60) == doubled(math.inf, 1, 60) == 60
