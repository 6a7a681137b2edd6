"""What a finding about silence lets a person check: published when, seen when, deleted how many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.events import Finding
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(30))
    yield store
    store.close()


def told(store: Store, *events: object) -> Finding:
    assert Analyzer(store).judge(events) == []  # type: ignore[arg-type]
    (finding,) = [one for one in held_at(store, NOW + days(30)) if one.rule == "silent_account"]
    return finding


def test_the_newest_post_is_told_with_when_it_was_first_seen(store: Store) -> None:
    seen, edited = NOW + days(1 / 24), NOW + days(2)
    finding = told(
        store,
        a_post(observed_at=seen),
        a_post(observed_at=edited, title="青禾要闻（更正）"),
        a_probe(edited, newest_post_at=NOW, post_ids=("p1",)),
        a_probe(NOW + days(14), newest_post_at=NOW, post_ids=("p1",)),
    )
    assert finding.sentence.startswith(
        "最近一次发布于2026-11-21 12:00（2026-11-21 13:00首次监测到），至2026-12-05 12:00核查时"
    )
    assert "删除" not in finding.sentence


def test_what_was_deleted_since_the_newest_that_is_left_is_counted(store: Store) -> None:
    left = a_post("left", NOW - days(20), observed_at=NOW, pinned=False)
    lower = a_post("lower", NOW - days(25), observed_at=NOW, pinned=False)
    taken = [a_post(f"taken{age}", NOW - days(age), observed_at=NOW) for age in (3, 2)]
    ids = tuple(post.id for post in (*taken, left, lower))
    finding = told(
        store,
        *(left, lower, *taken),
        a_probe(NOW, newest_post_at=NOW - days(2), post_ids=ids),
        a_probe(NOW + days(12), newest_post_at=left.published_at, post_ids=("left", "lower")),
    )
    assert "最近一次发布于2026-11-19 12:00" in finding.sentence, "a deleted post was published all the same"
    assert "现存最新一条发布于2026-11-01 12:00，此后发布的内容中2条已删除" in finding.sentence
