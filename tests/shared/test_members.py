"""Who is not heard of loses what he holds, and his late words change nothing."""

from datetime import datetime, timedelta

import pytest

from shared.account import Account
from shared.delivery import Notice
from shared.storage.store import Store
from shared.storage.visits import Due, Rest
from tests.builders import NOW, an_account

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
FROZEN, OTHER = "host-1-aa", "host-2-bb"


@pytest.fixture
def now(store: Store) -> datetime:
    """A server goes by its own clock, whatever ours says."""
    return store.visits.database_now() or NOW


def pace_of(account: Account) -> str:
    return account.platform


def lease(store: Store, owner: str, now: datetime) -> Due | None:
    return store.visits.lease_due("weibo", owner, now, HOUR, pace_of)


def test_a_killed_collector_s_account_is_visited_by_another_at_once(store: Store, now: datetime) -> None:
    store.accounts.upsert([an_account()], now - SECOND)
    store.members.renew(FROZEN, now - HOUR, timedelta(0))
    assert lease(store, f"{FROZEN}.1", now)
    assert lease(store, f"{OTHER}.1", now + SECOND) is None
    assert store.members.free_gone(now) == [FROZEN]
    again = lease(store, f"{OTHER}.1", now + SECOND)
    assert again
    assert again.attempts == 1


def test_who_lives_keeps_what_it_holds(store: Store, now: datetime) -> None:
    store.accounts.upsert([an_account()], now - SECOND)
    store.members.renew(FROZEN, now, HOUR)
    assert lease(store, f"{FROZEN}.1", now)
    assert store.members.free_gone(now) == []
    assert lease(store, f"{OTHER}.1", now + SECOND) is None
    store.members.leave(FROZEN, now)
    assert lease(store, f"{OTHER}.1", now + SECOND)


def test_a_name_that_only_begins_alike_keeps_what_it_holds(store: Store, now: datetime) -> None:
    store.accounts.upsert([an_account()], now - SECOND)
    assert lease(store, "host_1-aa.1", now)
    for name in ("host_1-a", "host%", "hostx1-aa"):
        store.members.leave(name, now)
    assert lease(store, f"{OTHER}.1", now + SECOND) is None


def test_a_row_at_which_collectors_end_again_and_again_comes_ever_later(store: Store, now: datetime) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], now - SECOND)
    ends: list[str] = []
    for number in range(4):
        name = f"host-{number}-cc"
        due = lease(store, f"{name}.1", now + number * SECOND)
        assert due is not None
        ends.append(due.account.id)
        store.members.leave(name, now + number * SECOND)
    assert sorted(ends) == ["1", "1", "2", "2"]
    assert lease(store, f"{OTHER}.1", now + 10 * SECOND) is None


def test_a_thawed_collector_moves_no_plan_that_is_another_s(store: Store, now: datetime) -> None:
    store.accounts.upsert([an_account()], now - SECOND)
    frozen = lease(store, f"{FROZEN}.1", now)
    store.members.leave(FROZEN, now)
    other = lease(store, f"{OTHER}.1", now + SECOND)
    assert frozen
    assert other
    store.visits.renew(frozen, now + 9 * HOUR)
    store.visits.give_back(frozen, now)
    store.visits.rest(frozen, Rest(now, now))
    store.visits.record(frozen, now, {})
    assert store.visits.owners() == [f"{OTHER}.1"]
    assert lease(store, "host-3-dd.1", now + SECOND) is None


def test_what_a_killed_reporter_and_alerter_held_is_free(store: Store, now: datetime) -> None:
    assert store.reports.claim("weekly", "2026-W47", now, HOUR, f"{FROZEN}.1")
    store.notices.post(Notice(kind="dead", subject="hook", text="", since=now))
    assert store.notices.claim(now, HOUR, f"{FROZEN}.2/hook/0", "")
    assert store.leases.take("timer", f"{FROZEN}.3", now, HOUR)
    store.members.leave(FROZEN, now)
    assert store.reports.claim("weekly", "2026-W47", now, HOUR, f"{OTHER}.1")
    assert store.notices.claim(now, HOUR, f"{OTHER}.2/hook/0", "")
    assert store.leases.take("timer", f"{OTHER}.3", now, HOUR)


def test_a_thawed_reporter_takes_nothing_from_who_writes_now(store: Store, now: datetime) -> None:
    store.reports.claim("weekly", "2026-W47", now, HOUR, f"{FROZEN}.1")
    store.members.leave(FROZEN, now)
    store.reports.claim("weekly", "2026-W47", now, HOUR, f"{OTHER}.1")
    store.reports.give_back("weekly", "2026-W47", f"{FROZEN}.1")
    assert not store.reports.claim("weekly", "2026-W47", now, HOUR, "host-3-dd.1")
