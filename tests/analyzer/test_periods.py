"""Whole weeks and months: counted only where the list showed all of them."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.analyzer.objection import Objection
from services.analyzer.rulebook import load_rulebook
from services.analyzer.rules._periods import periods_before
from services.analyzer.rules.base import Rule
from services.analyzer.rules.monthly_original import MonthlyOriginal
from services.analyzer.rules.too_few_posts import TooFewPosts
from shared.clock import SHANGHAI
from shared.events import Kind, Outcome, Post, Probe
from shared.storage.store import open_store
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.histories import LONG_AGO, a_history
from tests.builders import NOW, a_finding, a_post, a_probe, an_account, days, held_at

# NOW is Saturday 2026-11-21; the last whole week is 9 to 15 November, the last whole month October.
WEEK = datetime(2026, 11, 9, tzinfo=SHANGHAI)


def posts_at(*moments: datetime, kind: Kind = Kind.UNKNOWN) -> tuple[Post, ...]:
    return tuple(
        a_post(f"p{number}", moment, pinned=False, kind=kind, observed_at=moment)
        for number, moment in enumerate(moments)
    )


def asked(rule: Rule, posts: tuple[Post, ...], *, watched_since: datetime = LONG_AGO) -> list[Objection]:
    return list(rule.check_probe(a_listing(posts), a_history(posts=posts, watched_since=watched_since)))


def a_listing(posts: tuple[Post, ...]) -> Probe:
    ordered = sorted(posts, key=lambda post: post.published_at or NOW, reverse=True)
    return a_probe(post_ids=tuple(post.id for post in ordered))


def test_the_last_whole_week_begins_on_a_monday_in_beijing() -> None:
    (week,) = periods_before(NOW, "week", 1)
    assert (week.label, week.name) == ("2026-W46", "2026年第46周（11月9日至11月15日）")
    assert (week.start, week.end) == (WEEK, WEEK + days(7))


def test_months_cross_the_year() -> None:
    labels = [month.label for month in periods_before(datetime(2027, 1, 31, 16, tzinfo=SHANGHAI), "month", 3)]
    assert labels == ["2026-10", "2026-11", "2026-12"]
    midnight = datetime(2027, 2, 1, tzinfo=SHANGHAI)
    assert periods_before(midnight, "month", 1)[0].label == "2027-01"
    assert periods_before(midnight - timedelta(seconds=1), "month", 1)[0].label == "2026-12"


def test_fewer_than_the_week_asks_for_is_told_with_the_count() -> None:
    posts = posts_at(WEEK - days(1), WEEK, WEEK + days(7) - timedelta(seconds=1), WEEK + days(7))
    (objection,) = asked(TooFewPosts(), posts)
    assert objection.measured == "2026年第46周（11月9日至11月15日）2条"
    assert (objection.subject, objection.stage) == ("week", "2026-W46")


def test_as_many_as_asked_for_are_enough() -> None:
    assert asked(TooFewPosts(), posts_at(WEEK - days(1), WEEK, WEEK + days(1), WEEK + days(2))) == []


def test_months_without_a_post_count_only_in_a_row() -> None:
    rule = TooFewPosts(period="month", at_least=1, in_a_row=2)
    august, november = datetime(2026, 8, 31, 23, tzinfo=SHANGHAI), datetime(2026, 11, 1, tzinfo=SHANGHAI)
    (objection,) = asked(rule, posts_at(august, november))
    assert objection.measured == "2026年9月0条、2026年10月0条"
    assert asked(rule, posts_at(august, datetime(2026, 9, 1, tzinfo=SHANGHAI), november)) == []


def test_one_deleted_since_counts_as_published() -> None:
    kept = posts_at(WEEK - days(1), WEEK, WEEK + days(1))
    history = a_history(posts=kept, newest_post_at=WEEK + days(3))
    assert list(TooFewPosts().check_probe(a_listing(kept), history)) == []


@pytest.mark.parametrize(
    ("posts", "watched_since"),
    [
        (posts_at(WEEK, WEEK + days(8)), LONG_AGO),
        (posts_at(WEEK - days(1), WEEK), WEEK + days(1)),
        ((a_post("p0", WEEK - days(9), pinned=True), a_post("p1", WEEK, pinned=False)), LONG_AGO),
        ((a_post("p0", WEEK - days(9)), a_post("p1", WEEK)), LONG_AGO),
        ((*posts_at(WEEK - days(1)), a_post("undated", None)), LONG_AGO),
    ],
    ids=[
        "the list ends inside",
        "watched too late",
        "only a pinned one is older",
        "it may be pinned",
        "one has no date",
    ],
)
def test_a_week_that_was_not_seen_whole_accuses_nobody(posts: tuple[Post, ...], watched_since: datetime) -> None:
    assert asked(TooFewPosts(), posts, watched_since=watched_since) == []


def test_an_item_on_the_list_that_was_never_read_accuses_nobody() -> None:
    posts = posts_at(WEEK - days(1), WEEK)
    listing = a_probe(post_ids=("unknown", *(post.id for post in posts)))
    assert list(TooFewPosts().check_probe(listing, a_history(posts=posts))) == []


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.GONE, Outcome.TIMEOUT])
def test_a_failed_look_accuses_nobody(outcome: Outcome) -> None:
    posts = posts_at(WEEK - days(1), WEEK)
    listing = a_listing(posts).but(outcome=outcome)
    assert list(TooFewPosts().check_probe(listing, a_history(posts=posts))) == []


def test_a_proved_empty_account_has_published_nothing() -> None:
    assert len(list(TooFewPosts().check_probe(a_probe(outcome=Outcome.EMPTY), a_history()))) == 1
    assert list(TooFewPosts().check_probe(a_probe(), a_history())) == []


def test_a_month_of_reposts_alone_is_told() -> None:
    october = datetime(2026, 10, 5, tzinfo=SHANGHAI)
    posts = posts_at(october - days(20), october, october + days(3), kind=Kind.REPOST)
    (objection,) = asked(MonthlyOriginal(), posts)
    assert (objection.stage, objection.measured) == ("2026-10", "0条（共2条）")


@pytest.mark.parametrize("kind", [Kind.ORIGINAL, Kind.UNKNOWN])
def test_one_post_that_may_be_its_own_is_enough(kind: Kind) -> None:
    october = datetime(2026, 10, 5, tzinfo=SHANGHAI)
    reposts = posts_at(october - days(20), october, kind=Kind.REPOST)
    own = a_post("own", october + days(1), kind=kind, pinned=False)
    assert asked(MonthlyOriginal(), (*reposts, own)) == []


def test_what_can_no_longer_be_seen_is_not_called_over() -> None:
    posts = posts_at(WEEK - days(1), WEEK)
    (objection,) = asked(TooFewPosts(), posts)
    reaching, short = a_history(posts=posts), posts_at(WEEK + days(8))
    finding = a_finding(subject=objection.subject)
    assert TooFewPosts().is_over(finding, a_listing(posts), reaching)
    assert not TooFewPosts().is_over(finding, a_listing(short), a_history(posts=short))


def test_a_bad_week_takes_the_place_of_the_last_and_a_good_one_ends_it(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    store.accounts.upsert([an_account()], LONG_AGO)
    judge = Analyzer(store, load_rulebook("xiayi"))
    monday = WEEK + timedelta(hours=9)
    busy = [monday + days(14) + timedelta(hours=hour) for hour in (1, 2, 3)]
    listed: list[str] = []
    told = []
    for week, moments in enumerate([[monday - days(1)], [monday], [monday + days(7)], busy]):
        at = WEEK + days(7 * week) + timedelta(hours=10)
        new = [a_post(f"p{moment:%d%H}", moment, pinned=False, observed_at=at) for moment in moments]
        listed = [*(post.id for post in new), *listed]
        judge.judge([*new, a_probe(at, post_ids=tuple(listed), name="青禾发布")])
        told.append([finding.stage for finding in held_at(store, at) if finding.indicator == "U-08"])
    store.close()
    assert told == [[], ["2026-W46"], ["2026-W47"], []]
