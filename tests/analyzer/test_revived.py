"""A cancelled account that publishes again, judged by the judge itself, whom every other rule leaves alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.analyzer.rulebook import load_rulebook
from shared.account import AccountStatus
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

CANCELLED = an_account(status=AccountStatus.CANCELLED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    opened.accounts.upsert([an_account()], NOW - days(300))
    opened.accounts.upsert([CANCELLED], NOW - days(100))
    opened.accounts.upsert([an_account(status=AccountStatus.CANCELLED, remark="改备注")], NOW - days(50))
    yield opened
    opened.close()


def indicators(store: Store, book: str, post_age: float) -> list[str]:
    analyzer = Analyzer(store, load_rulebook(book))
    post = a_post("p9", NOW - days(post_age), text="机密★1年\n通知", observed_at=NOW)
    analyzer.judge([post, a_probe(newest_post_at=post.published_at, post_ids=("p9",), name="别的名字")])
    analyzer.tick(NOW)
    return [finding.indicator for finding in held_at(store, NOW)]


def test_a_post_after_the_cancellation_is_told_and_outlives_the_timer(store: Store) -> None:
    assert indicators(store, "sanming", 99) == ["A-08"]


def test_a_post_from_before_is_no_revival(store: Store) -> None:
    assert indicators(store, "sanming", 101) == []


def test_where_no_rule_asks_a_cancelled_account_is_left_alone(store: Store) -> None:
    assert indicators(store, "cn", 99) == []


def test_it_is_over_when_the_ledger_has_the_account_running_again(store: Store) -> None:
    assert indicators(store, "sanming", 99) == ["A-08"]
    store.accounts.upsert([an_account()], NOW + days(1))
    analyzer = Analyzer(store, load_rulebook("sanming"))
    analyzer.judge([a_probe(NOW + days(1), newest_post_at=NOW, post_ids=("p9",), name="青禾发布")])
    assert "A-08" not in [finding.indicator for finding in held_at(store, NOW + days(1))]
