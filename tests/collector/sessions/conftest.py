"""Benches of turns: on both databases, and a light one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.storage.store import Store, open_store
from tests.collector.sessions.turning import Bench


@pytest.fixture
def bench(each_store: Store, tmp_path: Path) -> Bench:
    return Bench(each_store, tmp_path / "sessions")


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Bench]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield Bench(store, tmp_path / "sessions")
    store.close()
