"""Standings in the store, the same sentences on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from shared.account import AccountStatus
from shared.events import FindingStatus, Outcome
from shared.standing import Standing
from shared.state import State
from shared.storage.findings import MOST_AT_ONCE
from shared.storage.leases import FOLLOWED
from shared.storage.store import Store
from tests.builders import NOW, a_finding, a_probe, an_account, days

HOUR = timedelta(hours=1)


@pytest.fixture
def store(each_store: Store) -> Store:
    each_store.accounts.upsert([an_account("1"), an_account("2", status=AccountStatus.CANCELLED)], NOW)
    return each_store


def stand(store: Store, state: State, at: datetime, check_at: datetime | None = None, **fields: object) -> None:
    standing = Standing.model_validate({"account": an_account("1"), "state": state, "why": "某原因"} | fields)
    with store.judgements.judging() as judging:
        judging.stand(standing, at, check_at)


def states(store: Store) -> list[State]:
    return [one.state for one in store.standings.current()]


def test_who_was_never_judged_waits_and_who_is_cancelled_is(store: Store) -> None:
    assert states(store) == [State.WAITING, State.CANCELLED]
    assert store.standings.counts() == {("weibo", "waiting"): 1, ("weibo", "cancelled"): 1}


def test_a_period_goes_on_while_nothing_changes_and_ends_with_the_next(store: Store) -> None:
    stand(store, State.OK, NOW + days(1), proved_at=NOW + days(1))
    stand(store, State.OK, NOW + days(2), proved_at=NOW + days(2))
    stand(store, State.OVERDUE, NOW + days(3), proved_at=NOW + days(3))
    first = store.standings.find("weibo/1")
    assert first is not None
    assert (first.state, first.since, first.until) == (State.OVERDUE, NOW + days(3), None)
    past = store.standings.as_of(NOW + days(2.5))[0]
    assert (past.state, past.since, past.until) == (State.OK, NOW + days(1), NOW + days(3))
    assert store.standings.as_of(NOW + days(0.5))[0].state is State.WAITING


def test_what_went_on_later_is_told_as_it_was_known(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_probes([a_probe(NOW + days(1), account_id="1", newest_post_at=NOW)])
        judging.observed.add_probes([a_probe(NOW + days(1.5), Outcome.BLOCKED, account_id="1", reason="平台要求验证")])
        judging.observed.add_probes([a_probe(NOW + days(2), account_id="1", newest_post_at=NOW + days(1.9))])
    stand(store, State.OK, NOW + days(1), proved_at=NOW + days(1))
    stand(store, State.OK, NOW + days(2), proved_at=NOW + days(2), newest_post_at=NOW + days(1.9))
    past = store.standings.as_of(NOW + days(1.6))[0]
    assert (past.newest_post_at, past.proved_at, past.probed_at) == (NOW, NOW + days(1), NOW + days(1.5))
    assert (past.outcome, past.reason) == (Outcome.BLOCKED, "平台要求验证")


def test_a_standing_carries_what_is_held_against_the_account_gravest_first(store: Store) -> None:
    grave = a_finding(account_id="1", at=NOW + days(1), state=State.OVERDUE)
    light = a_finding("p2", NOW + days(1), account_id="1", rule="commercial_ad", severity="deduction")
    with store.judgements.judging() as judging:
        judging.open(light)
        judging.open(grave)
    stand(store, State.OVERDUE, NOW + days(1))
    assert store.standings.current()[0].findings == (grave, light)
    assert store.standings.current()[0].silence == grave
    with store.judgements.judging() as judging:
        judging.close(grave, NOW + days(2), FindingStatus.RESOLVED)
    assert store.standings.current()[0].findings == (light,)
    assert store.standings.as_of(NOW + days(1.5))[0].findings == (grave, light)


def test_the_ledger_of_the_moment_is_shown_with_its_standings(store: Store) -> None:
    stand(store, State.OK, NOW + days(1))
    store.accounts.upsert([an_account("1", name="新名"), an_account("3")], NOW + days(2))
    assert [one.account.name for one in store.standings.as_of(NOW + days(1))] == ["青禾发布", "青禾发布"]
    assert [(one.account.name, one.state) for one in store.standings.current()] == [
        ("新名", State.OK),
        ("青禾发布", State.CANCELLED),
        ("青禾发布", State.WAITING),
    ]


def test_one_after_the_other_they_are_the_same_where_there_is_something_to_tell(store: Store) -> None:
    count = MOST_AT_ONCE + 10
    store.accounts.upsert([an_account(f"n{number}") for number in range(count)], NOW)
    findings = [a_finding(str(part), NOW + days(part), account_id=f"n{3 * part}") for part in (1, 2, 170)]
    with store.judgements.judging() as judging:
        for finding in findings:
            judging.open(finding)
        judging.close(findings[0], NOW + days(3), FindingStatus.RESOLVED)
    stand(store, State.OVERDUE, NOW + days(1))
    for moment in (NOW, NOW + days(1), NOW + days(2.5), NOW + days(3), NOW + days(200)):
        all_of_them = store.standings.as_of(moment)
        each = [*store.standings.each_as_of(moment)]
        assert [(one.state, one.unit) for one in each] == [(one.state, one.account.unit) for one in all_of_them]
        assert all(stood.standing in (None, one) for stood, one in zip(each, all_of_them, strict=True))
        assert [one.account.key for one, stood in zip(all_of_them, each, strict=True) if stood.standing is None] == [
            one.account.key for one in all_of_them if one.state in (State.CANCELLED, State.OK) and not one.findings
        ]
    assert len(store.standings.as_of(NOW)) > MOST_AT_ONCE


def follow(store: Store) -> None:
    """As the timer does when it has written the standings of a changed ledger."""
    store.leases.set_mark(FOLLOWED, str(max(number for number, _ in store.accounts.changed_after(0, 1000))))


def test_accounts_are_counted_as_they_stand_before_and_after_the_timer_followed_the_ledger(store: Store) -> None:
    store.accounts.upsert([an_account("3"), an_account("4"), an_account("9", platform="douyin")], NOW)
    stand(store, State.OVERDUE, NOW + days(1))
    stand(store, State.OK, NOW + days(1), account=an_account("3"))
    stand(store, State.CANCELLED, NOW + days(1), account=an_account("2"))
    late = {("weibo", "overdue"): 1, ("weibo", "ok"): 1, ("weibo", "waiting"): 1, ("weibo", "cancelled"): 1}
    assert store.standings.counts() == late | {("douyin", "waiting"): 1}
    for number, platform in (("4", "weibo"), ("9", "douyin")):
        stand(store, State.WAITING, NOW + days(1), account=an_account(number, platform=platform))
    assert store.standings.counts() == late | {("douyin", "waiting"): 1}
    follow(store)
    assert store.standings.counts() == late | {("douyin", "waiting"): 1}


def test_who_was_cancelled_a_moment_ago_is_counted_and_shown_as_cancelled(store: Store) -> None:
    stand(store, State.OVERDUE, NOW + days(1))
    stand(store, State.CANCELLED, NOW + days(1), account=an_account("2"))
    follow(store)
    store.accounts.upsert([an_account("1", status=AccountStatus.CANCELLED), an_account("3")], NOW + days(2))
    assert store.standings.counts() == {("weibo", "cancelled"): 2, ("weibo", "waiting"): 1}
    shown = [(one.account.id, one.state) for one in store.standings.gravest(10)]
    assert shown == [("3", State.WAITING), ("1", State.CANCELLED), ("2", State.CANCELLED)]


def test_the_gravest_are_shown_first_and_as_many_as_there_is_room_for(store: Store) -> None:
    by_account = {"1": State.OK, "3": State.NEAR, "4": State.ZOMBIE, "5": State.ZOMBIE, "6": State.UNVERIFIED}
    store.accounts.upsert([an_account(own) for own in (*by_account, "7")], NOW)
    for own, state in by_account.items():
        stand(store, state, NOW + days(1), account=an_account(own))
    order = ["4", "5", "3", "6", "7", "1", "2"]
    for room in range(len(order) + 1):
        assert [one.account.id for one in store.standings.gravest(room)] == order[:room]


def test_what_the_timer_should_have_asked_again_and_did_not_accuses_nobody(store: Store) -> None:
    finding = a_finding(account_id="1", at=NOW + days(1), state=State.OVERDUE)
    with store.judgements.judging() as judging:
        judging.open(finding)
    stand(store, State.OVERDUE, NOW + days(1), check_at=NOW + days(3), proved_at=NOW + days(1), findings=(finding,))
    asked_in_time = store.standings.as_of(NOW + days(3) + HOUR)[0]
    assert (asked_in_time.state, asked_in_time.silence) == (State.OVERDUE, finding)
    late = store.standings.as_of(NOW + days(3.1))[0]
    assert (late.state, late.why, late.since, late.silence) == (State.UNVERIFIED, "分析未进行", NOW + days(3), None)
    (first, *_) = store.standings.each_as_of(NOW + days(3.1))
    assert first == (State.UNVERIFIED, late.account.unit, late)


def test_once_the_timer_has_asked_its_answer_is_told_of_that_time_too(store: Store) -> None:
    stand(store, State.OVERDUE, NOW + days(1), check_at=NOW + days(3))
    stand(store, State.UNVERIFIED, NOW + days(3), why="采集未进行")
    assert store.standings.as_of(NOW + days(2))[0].state is State.OVERDUE
    past = store.standings.as_of(NOW + days(4))[0]
    assert (past.state, past.why, past.since) == (State.UNVERIFIED, "采集未进行", NOW + days(3))
