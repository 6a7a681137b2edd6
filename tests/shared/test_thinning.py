"""Old rows go, and a list of a past day is the same."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from services.analyzer.retention import Retention
from shared.errors import TransientError
from shared.events import Outcome
from shared.storage.sketches import SKETCHES
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days
from tests.each_store import empty

MONDAY = NOW + timedelta(days=1, hours=12)
"""Midnight between Sunday and Monday in Beijing."""


@pytest.fixture
def store(each_store: Store) -> Store:
    each_store.accounts.upsert([an_account(str(number)) for number in range(60)], NOW - days(1))
    return each_store


def count(store: Store, table: str) -> int:
    with store.database.read() as connection:
        return len(connection.execute(metadata.tables[table].select()).all())


def observe_at(store: Store, moment: datetime, key: str = "1") -> None:
    """The account is still watched, and that proves what time it is."""
    Analyzer(store).judge([a_probe(moment, account_id=key)])


def test_a_clock_a_year_ahead_destroys_nothing(store: Store) -> None:
    Analyzer(store).judge([a_probe(NOW + timedelta(hours=step), account_id="1") for step in range(48)])
    states = ["open", "closed", "open", "closed"]
    Analyzer(store).judge(
        [a_post(account_id="1", observed_at=NOW + days(day / 3), comments=state) for day, state in enumerate(states)]
    )
    Analyzer(store).judge([a_probe(NOW + days(400), Outcome.CLOCK, account_id="1")])
    assert Retention(store.thinning, store.leases, days(30)).prune(NOW + days(400)) == 0


def test_what_has_been_thinned_for_years_does_not_keep_the_rest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.storage.thinning._MOST_ROWS", 40)
    retention = Retention(store.thinning, store.leases, days(30))
    for week in range(12):
        day = NOW + days(7 * week)
        times = [day + timedelta(hours=step) for step in range(12)]
        Analyzer(store).judge([a_probe(moment, account_id="1") for moment in times])
        Analyzer(store).judge([a_post(account_id="1", observed_at=moment, title=str(moment)) for moment in times])
        observe_at(store, day + days(31))
        retention.prune(day + days(31))
        retention.prune(day + days(31))
    kept_a_week, kept_in_all = 5, 12
    assert count(store, "probe") <= 12 * kept_a_week
    assert count(store, "post") <= kept_in_all + 12


def test_probes_are_thinned_to_what_proves_and_past_lists_stay_the_same(store: Store) -> None:
    outcomes = [Outcome.OK, Outcome.TIMEOUT, Outcome.OK, Outcome.OK]
    probes = [
        a_probe(NOW + timedelta(hours=step), outcomes[step % 4], account_id="1", newest_post_at=NOW - days(20))
        for step in range(72)
    ]
    Analyzer(store).judge(probes)
    observe_at(store, NOW + days(100))
    before = [store.standings.as_of(MONDAY + days(day)) for day in (0, 1)]
    gone = Retention(store.thinning, store.leases, days(90)).prune(NOW + days(100))
    assert (gone, count(store, "probe")) == (72 - 4 * 4, 4 * 4 + 1)
    assert [store.standings.as_of(MONDAY + days(day)) for day in (0, 1)] == before


def test_what_is_young_stays(store: Store) -> None:
    Analyzer(store).judge([a_probe(NOW + timedelta(hours=step), account_id="1") for step in range(9)])
    assert Retention(store.thinning, store.leases, days(90)).prune(NOW + days(80)) == 0


def test_of_the_sightings_of_an_item_the_first_and_the_last_stay(store: Store) -> None:
    states = ["open", "closed", "open", "closed"]
    Analyzer(store).judge(
        [a_post(account_id="1", observed_at=NOW + days(day), comments=state) for day, state in enumerate(states)]
    )
    observe_at(store, NOW + days(100))
    Retention(store.thinning, store.leases, days(90)).prune(NOW + days(100))
    assert count(store, "post") == 2


def test_the_accounts_take_turns(store: Store) -> None:
    Analyzer(store).judge([a_probe(NOW + timedelta(minutes=step), account_id="9") for step in range(5)])
    observe_at(store, NOW + days(100), "9")
    retention = Retention(store.thinning, store.leases, days(90))
    assert [retention.prune(NOW + days(100)) for _ in range(3)] == [0, 3, 0]


def test_a_clock_that_differs_from_the_databases_judges_nobody(store: Store) -> None:
    if store.database.engine.dialect.name == "sqlite":
        store.database.check_clock(NOW + days(999))
        return
    with pytest.raises(TransientError, match="校准时间"):
        store.database.check_clock(NOW + days(999))


def test_a_remark_made_under_a_clock_that_was_ahead_does_not_hide_the_next(store: Store) -> None:
    store.notes.add("rulebook", "old", NOW)
    store.notes.add("rulebook", "new", NOW + days(365))
    assert store.notes.add("rulebook", "new", NOW + days(1))
    assert store.notes.as_of("rulebook", NOW + days(2)) == "new"
    assert not store.notes.add("rulebook", "new", NOW + days(2))


def is_awaited(store: Store) -> bool:
    """Somebody waits for an account, or for the sketches, to be let go."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with store.database.read() as connection:
        return bool(connection.execute(waiting).scalar())


@pytest.mark.parametrize("name", [an_account("1").key, SKETCHES])
def test_nobody_thins_what_another_is_judging_or_comparing(postgres_url: str, name: str) -> None:
    with closing(open_store(postgres_url)) as store, ThreadPoolExecutor(1) as apart:
        empty(store)
        store.accounts.upsert([an_account("1")], NOW - days(1))
        retention = Retention(store.thinning, store.leases, days(90))
        with store.judgements.judging() as judging:
            judging.serialise(name)
            thinned = apart.submit(retention.prune, NOW)
            while not thinned.done() and not is_awaited(store):
                pass
            assert not thinned.done()
        assert thinned.result(60) == 0
