"""The scale benchmark keeps up with the schema: it fills a store and finds in it what it means to measure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.scale.filling import account_id, fill
from bench.scale.operations import OPERATIONS, SilentBus
from bench.scale.samples import PROBES
from services.analyzer.__main__ import build
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import Settings
from shared.state import State

ACCOUNTS = 300
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("scale")
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder}/store.db", metrics_port=0)
    assert fill(settings.store_url, ACCOUNTS, NOW)["probe"] == ACCOUNTS * PROBES
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
    assert OPERATIONS[operation](host, ACCOUNTS, 0, NOW) > 0
