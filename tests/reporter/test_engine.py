"""Reports come by themselves: each when it is due, once, whatever befalls the others, the disk or the clock."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import IO, ClassVar

import pytest

from services.reporter.__main__ import build_reports
from services.reporter.attempts import LONGEST_PAUSE_SECONDS
from services.reporter.engine import LEASE, ReporterEngine
from services.reporter.period import Period
from services.reporter.pictured import Contents
from services.reporter.reports.base import Report
from services.reporter.reports.weekly import Weekly
from shared.clock import SHANGHAI
from shared.errors import InputError, TransientError
from shared.runtime.loop import run
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings
from shared.runtime.vitals import Vitals
from shared.storage.store import Store, open_store
from tests.builders import a_probe, an_account

MONDAY = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
WEEK = timedelta(days=7)
AGAIN = timedelta(seconds=LONGEST_PAUSE_SECONDS)


class Noted(Weekly):
    """As due as the weekly list, and short."""

    title: ClassVar[str] = "便条"

    def file_name(self, period: Period) -> str:
        return f"{period.name}.txt"

    def is_as_written(self, path: Path) -> bool:
        return True

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        file.write(f"{cut_off.astimezone(SHANGHAI):%Y-%m-%d %H:%M}".encode())


class Spoilt(Noted):
    """Breaks half way through."""

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        file.write(b"half")
        raise ZeroDivisionError("by mistake")


class Full(Noted):
    """Meets a full disk."""

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")


class Lost(Noted):
    """Knows no calendar."""

    def schedule(self, period: Period) -> datetime:
        raise KeyError(period.name)


class Timeless(Noted):
    """Knows no period."""

    def period(self, moment: datetime) -> Period:
        raise KeyError(moment)


class Interrupted(Noted):
    """Is overtaken by a second reporter while it writes."""

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        claimed = store.reports.claim("noted", period.name, MONDAY, LEASE, "other")
        file.write(b"twice" if claimed else b"once")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], MONDAY - WEEK)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def engine(store: Store, folder: Path, metrics: Metrics | None = None, **reports: Report) -> ReporterEngine:
    return ReporterEngine(store, reports or {"noted": Noted()}, folder, metrics or Metrics(), "test")


def files(folder: Path) -> list[str]:
    """Hidden ones too."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def until_idle(reporter: ReporterEngine, now: datetime) -> int:
    rounds = 0
    while reporter.step(now):
        rounds += 1
    return rounds


def probed(store: Store, at: datetime) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_probes([a_probe(at)])


def test_a_report_is_written_once_as_of_the_end_of_its_period(store: Store, folder: Path) -> None:
    reporter = engine(store, folder)
    assert not reporter.step(MONDAY - timedelta(minutes=14))
    assert reporter.step(MONDAY)
    assert (folder / "2026-W47.txt").read_text() == "2026-11-23 00:00"
    assert not reporter.step(MONDAY + timedelta(hours=1))
    assert not engine(store, folder).step(MONDAY + timedelta(days=1))


def test_after_having_been_down_the_last_report_is_written(store: Store, folder: Path) -> None:
    assert engine(store, folder).step(MONDAY + timedelta(days=4))
    assert files(folder) == ["2026-W47.txt"]


def test_each_missed_week_that_anybody_watched_is_made_up_for_oldest_first(store: Store, folder: Path) -> None:
    probed(store, MONDAY + timedelta(hours=1))
    probed(store, MONDAY + 2 * WEEK)
    reporter = engine(store, folder)
    found = []
    while reporter.step(MONDAY + 4 * WEEK):
        found.append(files(folder))
    assert found == [
        ["2026-W48.txt"],
        ["2026-W48.txt", "2026-W50.txt"],
        ["2026-W48.txt", "2026-W50.txt", "2026-W51.txt"],
    ]


def test_a_week_whose_probes_came_late_is_still_made_up_for(store: Store, folder: Path) -> None:
    reporter = engine(store, folder)
    until_idle(reporter, MONDAY + 2 * WEEK)
    probed(store, MONDAY + timedelta(hours=1))
    assert until_idle(reporter, MONDAY + 2 * WEEK + timedelta(hours=1)) == 1
    assert "2026-W48.txt" in files(folder)


@pytest.mark.fault(24)
def test_under_a_clock_far_ahead_one_report_comes_and_the_right_ones_come_later(store: Store, folder: Path) -> None:
    probed(store, MONDAY - timedelta(days=1))
    ahead = engine(store, folder)
    assert until_idle(ahead, MONDAY + 20 * WEEK) == 1
    reporter = engine(store, folder)
    assert until_idle(reporter, MONDAY) == 1
    assert "2026-W47.txt" in files(folder)
    assert until_idle(reporter, MONDAY + 20 * WEEK - timedelta(minutes=6)) == 1


def test_a_lease_taken_under_a_clock_far_ahead_does_not_bind(store: Store, folder: Path) -> None:
    assert store.reports.claim("noted", "2026-W47", MONDAY + 20 * WEEK, LEASE, "other")
    assert engine(store, folder).step(MONDAY)


def test_a_week_before_the_first_ledger_has_no_report(tmp_path: Path, folder: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    assert not engine(store, folder).step(MONDAY)
    store.accounts.upsert([an_account()], MONDAY - timedelta(hours=2))
    assert not engine(store, folder).step(MONDAY)
    store.close()


@pytest.mark.fault(33)
def test_of_two_reporters_one_writes(store: Store, folder: Path) -> None:
    assert engine(store, folder, noted=Interrupted()).step(MONDAY)
    assert (folder / "2026-W47.txt").read_text() == "once"


@pytest.mark.fault(33)
def test_a_reporter_whose_clock_is_a_little_behind_writes_nothing_again(store: Store, folder: Path) -> None:
    soon = MONDAY + timedelta(seconds=1)
    assert store.reports.claim("noted", "2026-W47", soon, LEASE, "other")
    assert not engine(store, folder).step(MONDAY)
    store.reports.record_written("noted", "2026-W47", soon)
    assert not engine(store, folder).step(MONDAY)


def test_after_a_kill_another_reporter_writes_when_the_lease_is_over(store: Store, folder: Path) -> None:
    assert store.reports.claim("noted", "2026-W47", MONDAY, LEASE, "other")
    assert not engine(store, folder).step(MONDAY + LEASE / 2)
    assert engine(store, folder).step(MONDAY + LEASE)


@pytest.mark.parametrize("bad", [Spoilt(), Full(), Lost()])
def test_a_report_that_fails_stops_no_other_and_leaves_no_half_file(store: Store, folder: Path, bad: Report) -> None:
    metrics = Metrics()
    reporter = engine(store, folder, metrics, bad=bad, noted=Noted())
    assert reporter.step(MONDAY)
    assert files(folder) == ["2026-W47.txt"]
    with pytest.raises(TransientError, match="报表 bad"):
        reporter.check()
    text = metrics.render().decode()
    assert 'xunjian_reports_total{report="bad",result="failed"} 1.0' in text
    assert 'xunjian_reports_total{report="noted",result="written"} 1.0' in text


def test_a_report_that_fails_half_way_leaves_the_older_file_as_it_was(store: Store, folder: Path) -> None:
    folder.mkdir()
    (folder / "2026-W47.txt").write_text("older")
    engine(store, folder, bad=Spoilt()).step(MONDAY)
    assert (folder / "2026-W47.txt").read_text() == "older"
    assert files(folder) == ["2026-W47.txt"]


def test_a_folder_that_cannot_be_written_is_told_and_the_report_comes_when_it_can(store: Store, folder: Path) -> None:
    folder.write_text("a file stands where the folder should")
    reporter = engine(store, folder)
    assert not reporter.step(MONDAY)
    with pytest.raises(TransientError, match=r"报表 noted（2026-W47）：FileExistsError"):
        reporter.check()
    folder.unlink()
    assert not reporter.step(MONDAY)  # not at once
    assert reporter.step(MONDAY + AGAIN)
    reporter.check()


def test_attempts_come_ever_more_slowly(store: Store, folder: Path) -> None:
    metrics = Metrics()
    reporter = engine(store, folder, metrics, bad=Spoilt())
    for second in range(600):
        reporter.step(MONDAY + timedelta(seconds=second))
    failed = metrics.render().decode().split('xunjian_reports_total{report="bad",result="failed"} ')[1].split()[0]
    assert 10 <= float(failed) <= 20


def test_readiness_forgets_what_is_no_longer_due(store: Store, folder: Path) -> None:
    reporter = engine(store, folder, bad=Spoilt())
    reporter.step(MONDAY)
    reporter.step(MONDAY + 20 * WEEK)
    with pytest.raises(TransientError) as told:
        reporter.check()
    assert "2026-W47" not in str(told.value)


def test_the_running_period_is_written_up_to_now_and_again_when_it_is_over(store: Store, folder: Path) -> None:
    reporter = engine(store, folder)
    assert [path.name for path in reporter.write_running(MONDAY + timedelta(hours=3))] == ["2026-W48.txt"]
    assert (folder / "2026-W48.txt").read_text() == "2026-11-23 12:00"
    reporter.step(MONDAY + WEEK)
    assert (folder / "2026-W48.txt").read_text() == "2026-11-30 00:00"


def test_a_running_period_that_cannot_be_written_raises_nothing(store: Store, folder: Path) -> None:
    assert engine(store, folder, bad=Full()).write_running(MONDAY) == []


def test_a_report_that_knows_no_running_period_stops_no_other(store: Store, folder: Path) -> None:
    reporter = engine(store, folder, bad=Timeless(), good=Noted())
    assert [path.name for path in reporter.write_running(MONDAY)] == ["2026-W48.txt"]
    with pytest.raises(TransientError, match="报表 bad"):
        reporter.check()


def test_colleagues_may_read_a_report(store: Store, folder: Path) -> None:
    engine(store, folder).step(MONDAY)
    assert stat.S_IMODE((folder / "2026-W47.txt").stat().st_mode) == 0o644


def test_reports_are_found_by_file_name_with_their_options() -> None:
    reports = build_reports(Settings(reports={"weekly": {"on_monday_at": "07:05"}}))
    assert reports["weekly"] == Weekly(on_monday_at="07:05")


@pytest.mark.parametrize(
    ("reports", "place"),
    [
        ({"weakly": {}}, "reports.weakly"),
        ({"weekly": {"on_sunday_at": "08:47"}}, "reports.weekly.on_sunday_at"),
        ({"weekly": {"on_monday_at": "25:00"}}, "reports.weekly.on_monday_at"),
    ],
)
def test_a_mistake_in_a_reports_options_is_refused_with_its_place(
    reports: dict[str, dict[str, str]], place: str
) -> None:
    with pytest.raises(InputError) as refused:
        build_reports(Settings(reports=reports))
    assert refused.value.place == place


def test_readiness_says_which_report_fails_until_it_comes(store: Store, folder: Path) -> None:
    folder.write_text("a file stands where the folder should")
    vitals, stop = Vitals(), Event()
    moments = [MONDAY, MONDAY + AGAIN]
    told = []

    def clock() -> datetime:
        told.extend(vitals.troubles())
        if len(moments) == 1:
            folder.unlink()
            stop.set()
        return moments.pop(0)

    run(lambda: engine(store, folder), stop, 0, clock, vitals.pulse("reporter"))
    assert "报表 noted（2026-W47）：FileExistsError" in told[-1]
    assert vitals.troubles() == []
