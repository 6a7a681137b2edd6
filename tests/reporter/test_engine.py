"""The weekly list comes by itself: once a week, on Monday morning, also after having been down."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from services.reporter.engine import ReporterEngine, last_closed
from services.reporter.reports.base import Report
from shared.clock import SHANGHAI
from shared.storage.store import Store, open_store
from tests.builders import an_account


class NotedReport(Report):
    """Writes nothing but its cut-off."""

    def write(self, store: Store, cut_off: datetime, folder: Path) -> Path:
        path = folder / f"{cut_off.astimezone(SHANGHAI):%Y-%m-%d}.txt"
        path.write_text("list")
        return path


def beijing(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], beijing(1))
    yield store
    store.close()


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (beijing(23, 8, 46), 46),
        (beijing(23, 8, 47), 47),
        (beijing(29, 23, 59), 47),
        (beijing(30, 8, 47), 48),
    ],
)
def test_a_week_is_closed_on_monday_morning(now: datetime, week: int) -> None:
    assert last_closed(now).number == week


def test_the_list_is_written_once(store: Store, tmp_path: Path) -> None:
    reporter = ReporterEngine(store, NotedReport(), tmp_path)
    assert reporter.step(beijing(23, 9))
    assert (tmp_path / "2026-11-23.txt").exists()
    assert not reporter.step(beijing(23, 10))
    assert not ReporterEngine(store, NotedReport(), tmp_path).step(beijing(24))


def test_after_having_been_down_the_last_list_is_written(store: Store, tmp_path: Path) -> None:
    assert ReporterEngine(store, NotedReport(), tmp_path).step(beijing(27, 15))
    assert (tmp_path / "2026-11-23.txt").exists()


def test_a_week_before_the_first_ledger_has_no_list(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    store.accounts.upsert([an_account()], beijing(23, 7))
    assert not ReporterEngine(store, NotedReport(), tmp_path).step(beijing(23, 9))
    store.close()
