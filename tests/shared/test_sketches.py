"""Sketches by the marks they share, on both databases."""

import threading
from datetime import datetime

import pytest

from services.analyzer.retention import Retention
from shared.storage.sketches import MOST_MARKS, MOST_SHARING, Sketched
from shared.storage.store import Store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.test_copies import FIRST, SECOND, accused
from tests.analyzer.test_copies import begin_anew as with_accounts
from tests.builders import NOW, days

MARKS = tuple(range(1, MOST_MARKS + 1))


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def an_item(name: str, at: datetime = NOW, marks: tuple[int, ...] = MARKS, **more: object) -> Sketched:
    known = Sketched(name, f"weibo/{name}", name, None, None, at, at, marks, b"body")
    return known._replace(**more)  # type: ignore[arg-type]


def keep(store: Store, *items: Sketched) -> None:
    with store.judgements.judging() as judging:
        for item in items:
            judging.sketches.keep([item])


def earlier(store: Store, marks: tuple[int, ...] = MARKS, at: datetime = NOW, own: str = "own") -> list[str]:
    with store.judgements.judging() as judging:
        return [item.fingerprint for item in judging.sketches.earlier(marks, own, at)]


def later(store: Store, at: datetime = NOW) -> list[str]:
    with store.judgements.judging() as judging:
        return [item.fingerprint for item in judging.sketches.later(MARKS, "own", at)]


def test_those_that_share_most_come_first_and_the_same_second_is_neither(store: Store) -> None:
    keep(store, an_item("some", NOW - days(2), MARKS[:9]), an_item("all", NOW - days(1)), an_item("now", NOW))
    keep(store, an_item("after", NOW + days(1)), an_item("few", NOW - days(1), MARKS[:2]))
    assert earlier(store) == ["all", "some"]
    assert later(store) == ["after"]


def test_ones_own_are_left_out_and_great_marks_are_kept_whole(store: Store) -> None:
    great = tuple(2**63 - 1 - number for number in range(MOST_MARKS))
    keep(store, an_item("great", NOW - days(1), great))
    assert earlier(store, great) == ["great"]
    assert earlier(store, great, own="great") == []


def test_many_are_asked_about_at_once_and_who_shares_too_little_is_alone(store: Store) -> None:
    great = tuple(2**63 - 1 - number for number in range(MOST_MARKS))
    items = [
        an_item("first", NOW - days(2), great),
        an_item("copy", NOW - days(1), great),
        an_item("few", NOW - days(3), (*great[:2], *MARKS[2:])),
        an_item("own", NOW, ()),
    ]
    keep(store, *items)
    with store.judgements.judging() as judging:
        assert judging.sketches.sharing(items) == {"first", "copy"}
        assert judging.sketches.sharing([]) == set()


def test_what_many_share_shows_the_oldest_only(store: Store) -> None:
    keep(store, *(an_item(f"{number:02}", NOW - days(40 - number)) for number in range(2 * MOST_SHARING)))
    assert earlier(store) == [f"{number:02}" for number in range(MOST_SHARING)]


def test_of_an_items_versions_the_newest_counts_in_whatever_order(store: Store) -> None:
    old, new = an_item("a", NOW - days(3)), an_item("a", NOW - days(3), (), observed_at=NOW)
    keep(store, new, old)
    assert earlier(store) == []
    keep(store, old._replace(observed_at=NOW + days(1)))
    assert earlier(store) == ["a"]


def test_an_item_that_is_like_another_or_changed_waits_until_it_is_compared(store: Store) -> None:
    def waiting() -> list[str]:
        with store.judgements.judging() as judging:
            return [item.fingerprint for item in judging.sketches.waiting(10)]

    keep(store, an_item("a"))
    assert not store.judgements.anything_waits()
    keep(store, an_item("b"), an_item("a", observed_at=NOW + days(1)))
    assert waiting() == ["b"]
    keep(store, an_item("a", observed_at=NOW + days(2), marks=MARKS[1:]))
    assert waiting() == ["b", "a"]
    with store.judgements.judging() as judging:
        judging.sketches.compared(["a", "b"])
        judging.sketches.keep([an_item("c")], settled=["c"])
        judging.sketches.wait(["b", "unknown"])
    assert waiting() == ["b"]


def test_what_is_forgotten_leaves_no_mark(store: Store) -> None:
    with_accounts(store)
    keep(store, an_item("1", NOW - days(50)), an_item("2", NOW - days(5)))
    Retention(store.thinning, store.leases, days(90), keep_sketches=days(30)).prune(NOW)
    assert earlier(store) == ["2"]
    with store.database.read() as connection:
        marks = metadata.tables["sketch_mark"]
        assert len(connection.execute(marks.select().where(marks.c.mark >= 0)).all()) == MOST_MARKS


def test_two_analyzers_that_judge_a_post_and_its_copy_at_once_find_it(store: Store) -> None:
    with_accounts(store)
    ready = threading.Barrier(2)

    def judge(post: object, owner: str) -> None:
        analyzer = Analyzer(store, owner=owner)
        ready.wait()
        analyzer.judge([post])  # type: ignore[list-item]

    threads = [threading.Thread(target=judge, args=pair) for pair in ((FIRST, "one"), (SECOND, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert accused(store) == ["2/p2"]
    assert not store.judgements.anything_waits()
