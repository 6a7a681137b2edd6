"""Whatever the order in which events arrive, batch by batch, the same findings hold in the end, and none is unjust."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from services.analyzer.rulebook import Rulebook, load_rulebook
from shared.account import AccountStatus
from shared.events import FindingStatus, Outcome, Post, Probe
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

Event = Post | Probe
FAR = NOW + days(4000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(1))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    return Analyzer(store)


def held(store: Store) -> set[tuple[str, str, str]]:
    return {(finding.rule, finding.subject, finding.stage) for finding in held_at(store, FAR)}


def rules(store: Store) -> list[str]:
    return sorted(rule for rule, _, _ in held(store))


def resolved(store: Store) -> list[str]:
    closed = [finding for finding in store.judgements.untold() if finding.status is FindingStatus.RESOLVED]
    return [finding.rule for finding in closed if finding.rule != "unverified"]


def a_story(chance: random.Random) -> list[Event]:
    """Three weeks of looks that fail, prove lists, show names and posts with every fault there is."""
    events: list[Event] = []
    published: list[tuple[str, float]] = []
    for step in range(12):
        day = step * 2 + chance.random()
        if chance.random() < 0.4:
            published.append((f"p{step}", day - chance.choice([0.1, 8, 13])))
            faults = {"text": chance.choice(["今天天气很好", "身份证号11010519491231002X"])}
            state = chance.choice(["closed", "open"])
            seen = {"observed_at": NOW + days(day), "comments": state} | faults
            events.append(a_post(published[-1][0], NOW + days(published[-1][1]), **seen))
        elif published and chance.random() < 0.6:
            text = chance.choice(["今天天气很好", "身份证号11010519491231002X"])
            events.append(
                a_post(published[-1][0], NOW + days(published[-1][1]), observed_at=NOW + days(day), text=text)
            )
        outcome = chance.choice([Outcome.OK, Outcome.OK, Outcome.BLOCKED, Outcome.TIMEOUT])
        newest = max((NOW + days(time) for _, time in published if time <= day), default=None)
        seen = {"newest_post_at": newest, "post_ids": [post for post, _ in published]} if outcome == "ok" else {}
        events.append(a_probe(NOW + days(day), outcome, name=chance.choice(["青禾发布", "新名"]), **seen))
    return events


@pytest.mark.fault(11)
@pytest.mark.parametrize("seed", range(8))
def test_shuffled_and_tripled_batches_end_in_the_same_findings(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    story = a_story(chance)
    shuffled = story * 3
    chance.shuffle(shuffled)
    ends = []
    for name, batches in (("straight", [story]), ("shuffled", [[event] for event in shuffled])):
        store = open_store(f"sqlite:///{tmp_path}/{name}.db")
        store.accounts.upsert([an_account()], NOW - days(1))
        judge = Analyzer(store)
        for batch in batches:
            judge.judge(batch)
        ends.append(held(store))
        store.close()
    assert ends[0] == ends[1]


def test_a_look_that_arrives_late_takes_back_a_silence(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(1))])
    judge.judge([a_probe(NOW + days(14), newest_post_at=NOW - days(1))])
    assert "silent_account" in rules(store)
    judge.judge([a_probe(NOW + days(13), newest_post_at=NOW + days(12))])
    assert "silent_account" not in rules(store)


def test_a_post_seen_in_passing_ends_a_silence(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(20))])
    assert rules(store) == ["silent_account"]
    judge.judge([a_probe(NOW + days(0.5), covers="item", newest_post_at=NOW - days(20))])
    assert rules(store) == ["silent_account"]
    judge.judge([a_probe(NOW + days(1), covers="item", newest_post_at=NOW + days(0.9))])
    assert rules(store) == []


def test_a_date_far_ahead_does_not_stop_the_clock_whoever_reports_it(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(20))])
    judge.judge([a_probe(NOW + days(1), newest_post_at=NOW + days(9000))])
    assert rules(store) == ["silent_account"]


def test_a_platform_whose_clock_is_minutes_ahead_makes_nobody_silent(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(20))])
    now = NOW + days(1)
    ahead = a_post("ahead", now + timedelta(minutes=3), observed_at=now)
    judge.judge([ahead, a_probe(now, newest_post_at=ahead.published_at)])
    assert rules(store) == []


def test_items_without_a_publish_time_make_nobody_silent(store: Store, judge: Analyzer) -> None:
    undated = a_post("undated", None, observed_at=NOW + days(10))
    judge.judge([a_post("old", NOW - days(20), observed_at=NOW + days(10)), undated])
    judge.judge([a_probe(NOW + days(10), newest_post_at=NOW - days(20), post_ids=["undated", "old"])])
    assert rules(store) == []
    judge.judge([a_probe(NOW + days(24), newest_post_at=NOW - days(20), post_ids=["undated", "old"])])
    assert rules(store) == ["silent_account"]


def test_a_list_of_which_no_item_is_known_yet_makes_nobody_silent(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW + days(30), post_ids=["unknown"])])
    assert rules(store) == []


def test_an_account_filed_as_cancelled_is_accused_of_nothing(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(20))])
    store.accounts.upsert([an_account(status=AccountStatus.CANCELLED)], NOW + days(1))
    judge.tick(NOW + days(1))
    judge.judge([a_probe(NOW + days(2), newest_post_at=NOW - days(20))])
    assert held(store) == set()
    assert resolved(store) == []


def test_a_rule_that_left_the_rulebook_leaves_no_finding(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(20), name="新名")])
    assert rules(store) == ["account_renamed", "silent_account"]
    Analyzer(store, without("account_renamed")).tick(NOW + days(0.1))
    assert rules(store) == ["silent_account"]
    assert resolved(store) == []


def without(rule: str) -> Rulebook:
    book = load_rulebook()
    return book.model_copy(update={"entries": tuple(entry for entry in book.entries if entry.rule != rule)})


def test_a_look_that_shows_no_name_does_not_take_a_renaming_back(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW, name="新名")])
    judge.judge([a_probe(NOW + days(0.1), newest_post_at=NOW)])
    assert rules(store) == ["account_renamed"]
    judge.judge([a_probe(NOW + days(0.2), newest_post_at=NOW, name="青禾发布")])
    assert rules(store) == []


def posts_of(count: int, first_day: float, **fields: object) -> Sequence[Post]:
    at = NOW + days(first_day)
    return [a_post(f"p{first_day}-{n}", at - timedelta(hours=n), observed_at=at, **fields) for n in range(count)]


def test_originality_over_new_year_is_one_finding(store: Store, judge: Analyzer) -> None:
    for day in range(35, 46):
        judge.judge([*posts_of(12, day, kind="repost"), a_probe(NOW + days(day), newest_post_at=NOW + days(day))])
    assert rules(store) == ["originality"]
    assert resolved(store) == []


def test_comments_closed_on_one_post_more_or_less_is_one_finding(store: Store, judge: Analyzer) -> None:
    first = posts_of(8, 1, comments="closed")
    judge.judge([*first, a_probe(NOW + days(1), post_ids=[post.id for post in first])])
    second = posts_of(2, 2, comments="closed")
    listed = [post.id for post in (*second, *first[:6], first[7])]
    judge.judge([*second, a_probe(NOW + days(2), post_ids=listed)])
    late = a_post("late", NOW - days(9), observed_at=NOW + days(2.5), comments="closed")
    judge.judge([late, a_probe(NOW + days(3), post_ids=[*listed[:-1], "late"])])
    assert set(rules(store)) == {"comments_closed", "deleted_post"}
    assert resolved(store) == []


A_LATE_TRUTH: list[Event] = [
    a_probe(NOW, newest_post_at=NOW - days(20), post_ids=["old"]),
    a_post("old", NOW - days(20), observed_at=NOW),
    a_post("hidden", NOW - days(1), observed_at=NOW + timedelta(hours=1)),
    a_probe(NOW + timedelta(hours=1), covers="item", newest_post_at=NOW - days(1), post_ids=["hidden"]),
]


def seen_by_itself(name: str, age: float) -> list[Event]:
    at, published_at = NOW + timedelta(hours=1), NOW - days(age)
    return [a_post(name, published_at, observed_at=at), a_probe(at, covers="item", newest_post_at=published_at)]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_a_list_that_lacked_what_was_out_by_then_accuses_nobody(
    store: Store, judge: Analyzer, order: tuple[int, ...]
) -> None:
    for which in order:
        judge.judge([A_LATE_TRUTH[which]])
    assert rules(store) == ["unverified"]


def test_who_knows_of_it_beforehand_opens_nothing(store: Store, judge: Analyzer) -> None:
    judge.judge(A_LATE_TRUTH[1:])
    judge.judge(A_LATE_TRUTH[:1])
    assert resolved(store) == []


def test_an_item_whose_list_is_still_to_come_says_nothing_of_the_one_before(store: Store, judge: Analyzer) -> None:
    judge.judge(A_LATE_TRUTH[:3])
    assert rules(store) == ["silent_account"]


def test_the_same_item_by_another_name_speaks_against_no_list(store: Store, judge: Analyzer) -> None:
    judge.judge([*A_LATE_TRUTH[:2], *seen_by_itself("by another way", 20)])
    assert rules(store) == ["silent_account"]


def test_what_is_older_than_the_list_reaches_speaks_against_no_list(store: Store, judge: Analyzer) -> None:
    judge.judge([*A_LATE_TRUTH[:2], *seen_by_itself("older", 30)])
    assert rules(store) == ["silent_account"]


def test_the_next_list_is_judged_by_itself(store: Store, judge: Analyzer) -> None:
    judge.judge(A_LATE_TRUTH)
    later = NOW + days(15)
    judge.judge([a_probe(later, newest_post_at=NOW - days(1), post_ids=["hidden", "old"])])
    assert rules(store) == ["silent_account"]


def a_proof() -> Probe:
    return a_probe(NOW, newest_post_at=NOW - days(20), source="export:ab12", evidence_sha256="a" * 64)


def a_withdrawal(proof: Probe, account_id: str = "1001") -> Probe:
    of = {"source": "export:withdrawn", "withdraws": [proof.fingerprint]}
    return a_probe(NOW + days(1), Outcome.OK, covers="item", account_id=account_id, **of)


@pytest.mark.parametrize("withdrawn_first", [False, True])
def test_what_was_withdrawn_accuses_nobody_whichever_comes_first(
    store: Store, judge: Analyzer, withdrawn_first: bool
) -> None:
    events = [a_proof(), a_withdrawal(a_proof())]
    for event in reversed(events) if withdrawn_first else events:
        judge.judge([event])
    assert "silent_account" not in rules(store)
    assert resolved(store) == ([] if withdrawn_first else ["silent_account"])


def test_what_was_proven_before_stands_when_a_later_proof_is_withdrawn(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW - days(1), newest_post_at=NOW - days(20), evidence_sha256="b" * 64)])
    judge.judge([a_proof()])
    judge.judge([a_withdrawal(a_proof())])
    assert "silent_account" in rules(store)


def test_nobody_withdraws_what_was_seen_of_another(store: Store, judge: Analyzer) -> None:
    store.accounts.upsert([an_account("1002")], NOW - days(1))
    judge.judge([a_proof(), a_withdrawal(a_proof(), account_id="1002")])
    judge.judge([a_proof()])
    assert "silent_account" in rules(store)
