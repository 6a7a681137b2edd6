"""The collector's rows, the same sentences on SQLite and PostgreSQL."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.account import Account, AccountStatus
from shared.storage.published import MOST_PER_ACCOUNT, Published
from shared.storage.store import Store, open_store
from shared.storage.visits import Due, Rest
from tests.builders import NOW, an_account, days

LEASE = timedelta(minutes=2)


def pace_of(account: Account) -> str:
    """By host where there is an address, else one for the platform."""
    return f"{account.platform}:{account.url}" if account.url else account.platform


def lease(store: Store, owner: str = "a", now: datetime = NOW, platform: str = "weibo") -> Due | None:
    return store.visits.lease_due(platform, owner, now, LEASE, pace_of)


def leased(store: Store, owner: str = "a", now: datetime = NOW, platform: str = "weibo") -> Due:
    due = lease(store, owner, now, platform)
    assert due is not None
    return due


def rest(store: Store, due: Due, now: datetime = NOW, **more: object) -> None:
    store.visits.rest(due, replace(Rest(now, now), **more))  # type: ignore[arg-type]


def published(digest: str = "digest", shown_at: datetime = NOW) -> Published:
    return Published(digest, None, False, shown_at)


def test_a_platform_is_visited_by_one_at_a_time(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    first = leased(store, "a")
    assert first.account.id == "1"
    assert lease(store, "b") is None
    rest(store, first)
    assert leased(store, "b").account.id == "2"


def test_platforms_do_not_wait_for_each_other(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("1", platform="douyin")], NOW)
    assert leased(store, "a").account.platform == "weibo"
    assert leased(store, "b", platform="douyin").account.platform == "douyin"


def test_what_was_leased_unheard_is_given_back_and_nobody_elses(store: Store) -> None:
    feeds = [an_account(number, platform="feed", url=host) for number, host in (("1", "a"), ("2", "b"), ("3", "c"))]
    store.accounts.upsert(feeds, NOW)
    unheard, of_another = leased(store, "a", platform="feed"), leased(store, "b", platform="feed")
    store.visits.give_back_unknown("feed", "a", NOW)
    again = [leased(store, "c", platform="feed") for _ in range(2)]
    assert {due.account.id for due in again} == {"1", "2", "3"} - {of_another.account.id}
    assert next(due for due in again if due.account == unheard.account).attempts == 0
    assert lease(store, "c", platform="feed") is None


def test_hosts_of_one_platform_do_not_wait_for_each_other(store: Store) -> None:
    feeds = [an_account(number, platform="feed", url=host) for number, host in (("1", "a"), ("2", "a"), ("3", "b"))]
    store.accounts.upsert(feeds, NOW)
    first, second = leased(store, platform="feed"), leased(store, platform="feed")
    assert [first.account.id, second.account.id] == ["1", "3"]
    assert lease(store, platform="feed") is None
    rest(store, first, paused_until=NOW + days(1))
    rest(store, second)
    store.visits.record(second, NOW + days(9), {})
    assert lease(store, platform="feed") is None
    assert leased(store, now=NOW + days(1), platform="feed").account.id == "2"


def test_an_account_that_moves_to_another_host_keeps_that_hosts_pace(store: Store) -> None:
    store.accounts.upsert([an_account("1", platform="feed", url="a")], NOW)
    rest(store, leased(store, platform="feed"), paused_until=NOW + days(1))
    store.accounts.upsert([an_account("1", platform="feed", url="b")], NOW)
    assert leased(store, now=NOW + LEASE, platform="feed").pace_key == "feed:b"


def test_a_row_that_kills_its_collector_moves_to_the_back_and_comes_ever_later(store: Store) -> None:
    store.accounts.upsert([an_account("killer")], NOW - days(1))
    store.accounts.upsert([an_account("other")], NOW)
    assert leased(store).account.id == "killer"
    assert leased(store, "b", NOW + LEASE).account.id == "other"
    now, gaps = NOW + 2 * LEASE, []
    for attempts in range(1, 60):
        due = lease(store, "c", now)
        began = now
        while due is None or due.account.id == "other":
            if due is not None:
                store.visits.record(due, now + days(900), {})
                rest(store, due, now)
            now += LEASE
            due = lease(store, "c", now)
        assert due.attempts == attempts
        gaps.append(now - began)
        now += LEASE
        if attempts > 11:
            break
    assert gaps[:3] < gaps[3:6]
    assert max(gaps) <= timedelta(hours=12)


def test_a_visit_that_could_not_begin_is_due_as_before(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    due = leased(store)
    store.visits.give_back(due, NOW + timedelta(seconds=30))
    assert lease(store) is None
    again = leased(store, now=NOW + timedelta(seconds=30))
    assert (again.attempts, again.planned_at) == (0, NOW)


def test_a_lease_may_be_renewed(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    store.visits.renew(leased(store), NOW + 2 * LEASE)
    assert lease(store, "b", NOW + LEASE) is None
    assert lease(store, "b", NOW + 2 * LEASE) is not None


def test_a_visit_is_remembered_and_not_due_until_its_time(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    due = leased(store)
    rest(store, due)
    store.visits.record(replace(due, failures=10**9, last_at=NOW), NOW + days(1), {"p1": published()})
    assert lease(store, now=NOW + days(1) - LEASE) is None
    assert leased(store, now=NOW + days(1)).failures == 10**9
    assert store.visits.published("weibo/1", ["p1", "p2"]) == {"p1": published()}
    assert store.visits.published("weibo/2", ["p1"]) == {}


def test_a_pause_is_not_erased_by_a_success_that_began_before(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    slow = leased(store, "slow")
    blocked = leased(store, "quick", NOW + LEASE)
    rest(store, blocked, NOW + LEASE, paused_until=NOW + days(1), blocks=1)
    rest(store, slow, NOW + 2 * LEASE)
    assert lease(store, now=NOW + days(1) - LEASE) is None
    assert leased(store, now=NOW + days(1)).blocks == 1


def test_who_lost_the_lease_frees_nothing_but_its_block_counts(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2"), an_account("3")], NOW)
    slow = leased(store, "slow")
    quick = leased(store, "quick", NOW + LEASE)
    rest(store, slow, NOW + LEASE, paused_until=NOW + days(1), blocks=1)
    assert lease(store, "third", NOW + LEASE) is None
    rest(store, quick, NOW + LEASE)
    assert lease(store, "third", NOW + days(1) - LEASE) is None


def test_a_cancelled_account_is_not_visited_and_one_that_came_back_is(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2", status=AccountStatus.CLOSING)], NOW)
    store.accounts.upsert([an_account("1", status=AccountStatus.CANCELLED)], NOW)
    due = leased(store)
    assert due.account.id == "2"
    rest(store, due)
    assert lease(store) is None
    store.accounts.upsert([an_account("1")], NOW)
    assert leased(store).account.id == "1"


def test_what_was_planned_under_a_clock_that_ran_ahead_is_due_when_it_is_right(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    due = leased(store, now=NOW + days(150))
    rest(store, due, NOW + days(150), paused_until=NOW + days(151))
    store.visits.record(replace(due, last_at=NOW + days(150)), NOW + days(150), {})
    assert lease(store) is None
    store.visits.mend_plans(NOW)
    assert leased(store).last_at is None


def test_what_was_visited_minutes_ahead_may_be_visited_when_the_clock_is_right(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    ahead = NOW + timedelta(minutes=6)
    due = leased(store, now=ahead)
    rest(store, due, ahead)
    store.visits.record(replace(due, last_at=ahead), ahead, {})
    assert lease(store) is None
    store.visits.mend_plans(NOW)
    assert leased(store).last_at is None


def test_a_plan_of_the_right_clock_is_not_mended(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    due = leased(store)
    rest(store, due, paused_until=NOW + days(1))
    store.visits.record(replace(due, last_at=NOW), NOW + days(1), {})
    store.visits.mend_plans(NOW)
    assert lease(store) is None
    assert lease(store, now=NOW + days(1)) is not None


def test_it_waits_for_the_unvisited_unless_a_pause_is_too_long(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    assert store.visits.is_waiting(NOW, NOW)
    due = leased(store)
    rest(store, due, paused_until=NOW + days(1))
    assert not store.visits.is_waiting(NOW, NOW + LEASE)
    assert store.visits.is_waiting(NOW, NOW + days(1))
    store.visits.record(replace(due, last_at=NOW), NOW + days(1), {})
    assert not store.visits.is_waiting(NOW, NOW + days(1))


def test_platforms_without_a_plug_in_are_named(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("1", platform="kuaishou")], NOW)
    assert store.visits.platforms_besides(["weibo"]) == ["kuaishou"]


def test_leases_of_the_dead_are_freed_and_pauses_stay(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2"), an_account("1", platform="douyin")], NOW)
    leased(store, "dead")
    rest(store, leased(store, "dead", platform="douyin"), paused_until=NOW + days(1))
    assert store.visits.owners() == ["dead"]
    store.visits.free_leases(["dead"], NOW)
    assert leased(store, "b").account.id == "2"
    assert lease(store, "b", NOW + LEASE, "douyin") is None


def test_the_clocks_of_platforms_are_remembered_as_they_last_told(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    rest(store, leased(store), clock_offset=timedelta(minutes=-7))
    assert store.visits.clock_offsets() == {"weibo": timedelta(minutes=-7)}
    rest(store, leased(store))
    assert store.visits.clock_offsets() == {"weibo": timedelta(minutes=-7)}


def test_the_database_tells_its_own_clock(store: Store) -> None:
    moment = store.visits.database_now()
    assert (moment is None) == (store.database.engine.dialect.name == "sqlite")
    assert moment is None or moment.utcoffset() == timedelta()


def test_what_is_long_unshown_is_forgotten_and_what_is_shown_stays_however_much(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    due = leased(store)
    old = {f"old{number}": published(shown_at=NOW - days(401)) for number in range(3)}
    many = {f"now{number}": published() for number in range(MOST_PER_ACCOUNT + 50)}
    lately = {f"lately{number}": published(shown_at=NOW - days(30)) for number in range(5)}
    store.visits.record(due, NOW + days(1), old)
    store.visits.record(due, NOW + days(1), lately)
    store.visits.record(due, NOW + days(1), many)
    assert store.visits.published("weibo/1", [*old, *lately]) == {}
    assert len(store.visits.published("weibo/1", list(many))) == len(many)


def _busy_collector(url: str, owner: str) -> list[str]:
    """Leases and rests until nothing is due; who was visited, and that nobody else held the pace meanwhile."""
    visits = []
    with closing(open_store(url)) as store:
        idle = 0
        while idle < 400:
            due = lease(store, owner)
            if due is None:
                idle += 1
                continue
            idle = 0
            with store.database.begin() as connection:
                taken = connection.exec_driver_sql("SELECT leased_by FROM pace WHERE key = 'weibo'").scalar()
            assert taken == owner
            store.visits.record(due, NOW + days(1), {})
            rest(store, due)
            visits.append(due.account.id)
    return visits


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_two_collectors_visit_every_account_once_and_never_at_once(store: Store, store_url: str, kind: str) -> None:
    accounts = [an_account(str(number)) for number in range(40)]
    store.accounts.upsert(accounts, NOW)
    pool = (
        ThreadPoolExecutor(2)
        if kind == "threads"
        else ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    )
    with pool:
        shares = [future.result() for future in [pool.submit(_busy_collector, store_url, name) for name in "ab"]]
    assert sorted(shares[0] + shares[1]) == sorted(account.id for account in accounts)


def test_one_whose_visit_ended_after_all_were_asked_for_is_asked_for_again(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    begun = leased(store)
    asked = NOW + timedelta(seconds=10)
    store.visits.make_all_due(asked)
    visit(store, begun, NOW)
    assert store.visits.is_waiting(asked, asked)
    store.visits.ask_again(asked, asked)
    for _ in range(2):
        visit(store, leased(store, now=asked), asked)
    assert not store.visits.is_waiting(asked, asked)


def visit(store: Store, due: Due, now: datetime) -> None:
    store.visits.record(replace(due, last_at=now), now + days(1), {})
    rest(store, due, now)


def test_who_is_being_visited_is_not_asked_for_meanwhile(store: Store) -> None:
    store.accounts.upsert([an_account("1", platform="feed", url="a"), an_account("2", platform="feed", url="b")], NOW)
    leased(store, platform="feed")
    store.visits.ask_again(NOW, NOW)
    assert leased(store, "b", platform="feed").account.id == "2"
    assert lease(store, "c", platform="feed") is None
