"""The weekly list, as its recipient opens it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from services.reporter.reports.base import Report
from services.reporter.reports.weekly import Weekly
from services.reporter.writing import write_report
from shared.account import AccountStatus
from shared.events import Coverage, Outcome
from shared.evidence.keeper import Keeper
from shared.plugins import discover
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at
from tests.evidence.looks import a_look
from tests.fakes.vault import MemoryVault
from tests.paths import ROOT

WEEK = Weekly().named("2026-W47")
CUT_OFF = WEEK.ends_at
LOOKED = CUT_OFF - timedelta(hours=3)
URL = "https://weibo.com/1/Post"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield opened
    opened.close()


class Ledger:
    """Accounts, and what was observed of them, judged as the analyzer does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.judge = Analyzer(store)

    def account(self, account_id: str, **fields: Any) -> None:
        self.store.accounts.upsert([an_account(account_id, **fields)], NOW - days(60))

    def probe(self, account_id: str, at: datetime = LOOKED, outcome: Outcome = Outcome.OK, **fields: object) -> None:
        self.judge.judge([a_probe(at, outcome, account_id=account_id, **fields)])

    def post(self, account_id: str, published_at: datetime, **fields: object) -> None:
        values = {"account_id": account_id, "url": URL, "observed_at": published_at + timedelta(hours=1)}
        self.judge.judge([a_post("1", published_at, **values | fields)])

    def silent(self, account_id: str, silent: float, **fields: Any) -> None:
        """An account of the ledger whose list was proved shortly before the cut-off."""
        self.account(account_id, **fields)
        self.post(account_id, LOOKED - days(silent))
        self.probe(account_id, newest_post_at=LOOKED - days(silent))


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def write(store: Store, folder: Path, cut_off: datetime = CUT_OFF) -> dict[str, Worksheet]:
    path = write_report(Weekly(), store, WEEK, cut_off, folder / "reports")
    assert path.name == "政务新媒体监测清单_2026年第47周.xlsx"
    return {sheet.title: sheet for sheet in load_workbook(path).worksheets}


def names(sheet: Worksheet) -> list[object]:
    return [sheet.cell(row, 2).value for row in range(6, sheet.max_row + 1)]


def cells(sheet: Worksheet, row: int = 6) -> dict[object, object]:
    return {sheet.cell(5, place).value: sheet.cell(row, place).value for place in range(1, sheet.max_column + 1)}


def test_each_account_stands_in_the_part_it_belongs_to(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20, name="甲")
    ledger.silent("2", 11, name="乙")
    ledger.account("3", name="丙")
    ledger.probe("3", outcome=Outcome.BLOCKED, reason="平台要求验证")
    ledger.account("4", name="丁")
    ledger.probe("4", newest_post_at=LOOKED - days(1))
    sheets = write(store, tmp_path)
    assert {title: names(sheet) for title, sheet in sheets.items()} == {
        "汇总": ["青禾县政府办", "合计"],
        "已超期": ["甲"],
        "临近超期": ["乙"],
        "未能核实": ["丙"],
        "其他问题": ["（本期无）"],
        "台账未采纳": ["（本期无）"],
    }


def test_a_row_tells_everything_needed_to_check_it(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20.5, region="青禾县")
    row = cells(write(store, tmp_path)["已超期"])
    number, key = row.pop("告警编号"), row.pop("系统标识")
    assert isinstance(number, str)
    assert len(number) == 8
    assert str(key).startswith('["weibo/1","')
    assert row == {
        "序号": 1,
        "账号名称": "青禾发布",
        "平台": "新浪微博",
        "主办单位": "青禾县政府办",
        "行政区划": "青禾县",
        "最近发布时间": "2026-11-02 09:00",
        "静默天数": 20,
        "问题": "监测到已满14天未更新",
        "依据": "国办秘函〔2019〕19号“监测时间点前2周内无更新”",
        "最近核查时间": "2026-11-22 21:00",
        "最近发布链接/主页链接": "weibo.com/…",
        "告知情况": "尚未告知",
        "证据": None,
        "核实状态": "待核实",
        "备注": None,
        "整改期限": None,
    }


def test_the_head_states_cut_off_coverage_as_a_fraction_and_the_rulebook(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    ledger.account("2")
    store.notes.add("rulebook", "cn@2026.1", NOW - days(60))
    sheet = write(store, tmp_path)["已超期"]
    assert sheet["A1"].value == "政务新媒体监测清单（2026年第47周）：已超期"
    assert "截止时间：2026-11-23 00:00（北京时间）" in str(sheet["A2"].value)
    assert "规则集：cn@2026.1" in str(sheet["A2"].value)
    assert "已核实1个，台账2个（1/2，50.0%）" in str(sheet["A3"].value)


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.LOGIN_WALL, "平台要求登录后查看"), (Outcome.GONE, "平台提示账号已注销")]
)
def test_an_overdue_account_nobody_could_look_at_lately_is_unverified_with_the_reason(
    store: Store, ledger: Ledger, tmp_path: Path, outcome: Outcome, reason: str
) -> None:
    ledger.account("1")
    ledger.probe("1", CUT_OFF - timedelta(hours=49), newest_post_at=LOOKED - days(20))
    ledger.probe("1", LOOKED, outcome, reason=reason)
    ledger.judge.tick(CUT_OFF + timedelta(minutes=5))
    sheets = write(store, tmp_path)
    assert names(sheets["已超期"]) == ["（本期无）"]
    row = cells(sheets["未能核实"])
    assert str(row["问题"]).startswith(f"未能核实：{reason}")
    assert row["静默天数"] == "—"
    assert row["依据"] in (None, "")


def test_a_look_that_proves_no_list_does_not_count_as_verified(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.account("1")
    ledger.probe("1", covers=Coverage.PROFILE)
    assert names(write(store, tmp_path)["未能核实"]) == ["青禾发布"]


def test_a_post_seen_in_passing_takes_the_account_off_the_list(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    ledger.probe("1", LOOKED + timedelta(hours=1), covers=Coverage.ITEM, newest_post_at=LOOKED - days(2))
    assert names(write(store, tmp_path)["已超期"]) == ["（本期无）"]


def test_an_account_that_never_posted_says_so(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.account("1")
    ledger.probe("1", outcome=Outcome.EMPTY)
    row = cells(write(store, tmp_path)["已超期"])
    assert (row["最近发布时间"], row["静默天数"]) == ("未见发布", 61)


def test_what_other_rules_find_has_a_sheet_of_its_own(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.account("1")
    ledger.post("1", LOOKED - days(1), text="名单：张某，身份证号码11010519491231002X。")
    ledger.probe("1", newest_post_at=LOOKED - days(1))
    assert [finding.rule for finding in held_at(store, CUT_OFF)] == ["personal_number"]
    sheets = write(store, tmp_path)
    silent = ("已超期", "临近超期", "未能核实")
    assert {name for title in silent for name in names(sheets[title])} == {"（本期无）"}
    row = cells(sheets["其他问题"])
    shown = {name: row[name] for name in ("账号名称", "指标", "等级", "标准", "链接", "首次发现", "告知情况")}
    assert shown == {
        "账号名称": "青禾发布",
        "指标": "C-07 泄露个人信息",
        "等级": "问题",
        "标准": "0处",
        "链接": "weibo.com/…",
        "首次发现": "2026-11-21 22:00",
        "告知情况": "尚未告知",
    }
    assert "11010519491231002X" not in str(row)


def test_the_longest_silence_stands_first(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    for account_id, silent in (("1", 20), ("2", 40), ("3", 20)):
        ledger.silent(account_id, silent, name=account_id, unit=f"第{9 - int(account_id)}局")
    sheet = write(store, tmp_path)["已超期"]
    assert names(sheet) == ["2", "3", "1"]
    assert [sheet.cell(row, 1).value for row in range(6, 9)] == [1, 2, 3]


def test_cancelled_accounts_are_not_in_it_and_closing_ones_say_so(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20, status=AccountStatus.CANCELLED)
    ledger.silent("2", 20, status=AccountStatus.CLOSING)
    sheet = write(store, tmp_path)["已超期"]
    assert sheet.max_row == 6
    assert "台账状态：关停公告" in str(cells(sheet)["问题"])


def test_a_past_week_stays_the_same_bytes_whatever_happened_since(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    path = write_report(Weekly(), store, WEEK, CUT_OFF, tmp_path)
    before = path.read_bytes()
    ledger.probe("1", CUT_OFF + days(1), newest_post_at=CUT_OFF + days(1))
    store.accounts.upsert([an_account("1", name="改名")], CUT_OFF + days(1))
    store.accounts.upsert([an_account("10")], CUT_OFF + days(1))
    again = write_report(Weekly(), store, WEEK, CUT_OFF.astimezone(UTC), tmp_path)
    assert again.read_bytes() == before
    properties = load_workbook(again).properties
    assert properties.created == properties.modified == CUT_OFF.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_no_cell_from_outside_is_a_formula(store: Store, ledger: Ledger, tmp_path: Path, name: str) -> None:
    ledger.silent("1", 20, name=name, unit=name, region=name, url=name)
    for sheet in write(store, tmp_path).values():
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        assert {link.target for link in links} <= {URL}


def test_control_characters_do_not_break_the_file(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20, name="甲\x00\x0b\ufffe乙")
    assert names(write(store, tmp_path)["已超期"]) == ["甲乙"]


def test_it_opens_ready_to_print_and_filter(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    for sheet in write(store, tmp_path).values():
        assert sheet.freeze_panes == "C6"
        assert str(sheet.auto_filter.ref).startswith("A5:")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$5:$5"


def test_numbers_stand_in_the_middle_of_their_columns(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    row = write(store, tmp_path)["已超期"][6]
    numbers = [cell for cell in row if isinstance(cell.value, int)]
    assert [cell.value for cell in numbers] == [1, 20]
    assert {cell.alignment.horizontal for cell in numbers} == {"center"}


def test_an_empty_ledger_makes_a_list_that_says_so(store: Store, tmp_path: Path) -> None:
    sheets = write(store, tmp_path)
    assert all("台账为空" in str(sheet["B7"].value) for sheet in sheets.values())
    assert "0个" not in str(sheets["汇总"]["A3"].value)


def test_the_list_holds_the_end_of_the_evidence_log_as_of_its_moment(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    keeper = Keeper(MemoryVault(), store.evidence)
    keeper.keep(*a_look(1), CUT_OFF - days(1))
    first = store.evidence.head()
    keeper.keep(*a_look(2), CUT_OFF + days(1))
    said = [str(row[0].value) for row in write(store, tmp_path)["汇总"].iter_rows(max_row=6)]
    assert any(f"共1条，簿尾 1:{first.hash}" in words for words in said)
    assert "xunjian evidence verify --against" in "".join(said)


def test_the_weekly_list_is_found_by_its_file_name() -> None:
    assert discover("services.reporter.reports", Report)["weekly"] is Weekly


@pytest.mark.parametrize("at", ["24:00", "8:47", 750])
def test_a_time_that_is_none_is_refused(at: object) -> None:
    with pytest.raises(ValidationError):
        Weekly.model_validate({"on_monday_at": at})


def test_another_process_writes_the_same_bytes(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    for number in range(5):
        ledger.silent(str(number), 20 + number % 2)
    script = (
        "import sys; from pathlib import Path; from services.reporter.reports.weekly import Weekly;"
        "from services.reporter.writing import write_report; from shared.storage.store import open_store;"
        "week = Weekly().named('2026-W47');"
        "write_report(Weekly(), open_store(sys.argv[1]), week, week.ends_at, Path(sys.argv[2]))"
    )
    for number in range(2):
        command = [sys.executable, "-c", script, f"sqlite:///{tmp_path}/xunjian.db", str(number)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(number)}
        subprocess.run(command, check=True, cwd=tmp_path, env=environment)
    assert len({path.read_bytes() for path in tmp_path.glob("*/*.xlsx")}) == 1
