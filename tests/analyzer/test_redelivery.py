"""Delivered again, cut anywhere, judged by two analyzers in turn: all is as if each event had come once."""

import random
from datetime import datetime
from typing import Any

import pytest

from shared.events import Finding, Outcome, Post, Probe
from shared.state import State
from shared.storage.store import Store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days
from tests.each_store import empty

Event = Post | Probe
KEYS = ("1", "2")
FAULT = "身份证号11010519491231002X"


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def begin_anew(store: Store) -> None:
    empty(store)
    store.accounts.upsert([an_account(key) for key in KEYS], NOW - days(1))


def a_story(chance: random.Random) -> list[list[Event]]:
    """Visits of every kind of outcome, in the order in which they were published, each with its posts."""
    visits: list[list[Event]] = []
    published: dict[str, list[str]] = {key: [] for key in KEYS}
    dates: dict[str, datetime] = {}
    day = 0.0
    for step in range(30):
        day += 1.5 * chance.random()
        key, at = chance.choice(KEYS), NOW + days(day)
        if chance.random() < 0.4:
            published[key].append(f"p{step}")
            dates[f"p{step}"] = at - days(chance.choice([0.1, 3, 8, 13, 15]))
        visit: list[Event] = []
        if published[key] and chance.random() < 0.6:
            item = chance.choice(published[key])
            text = chance.choice(["今天天气很好", FAULT])
            visit.append(a_post(item, dates[item], account_id=key, observed_at=at, text=text))
        visits.append([*visit, a_visit(chance, key, at, published[key], dates)])
    return visits


def a_visit(chance: random.Random, key: str, at: datetime, ids: list[str], dates: dict[str, datetime]) -> Probe:
    failures = [Outcome.BLOCKED, Outcome.TIMEOUT, Outcome.GONE, Outcome.CLOCK]
    outcome = chance.choice([*[Outcome.OK] * 4, *failures])
    seen: dict[str, Any] = {"covers": "profile"} if outcome is Outcome.GONE else {}
    if outcome is Outcome.OK:
        newest = max((dates[item] for item in ids), default=None)
        seen = {"post_ids": ids, "newest_post_at": newest, "name": chance.choice(["青禾发布", "新名"])}
    return a_probe(at, outcome, account_id=key, **seen)


class Outbox:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.told: list[Finding] = []

    def begin_anew(self) -> None:
        untold = self._store.judgements.untold()
        self.told += untold
        self._store.judgements.mark_told(untold)

    def list(self) -> list[tuple[str, str, str, datetime]]:
        return sorted((one.rule, one.fingerprint, str(one.status), one.at) for one in self.told)


def known(store: Store, table: str, *without: str) -> list[dict[str, Any]]:
    columns = [column for column in metadata.tables[table].columns if column.name not in without]
    with store.database.read() as connection:
        rows = [
            dict(row._mapping)
            for row in connection.execute(metadata.tables[table].select().with_only_columns(*columns))
        ]
    return sorted(rows, key=repr)


def everything(store: Store, outbox: Outbox) -> tuple[object, ...]:
    # `at` says up to when a period that is over was brought up to date; nobody is shown it.
    periods = known(store, "standing", "id", "at")
    return known(store, "finding", "id", "body"), periods, outbox.list()


def in_one_clean_pass(store: Store, story: list[list[Event]]) -> tuple[object, ...]:
    begin_anew(store)
    analyzer, outbox = Analyzer(store), Outbox(store)
    for visit in story:
        analyzer.judge(visit)
        outbox.begin_anew()
    return everything(store, outbox)


def with_redelivery(store: Store, story: list[list[Event]], chance: random.Random) -> tuple[object, ...]:
    begin_anew(store)
    analyzers = [Analyzer(store, owner="one"), Analyzer(store, owner="two")]
    outbox, place = Outbox(store), 0
    events = [event for visit in story for event in visit]
    while place < len(events):
        batch = events[place : place + chance.randint(1, 6)]
        chance.choice(analyzers).judge(batch)
        place += len(batch)
        if chance.random() < 0.5:
            outbox.begin_anew()
        if chance.random() < 0.3:
            place = max(0, place - chance.randint(1, 12))
    outbox.begin_anew()
    return everything(store, outbox)


@pytest.mark.fault(11)
@pytest.mark.parametrize("seed", range(2))
def test_redelivery_changes_no_finding_no_standing_and_no_message(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    story = a_story(chance)
    assert with_redelivery(store, story, chance) == in_one_clean_pass(store, story)


def test_an_old_probe_delivered_again_is_not_shown_as_the_present(store: Store) -> None:
    begin_anew(store)
    analyzer = Analyzer(store)
    first = a_probe(NOW, Outcome.BLOCKED, account_id="1")
    analyzer.judge([first, a_probe(NOW + days(0.1), account_id="1", newest_post_at=NOW)])
    before = store.standings.find("weibo/1")
    analyzer.judge([first])
    assert store.standings.find("weibo/1") == before


def test_a_wrong_clocks_probe_that_was_forgotten_is_no_news_when_it_comes_again(store: Store) -> None:
    begin_anew(store)
    analyzer = Analyzer(store)
    wrong = a_probe(NOW + days(300), Outcome.CLOCK, account_id="1")
    analyzer.judge([wrong])
    analyzer.judge([a_probe(NOW, account_id="1", newest_post_at=NOW)])
    before = store.standings.find("weibo/1")
    analyzer.judge([wrong])
    assert store.standings.find("weibo/1") == before
    assert before is not None
    assert before.state is State.OK


def test_an_event_that_comes_after_hundreds_of_later_ones_accuses_nobody(store: Store) -> None:
    begin_anew(store)
    analyzer = Analyzer(store)
    posted = [NOW - days(10) if step < 480 else NOW + days(step / 6 - 1) for step in range(600)]
    analyzer.judge(
        [a_probe(NOW + days(step / 6), account_id="1", newest_post_at=newest) for step, newest in enumerate(posted)]
    )
    store.judgements.mark_told(store.judgements.untold())
    late = a_probe(NOW + days(0.01), account_id="1", newest_post_at=NOW - days(10))
    analyzer.judge([late])
    analyzer.judge([late, a_probe(NOW + days(100), account_id="1", newest_post_at=NOW + days(98))])
    standing = store.standings.find("weibo/1")
    assert standing is not None
    assert (standing.state, store.judgements.untold()) == (State.OK, [])
