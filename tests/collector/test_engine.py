"""The collector's engine on a real store and bus, with a scripted browser."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shared.events import Outcome, Post, Probe
from tests.builders import NOW, an_account, days
from tests.collector.collecting import Bench, bench, posts_of, probe_of

__all__ = ["bench"]


def test_a_visit_publishes_its_posts_and_how_it_ended(bench: Bench) -> None:
    assert bench.visit("two posts")
    events = bench.published()
    assert posts_of(events) == ["pinned", "new"]
    probe = probe_of(events)
    assert (probe.outcome, probe.newest_post_at, probe.post_ids) == (Outcome.OK, NOW - days(1), ("pinned", "new"))
    assert probe.evidence_sha256
    assert probe.listed_from == NOW - days(1), "the pinned post stands outside of the order"


def test_unchanged_posts_are_not_published_again_but_changed_ones_are(bench: Bench) -> None:
    bench.visit("two posts")
    bench.published()
    bench.visit("one changed", after=days(1))
    events = bench.published()
    assert posts_of(events) == ["new"]
    assert probe_of(events).post_ids == ("pinned", "new")


def test_a_future_post_is_not_the_newest(bench: Bench) -> None:
    bench.visit("future")
    assert probe_of(bench.published()).newest_post_at == NOW - days(1)


@pytest.mark.fault(12)
def test_a_post_of_megabytes_is_cut_to_what_the_bus_takes(bench: Bench) -> None:
    bench.visit("huge")
    events = bench.published()
    assert posts_of(events) == ["huge"]
    assert probe_of(events).proves_list


@pytest.mark.fault(12)
def test_half_an_emoji_does_not_end_the_collector(bench: Bench) -> None:
    bench.visit("half an emoji")
    post = next(event for event in bench.published() if isinstance(event, Post))
    assert (post.title, post.text, post.ad_signals) == ("\ufffd题", "半个\ufffd", ("a=\ufffd",))


def test_a_light_look_that_proves_nothing_is_repeated_as_a_full_one(bench: Bench) -> None:
    bench.visit("two posts")
    bench.published()
    bench.visit("light:blocked, two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False, True]
    assert probe_of(bench.published()).outcome is Outcome.OK


def test_a_platform_that_asks_to_slow_down_is_not_asked_for_more(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visitor.status = 429
    bench.visit("light:blocked", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False]


def test_the_first_look_of_a_day_is_a_full_one(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    bench.visit("two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked] == [True, False, True]


def test_a_light_look_that_proves_the_list_is_enough(bench: Bench) -> None:
    bench.visit("two posts")
    bench.visit("light:two posts", after=timedelta(hours=7))
    assert [full for _, full in bench.visitor.asked[1:]] == [False]


@pytest.mark.parametrize("word", ["timeline", "comments only"])
def test_a_page_that_is_not_the_accounts_proves_nothing(bench: Bench, word: str) -> None:
    bench.visit(word)
    probe = probe_of(bench.published())
    assert probe.outcome is Outcome.PARSE_ERROR
    assert not probe.proves_list


def test_a_time_told_roughly_stays_as_first_evidenced(bench: Bench) -> None:
    bench.visit("hours ago")
    first = bench.published()
    for _ in range(3):
        bench.visit("hours later", after=timedelta(hours=7))
    events = bench.published()
    assert posts_of(first) == ["moving"]
    assert posts_of(events) == []
    probes = [event for event in events if isinstance(event, Probe)]
    assert [probe.newest_post_at for probe in probes] == [NOW - days(1 / 8)] * 3


def test_an_exact_time_replaces_a_rough_one_once(bench: Bench) -> None:
    bench.visit("hours ago")
    bench.published()
    published = []
    for word in ("exact", "exact", "hours later"):
        bench.visit(word, after=timedelta(hours=7))
        published += [event for event in bench.published() if isinstance(event, Post)]
    assert [post.published_at for post in published] == [NOW - days(1 / 7)]


@pytest.mark.parametrize("offset", [days(156), days(-156), timedelta(minutes=-6), timedelta(minutes=6)])
@pytest.mark.parametrize("word", ["two posts", "gone, gone"])
def test_a_wrong_clock_proves_nothing_and_publishes_no_post(bench: Bench, offset: timedelta, word: str) -> None:
    bench.visitor.clock_offset = offset
    bench.visit(word)
    (probe,) = bench.published()
    assert isinstance(probe, Probe)
    assert (probe.outcome, probe.proves_list, probe.newest_post_at) == (Outcome.CLOCK, False, None)
    assert "请校准" in (probe.reason or "")
    assert probe.at == NOW - max(offset, timedelta())
    assert bench.store.visits.clock_offsets() == {"weibo": offset}


def test_one_server_with_a_wrong_clock_among_others_does_not_blind_us(bench: Bench) -> None:
    feed = an_account("f", platform="feed", url="https://example.gov.cn/rss")
    bench.store.accounts.upsert([feed], NOW)
    bench.visitor.clock_offset = timedelta(seconds=2)
    bench.visit("two posts, two posts")
    bench.published()
    bench.visitor.clock_offset = days(30)
    bench.visit("two posts, two posts", after=timedelta(hours=7))
    first, *_ = [event for event in bench.published() if isinstance(event, Probe)]
    assert first.proves_list


def test_a_clock_that_is_right_again_proves_again(bench: Bench) -> None:
    bench.visitor.clock_offset = days(156)
    bench.visit("two posts")
    bench.visitor.clock_offset = timedelta()
    bench.published()
    bench.visit("two posts", after=timedelta(hours=13))
    assert probe_of(bench.published()).proves_list


def test_a_visit_for_show_publishes_nothing(bench: Bench) -> None:
    bench.visitor.script = ["two posts"]
    visit = bench.engine.visit(an_account())
    assert visit.probe.outcome is Outcome.OK
    assert bench.published() == []


def test_a_collector_of_one_platform_leaves_the_others_to_others(tmp_path: Path) -> None:
    feed = an_account("f", platform="feed", url="https://example.gov.cn/rss")
    strange = an_account("1", platform="kuaishou")
    with closing(Bench(tmp_path, own=["weibo"])) as bench:
        bench.store.accounts.upsert([an_account(), feed, strange], NOW)
        bench.visit("two posts")
        bench.visit("two posts", after=timedelta(minutes=2))
        visited = {event.platform for event in bench.published() if isinstance(event, Probe)}
    assert visited == {"weibo", "kuaishou"}  # of a platform that no plug-in knows somebody has to tell


def test_an_account_is_no_more_only_when_the_page_says_so_twice(bench: Bench) -> None:
    bench.visit("gone, gone")
    assert probe_of(bench.published()).outcome is Outcome.GONE
    assert [full for _, full in bench.visitor.asked] == [True, True]


@pytest.mark.parametrize(("again", "outcome"), [("two posts", Outcome.OK), ("blocked", Outcome.BLOCKED)])
def test_one_sign_that_an_account_is_no_more_is_none(bench: Bench, again: str, outcome: Outcome) -> None:
    bench.visit(f"gone, {again}")
    assert probe_of(bench.published()).outcome is outcome


def test_the_light_path_and_the_page_are_two_signs(bench: Bench) -> None:
    bench.visit("light:gone, gone")
    assert probe_of(bench.published()).outcome is Outcome.GONE
    assert len(bench.visitor.asked) == 2


def test_a_list_stamped_with_the_moment_of_asking_has_no_dates(bench: Bench) -> None:
    bench.visit("stamped")
    bench.visit("stamped anew", after=timedelta(hours=12))
    events = bench.published()
    assert [event.published_at for event in events if isinstance(event, Post)] == [None, None], "and is news once"
    assert {event.newest_post_at for event in events if isinstance(event, Probe)} == {None}


def test_one_real_date_among_stamps_makes_them_no_dates(bench: Bench) -> None:
    bench.visit("stamped but one")
    dates = [event.published_at for event in bench.published() if isinstance(event, Post)]
    assert [date is None for date in dates] == [True, True, False]


def test_one_item_published_just_now_is_dated(bench: Bench) -> None:
    bench.visit("one just now")
    assert probe_of(bench.published()).newest_post_at == NOW
