"""Stretches of time are joined the same in whatever order they come, and what lies between them is named."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.storage.store import Store
from shared.stretches import LOOKED_APART, Seen, Stretch, holes, merged, named, up_to
from tests.builders import NOW, days


def stretch(since: float, until: float) -> Stretch:
    return Stretch(NOW + days(since), NOW + days(until))


some = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)).map(lambda one: stretch(one[0], one[0] + one[1])))


@given(some, st.randoms(use_true_random=False))
def test_the_order_in_which_stretches_are_joined_does_not_matter(given: list[Stretch], chance: random.Random) -> None:
    shuffled = chance.sample(given, len(given))
    one_by_one: list[Stretch] = []
    for one in shuffled:
        one_by_one = merged([*one_by_one, one], LOOKED_APART)
    assert one_by_one == merged(given, LOOKED_APART) == merged(merged(given, LOOKED_APART), LOOKED_APART)


@given(some)
def test_what_is_covered_and_what_is_not_are_together_all_that_was_asked_about(given: list[Stretch]) -> None:
    asked = stretch(5, 35)
    lacking = holes(given, asked)
    for minute in range(0, 30 * 24 * 60, 60 * 7 + 1):
        moment = asked.since + timedelta(minutes=minute)
        is_lacking = any(one.since < moment < one.until for one in lacking)
        is_covered = any(one.since <= moment <= one.until for one in given)
        assert is_lacking != is_covered or any(moment in one for one in lacking)


def test_nothing_covers_all_of_a_hole() -> None:
    assert holes([], stretch(1, 2)) == [stretch(1, 2)]
    assert holes([stretch(0, 9)], stretch(1, 2)) == []
    assert holes([stretch(0, 1), stretch(3, 4)], stretch(0, 5)) == [stretch(1, 3), stretch(4, 5)]


def test_what_lies_ahead_of_a_moment_is_not_known_at_it() -> None:
    assert up_to([stretch(0, 4), stretch(6, 7)], NOW + days(2)) == [stretch(0, 2)]


def test_a_hole_is_named_by_its_beijing_dates() -> None:
    begin = datetime.fromisoformat("2026-11-02T16:00:00+00:00")
    assert Stretch(begin, begin + days(6.5)).words == "11月3日至11月9日"
    assert Stretch(begin, begin + timedelta(hours=5)).words == "11月3日00:00至05:00"
    assert named([stretch(one, one + 1) for one in range(0, 10, 2)]).endswith("等5段")


def add(store: Store, *stretches: Stretch, kind: Seen = Seen.LOOKED) -> None:
    with store.judgements.judging() as judging:
        for one in stretches:
            judging.coverage.add("weibo/1001", kind, one)


def test_stretches_are_kept_joined_whatever_order_they_come_in(each_store: Store) -> None:
    moments = [0.0, 0.5, 1, 4, 4.5, 9]
    for one in random.Random(3).sample(moments, len(moments)):
        add(each_store, stretch(one, one))
    add(each_store, stretch(0.5, 0.5))
    seen = each_store.coverage.of("weibo/1001")
    assert seen[Seen.LOOKED] == [stretch(0, 1), stretch(4, 4.5), stretch(9, 9)]
    assert seen[Seen.LISTED] == []
    add(each_store, stretch(2.5, 2.5))
    assert each_store.coverage.of("weibo/1001")[Seen.LOOKED] == [stretch(0, 4.5), stretch(9, 9)]


def test_what_reaches_further_back_takes_the_place_of_what_it_covers(each_store: Store) -> None:
    add(each_store, stretch(1, 2), stretch(5, 6), kind=Seen.LISTED)
    add(each_store, stretch(0, 7), kind=Seen.LISTED)
    assert each_store.coverage.of("weibo/1001")[Seen.LISTED] == [stretch(0, 7)]


def test_an_account_keeps_so_many_stretches_and_no_more(each_store: Store) -> None:
    for one in range(0, 400, 4):
        add(each_store, stretch(one, one))
    kept = each_store.coverage.of("weibo/1001")[Seen.LOOKED]
    assert (len(kept), kept[-1]) == (60, stretch(396, 396))
