"""The machine's clock set wrong and right again, other time zones, a year without a calendar, and its odd days."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from services.analyzer.rulebook import load_rulebook
from shared.bus.envelope import encode
from shared.clock import SHANGHAI
from shared.events import Probe, Severity
from shared.storage.store import open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import a_post, a_probe, an_account
from tests.faults.amount import chance_of, often
from tests.faults.village import village
from tests.paths import ROOT


def beijing(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


JUMPS_HOURS = (0, 8, -8, 24, -1, 0)

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.fault(24)
def test_a_clock_that_jumps_to_and_fro_accuses_nobody_and_repeats_nothing(tmp_path: Path) -> None:
    with village(tmp_path, chance_of("jumps"), size=6 * len(JUMPS_HOURS) * often(1, 4)) as town:
        right = []
        for hours in JUMPS_HOURS * often(1, 4):
            filed = town.file(6)
            town.once("tests.off_clock", str(hours / 24))
            right += filed if hours == 0 else []
        told = town.told()
        assert set(told) <= town.silent(town.filed)
        assert set(told) >= town.silent(right)
        assert set(told.values()) == {1}


@pytest.mark.fault(24)
@pytest.mark.parametrize(
    ("published", "line"),
    [
        pytest.param(beijing(2023, 12, 25, 9), beijing(2024, 1, 8, 9), id="over New Year"),
        pytest.param(beijing(2024, 2, 20, 9), beijing(2024, 3, 5, 9), id="over 29 February"),
        pytest.param(beijing(2025, 2, 20, 9), beijing(2025, 3, 6, 9), id="over a February without it"),
        pytest.param(
            beijing(2024, 3, 25, 9), beijing(2024, 4, 8, 9), id="over the day on which Europe changes its clocks"
        ),
        pytest.param(beijing(2024, 2, 29, 0), beijing(2024, 3, 14, 0), id="from 29 February"),
    ],
)
def test_fourteen_days_are_fourteen_days_of_beijing(tmp_path: Path, published: datetime, line: datetime) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        store.accounts.upsert([an_account()], published - timedelta(days=90))
        analyzer = Analyzer(store)
        analyzer.judge([a_post("p", published, observed_at=published)])
        for looked, expected in ((line - timedelta(minutes=1), []), (line, ["14d"])):
            analyzer.judge([a_probe(looked, newest_post_at=published, post_ids=("p",))])
            vetoes = [one for one in store.judgements.untold() if one.severity is Severity.VETO]
            assert [one.stage for one in vetoes] == expected


@pytest.mark.fault(26)
def test_new_year_2027_without_its_calendar_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chinese_calendar, "is_workday", without_2027(chinese_calendar.is_workday))
    rulebook = tmp_path / "workdays.yaml"
    rulebook.write_text(
        "name: workdays\ntitle: 工作日\nversion: '1'\neffective_from: 2019-04-18\nentries:\n"
        "  - indicator: U-09\n    rule: silent_workdays\n    severity: deduction\n"
        "    clause: {document: 示例, words: 超过7个工作日未更新}\n",
        encoding="utf-8",
    )
    newest = datetime(2026, 12, 28, 9, tzinfo=SHANGHAI)
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        store.accounts.upsert([an_account()], newest - timedelta(days=90))
        analyzer = Analyzer(store, load_rulebook(str(rulebook)))
        looked = a_probe(datetime(2027, 1, 15, 9, tzinfo=SHANGHAI), newest_post_at=newest, post_ids=("p",))
        assert analyzer.judge([a_post("p", newest, observed_at=newest), looked]) == []
        (finding,) = [one for one in store.judgements.untold() if one.rule == "silent_workdays"]
    assert "节假日安排尚无数据" in finding.sentence
    assert finding.severity is Severity.REMINDER
    assert finding.needs_confirmation


def without_2027(is_workday: Callable[[date], bool]) -> Callable[[date], bool]:
    """As every calendar is until the State Council has said which days are worked."""

    def asked(day: date) -> bool:
        if day.year >= 2027:
            raise NotImplementedError
        return is_workday(day)

    return asked


@pytest.mark.fault(25)
def test_the_machines_time_zone_changes_no_verdict(tmp_path: Path) -> None:
    """Whatever midnight is there."""
    newest = datetime(2026, 11, 6, 16, 30, tzinfo=UTC)  # half past midnight in Beijing
    events = [a_post("p", newest, observed_at=newest)]
    looks = [newest + timedelta(hours=hours) for hours in range(24, 24 * 20, 5)]
    events_file, ledger = tmp_path / "events.jsonl", tmp_path / "ledger.csv"
    lines = [encode(event).decode() for event in (*events, *(_look(at, newest) for at in looks))]
    events_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ledger.write_text("账号名称,平台,主办单位,账号ID\n青禾发布,新浪微博,青禾县政府办,1001\n", encoding="utf-8")
    said = {
        zone: replayed(tmp_path, zone) for zone in ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")
    }
    assert '"stage":"14d"' in said["UTC"]
    assert len(set(said.values())) == 1


def _look(at: datetime, newest: datetime) -> Probe:
    return a_probe(at, newest_post_at=newest, post_ids=("p",))


def replayed(folder: Path, zone: str) -> str:
    command = [sys.executable, "-m", "xunjian", "replay", "events.jsonl", "--ledger", "ledger.csv"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": zone}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout
