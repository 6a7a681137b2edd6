"""However many events and accounts come at once, all is as if they had come one after the other."""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby
from typing import Any

import pytest
import structlog

from services.analyzer.objection import History, Objection
from services.analyzer.rules.account_renamed import AccountRenamed
from shared.events import Outcome, Post, Probe
from shared.storage import observations
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

Event = Post | Probe
Batches = Sequence[Sequence[Event]]
Rows = list[dict[str, Any]]
FAR = NOW + days(4000)
KEYS = ("1", "2", "3", "4", "5")
FAULT = "身份证号11010519491231002X"
SHORT = ("今天天气很好", "欢迎收看")
LONG = (
    "县政府今天召开常务会议研究部署下一阶段重点工作任务并听取各部门负责同志关于前期工作情况的汇报",
    "会议强调各乡镇要切实提高政治站位压实主体责任把防汛抗旱各项措施落到实处确保人民群众生命财产安全",
    "市场监管部门将持续加大对食品药品安全的监管力度严厉打击各类违法违规行为切实维护消费者合法权益",
)


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


@pytest.fixture(autouse=True)
def no_logs() -> None:
    """A traceback for each refusal takes longer than all the rest."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(params=["fine", "poison", "rule"])
def trouble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database refuses an event wherever it comes; a rule raises over one account."""
    row_of, check = observations._post_row, AccountRenamed.check_probe

    def refused_row(post: Post) -> dict[str, Any]:
        return row_of(post) | ({"fingerprint": None} if post.title == "坏" else {})

    def break_down(self: AccountRenamed, probe: Probe, history: History) -> Iterator[Objection]:
        if probe.account_id == "3":
            raise ZeroDivisionError("by zero")
        return check(self, probe, history)

    if request.param == "poison":
        monkeypatch.setattr(observations, "_post_row", refused_row)
    if request.param == "rule":
        monkeypatch.setattr(AccountRenamed, "check_probe", break_down)
    return str(request.param)


def a_story(chance: random.Random, texts: Sequence[str] = SHORT) -> list[list[Event]]:
    """Visits in order of time, each with its posts: faults that go and return, dates and clocks ahead."""
    story: list[list[Event]] = []
    items: dict[str, list[Post]] = {key: [] for key in KEYS}
    day = 0.0
    for number in range(40):
        day += 0.001 + chance.choice([0, 0.01, 0.3, 3]) * chance.random()
        key, at = chance.choice(KEYS), NOW + days(round(day, 6))
        if chance.random() < 0.5:
            published_at = chance.choice([None, *(at - days(back) for back in (0.1, 3, 13, 31, -9))])
            text = "".join(chance.sample(texts, 2)) + chance.choice(["", FAULT])
            items[key].append(a_post(f"p{number}", published_at, account_id=key, text=text))
        visit: list[Event] = []
        for post in chance.sample(items[key], min(len(items[key]), 2)):
            faults = {"kind": chance.choice(["original", "repost"]), "comments": chance.choice(["open", "closed"])}
            title = "坏" if key == "2" and chance.random() < 0.3 else "青禾要闻"
            visit.append(a_post(**_of(post) | faults | {"observed_at": at, "title": title}))
        story.append([*visit, a_visit(chance, key, items[key], at)])
    return story


def _of(post: Post) -> dict[str, Any]:
    return {"post_id": post.id, "published_at": post.published_at, "account_id": post.account_id, "text": post.text}


def a_visit(chance: random.Random, key: str, items: Sequence[Post], at: Any) -> Probe:
    outcome = chance.choice([*[Outcome.OK] * 5, Outcome.BLOCKED, Outcome.TIMEOUT, Outcome.GONE, Outcome.CLOCK])
    shown: dict[str, Any] = {}
    if outcome is Outcome.OK:
        listed = items if chance.random() < 0.7 else items[1:]
        newest = max((post.published_at for post in listed if post.published_at), default=None)
        name = chance.choice(["青禾发布", "新名", None])
        shown = {"post_ids": [post.id for post in listed], "newest_post_at": newest, "name": name}
    if outcome is Outcome.GONE:
        shown = {"covers": "profile"}
    return a_probe(at, outcome, account_id=key, **shown)


def rows(store: Store, table: str, *without: str) -> Rows:
    columns = [column for column in metadata.tables[table].columns if column.name not in ("id", *without)]
    asked = metadata.tables[table].select().with_only_columns(*columns)
    with store.database.read() as connection:
        return sorted((dict(row._mapping) for row in connection.execute(asked)), key=repr)


def judged(
    store: Store, batches: Batches, judge: Callable[[Analyzer, Sequence[Event]], list[str]]
) -> dict[str, object]:
    """All that is there after the batches: rows, outbox, counts, refused."""
    with store.database.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    store.accounts.upsert([an_account(key, unit=f"单位{key}") for key in KEYS[:-1]], NOW - days(1))
    analyzer = Analyzer(store)
    refused = [one for batch in batches for one in judge(analyzer, batch)]
    told = sorted((one.fingerprint, str(one.status), one.at) for one in store.judgements.untold())
    lines = analyzer.metrics.render().decode().splitlines()
    counted = sorted(line for line in lines if "findings_total{" in line)
    # `at` says up to when a period that is over was brought up to date; nobody is shown it.
    kept = {table: rows(store, table, "open_trace", "close_trace") for table in ("finding", "post", "probe", "sketch")}
    return {
        **kept,
        "standing": rows(store, "standing", "at"),
        "told": told,
        "counted": counted,
        "refused": sorted(refused),
    }


def at_once(analyzer: Analyzer, batch: Sequence[Event]) -> list[str]:
    return [f"{one.event.key} {one.event.fingerprint} {one.event.occurred_at}" for one in analyzer.judge(batch)]


def by_account(analyzer: Analyzer, batch: Sequence[Event]) -> list[str]:
    own = groupby(sorted(batch, key=lambda event: event.key), key=lambda event: event.key)
    return [one for _, events in own for one in at_once(analyzer, list(events))]


def cut(events: Sequence[Any], size: int) -> list[Any]:
    return [events[place : place + size] for place in range(0, len(events), size)]


def test_ten_visits_or_all_of_them_at_once_end_as_one_by_one(store: Store, trouble: str) -> None:
    story = a_story(random.Random(0))
    one_by_one = judged(store, story, at_once)
    for size in (10, len(story)):
        batches = [[event for visit in some for event in visit] for some in cut(story, size)]
        assert judged(store, batches, at_once) == one_by_one, size


def test_late_and_repeated_events_of_many_accounts_end_as_account_by_account(store: Store, trouble: str) -> None:
    chance = random.Random(0)
    events = [event for visit in a_story(chance) for event in visit]
    events += chance.sample(events, len(events) // 2)
    chance.shuffle(events)
    batches = cut(events, 25)
    assert judged(store, batches, at_once) == judged(store, batches, by_account)


def test_copies_of_one_batch_end_as_those_that_came_one_by_one(store: Store) -> None:
    story = a_story(random.Random(0), LONG)
    held = []
    for size in (1, 10, len(story)):
        judged(store, [[event for visit in some for event in visit] for some in cut(story, size)], at_once)
        held.append({(one.rule, one.fingerprint) for one in held_at(store, FAR)})
    assert "copied_post" in {rule for rule, _ in held[0]}
    assert held[1:] == held[:1] * 2


def of_round(keys: Sequence[str], number: int) -> list[Event]:
    """Each account shows three items anew, with texts that go round among all of them."""
    at, texts = (
        NOW + days(number / 10),
        [LONG[(number + shift) % 3] + LONG[(number + shift + 1) % 3] for shift in (0, 1, 2)],
    )
    return [
        a_post(f"{key}.{item}", NOW - days(1 + (item * 7 + int(key)) % 5), account_id=key, observed_at=at, text=text)
        for key in keys
        for item, text in enumerate(texts)
    ]


def test_two_analyzers_of_texts_that_are_alike_never_wait_for_each_other(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as one, closing(open_store(postgres_url)) as two:
        judged(one, [], at_once)

        def judge(store: Store, keys: Sequence[str]) -> None:
            analyzer = Analyzer(store)
            for number in range(3):
                analyzer.judge(of_round(keys, number))

        with ThreadPoolExecutor() as threads:
            for work in [threads.submit(judge, one, KEYS[:4:2]), threads.submit(judge, two, KEYS[1:4:2])]:
                work.result()
        assert len(rows(one, "sketch")) == 12
        assert not one.judgements.anything_waits()
