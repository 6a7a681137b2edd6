"""The scale benchmark keeps up with the schema: it fills a store and finds in it what it means to measure."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.scale.databases import postgres
from bench.scale.filling import account_id, fill
from bench.scale.operations import OPERATIONS, SilentBus, judge_probe
from bench.scale.samples import POSTS, PROBES
from services.analyzer.__main__ import build
from services.analyzer.language.origin.similar import MARKS
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import Settings
from shared.state import State
from shared.storage.database import Database

ACCOUNTS = 300
MOST_TIMES = 1.5
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("scale")
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder}/store.db", metrics_port=0)
    assert fill(settings.store_url, ACCOUNTS, POSTS, NOW)["probe"] == ACCOUNTS * PROBES
    with open_host(settings, lambda: NOW, "bench") as opened:
        yield opened


def test_accounts_stand_as_differently_as_in_life(host: Host) -> None:
    states = Counter(standing.state for standing in host.store.standings.current())
    assert states == {State.OK: 210, State.OVERDUE: 30, State.NEAR: 30, State.UNVERIFIED: 30}
    assert {standing.account.id for standing in host.store.standings.current()} == {
        account_id(number) for number in range(ACCOUNTS)
    }


def test_a_tick_has_nothing_new_to_say(host: Host) -> None:
    before = host.store.leases.mark("timer")
    assert not build(replace(host, bus=SilentBus())).step(NOW)
    assert host.store.leases.mark("timer") == before
    assert host.store.judgements.untold() == []


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_can_be_measured(host: Host, operation: str, tmp_path: Path) -> None:
    assert OPERATIONS[operation](host, ACCOUNTS, 0, NOW).seconds > 0


def test_ten_times_as_many_stored_posts_make_none_dearer(postgres_url: str, tmp_path: Path) -> None:
    """By the pages that the database looks at, which no busy machine changes."""
    sizes = [(50, POSTS), (100, 5 * POSTS)]
    with postgres(postgres_url) as urls:
        for url, (accounts, posts) in zip(urls, sizes, strict=True):
            rows = fill(url, accounts, posts, NOW)
            assert rows["post"] == accounts * posts
            assert rows["sketch_mark"] == MARKS * rows["sketch"]
        small, large = (pages(url, accounts, tmp_path) for url, (accounts, _) in zip(urls, sizes, strict=True))
        assert 0 < large <= MOST_TIMES * small
        with closing(Database(urls[1])) as database, database.begin() as connection:
            connection.execute(text("DROP INDEX post_history, post_observed"))
        assert pages(urls[1], accounts, tmp_path, 1) > MOST_TIMES * small


def pages(url: str, accounts: int, folder: Path, number: int = 0) -> float:
    """A judged probe's, with its post."""
    with open_host(Settings(data_dir=folder, database_url=url, metrics_port=0), lambda: NOW, "bench") as host:
        return judge_probe(host, accounts, number, NOW).pages or 0
