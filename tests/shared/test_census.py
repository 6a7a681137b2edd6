"""The numbers that gauges show, the same on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from shared.account import WHOLE_PLATFORM, AccountStatus
from shared.events import FindingStatus, Severity
from shared.standing import Standing
from shared.state import State
from shared.storage.census import NOWHERE, OTHERS, Labels, bounded
from shared.storage.store import Store
from tests.builders import NOW, a_finding, an_account

HOUR = timedelta(hours=1)


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def stand(store: Store, account_id: str, state: State, proved_at: datetime | None = None) -> None:
    account = an_account(account_id, region="青禾县")
    standing = Standing.model_validate({"account": account, "state": state, "why": "某原因", "proved_at": proved_at})
    with store.judgements.judging() as judging:
        judging.stand(standing, NOW, None)


def test_an_empty_store_counts_nothing(store: Store) -> None:
    census = store.counting.census(NOW)
    assert (census.accounts, census.active, census.leases) == ({}, {}, {})


def test_accounts_are_counted_by_where_they_are_and_stand(store: Store) -> None:
    ledger = [an_account("1", region="青禾县"), an_account("2", region=" 青禾县\n"), an_account("3")]
    gone = an_account("4", region="青禾县", status=AccountStatus.CANCELLED)
    store.accounts.upsert([*ledger, gone, an_account("5", region="青禾县")], NOW)
    store.accounts.remove(["weibo/5"], "李", "移交", NOW)
    stand(store, "1", State.OVERDUE)
    assert store.counting.census(NOW).accounts == {
        ("weibo", "青禾县", "overdue"): 1,
        ("weibo", "青禾县", "waiting"): 1,
        ("weibo", NOWHERE, "waiting"): 1,
        ("weibo", "青禾县", "cancelled"): 1,
    }


def test_a_sign_that_a_database_does_not_take_hides_no_account(store: Store) -> None:
    store.accounts.upsert([an_account("1", region="青禾县", remark="甲\0乙"), an_account("2", region="青禾\0县")], NOW)
    counted = store.counting.census(NOW).accounts
    assert counted["weibo", "青禾县", "waiting"] == 1
    assert sum(counted.values()) == 2


def test_no_region_ends_the_quotes_of_a_dashboard(store: Store) -> None:
    store.accounts.upsert([an_account("1", region="青`禾县")], NOW)
    assert list(store.counting.census(NOW).accounts) == [("weibo", "青'禾县", "waiting")]


def test_only_what_was_proved_lately_is_covered_and_a_cancelled_account_is_not_to_be(store: Store) -> None:
    store.accounts.upsert([an_account(name, region="青禾县") for name in "123"], NOW - 50 * HOUR)
    stand(store, "1", State.OK, NOW - 23 * HOUR)
    stand(store, "2", State.OK, NOW - 25 * HOUR)
    stand(store, "3", State.OK, NOW - HOUR)
    store.accounts.upsert([an_account("3", status=AccountStatus.CANCELLED)], NOW)
    census = store.counting.census(NOW)
    assert (census.active, census.proved) == ({("weibo",): 2}, {("weibo",): 1})
    assert census.last_proved == {("weibo",): (NOW - HOUR).timestamp()}


def test_a_platform_is_blocked_while_that_is_held_against_it(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("1", platform="douyin")], NOW)
    whole = a_finding(account_id=WHOLE_PLATFORM, rule="platform_blocked", severity=Severity.UNVERIFIED)
    with store.judgements.judging() as judging:
        judging.open(whole)
        judging.open(a_finding(account_id="1"))
    census = store.counting.census(NOW)
    assert census.blocked == {("weibo",): 1, ("douyin",): 0}
    assert census.findings == {
        ("weibo", "platform_blocked", "unverified"): 1,
        ("weibo", "silent_account", "veto"): 1,
    }
    with store.judgements.judging() as judging:
        judging.close(whole, NOW, FindingStatus.RESOLVED)
    assert store.counting.census(NOW).blocked == {("weibo",): 0, ("douyin",): 0}


def test_a_lease_is_held_until_it_is_over_or_given_back(store: Store) -> None:
    store.leases.take("timer", "one", NOW, HOUR)
    assert store.counting.census(NOW).leases == {("timer",): 1}
    assert store.counting.census(NOW + 2 * HOUR).leases == {("timer",): 0}
    store.leases.release("timer", "one")
    assert store.counting.census(NOW).leases == {("timer",): 0}


def test_what_is_due_and_what_was_written(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    store.reports.claim("weekly", "2026-W46", NOW, HOUR, "other")
    store.reports.record_written("weekly", "2026-W46", NOW)
    census = store.counting.census(NOW)
    assert (census.due, census.reports) == ({("weibo",): 2}, {("weekly",): NOW.timestamp()})


def test_the_smaller_regions_are_one() -> None:
    counts: dict[Labels, int] = {("weibo", f"{number:03}区", "ok"): number for number in range(1, 101)}
    together = bounded(counts, 40)
    assert len(together) == 41
    assert together["weibo", OTHERS, "ok"] == sum(range(1, 61))
    assert sum(together.values()) == sum(counts.values())


def test_of_regions_alike_the_first_by_name_are_kept_whatever_the_order() -> None:
    counts: dict[Labels, int] = {("weibo", region, "ok"): 1 for region in "丙甲乙"}
    assert bounded(counts, 1) == bounded(dict(reversed(counts.items())), 1)
