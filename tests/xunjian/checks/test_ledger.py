"""The ledger file's errors are counted and the first named; accounts that no visit could open are told."""

from pathlib import Path

import pytest

from services.collector.platforms.base import Platform
from shared.account import AccountStatus
from shared.errors import InputError
from shared.ledger.reading import LedgerFile, read_ledger
from shared.plugins import discover
from tests.builders import an_account
from tests.xunjian.checks.signs import only, signs
from xunjian.checks.diagnosis import Sign
from xunjian.checks.ledger import check_accounts, check_file

PLATFORMS = {name: kind() for name, kind in discover("services.collector.platforms", Platform).items()}
HEAD = "账号名称,平台,账号ID,主办单位\n"


def written(tmp_path: Path, *rows: str) -> tuple[Path, LedgerFile]:
    path = tmp_path / "台账.csv"
    path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return path, read_ledger(path)


def test_a_good_file_is_counted(tmp_path: Path) -> None:
    path, ledger = written(tmp_path, "青禾发布,微博,1000001,青禾县政府办")
    assert only(check_file(path, ledger, "")).line == f"✓ 台账文件：{path}：1 个账号"


def test_errors_are_counted_and_the_first_three_named(tmp_path: Path) -> None:
    rows = [f"账号{number},快手,{number}00001,某局{number}" for number in range(2)]
    path, ledger = written(
        tmp_path, "青禾发布,微博,1000001,青禾县政府办", *[f"账{n},微博,错{n},某局" for n in range(5)], *rows
    )
    check = only(check_file(path, ledger, ""))
    assert check.sign is Sign.ADVICE
    assert "1 个账号可导入，5 行有错" in check.detail
    assert check.detail.count("CSV!") == 3
    assert "--dry-run" in check.remedy


def test_an_empty_one_is_advice_once_the_database_has_accounts(tmp_path: Path) -> None:
    path, ledger = written(tmp_path)
    check = only(check_file(path, ledger, "设置 ledger", stored=4))
    assert check.sign is Sign.ADVICE
    assert "照常核查数据库里的 4 个" in check.detail


def test_an_empty_one_and_one_that_cannot_be_read_fail(tmp_path: Path) -> None:
    path, ledger = written(tmp_path)
    assert only(check_file(path, ledger, "")).sign is Sign.FAILED
    check = only(check_file(path, InputError("台账.csv", "没有这个文件；请核对路径"), "设置 ledger"))
    assert check.sign is Sign.FAILED
    assert "没有这个文件" in check.detail
    assert "设置 ledger" in check.remedy


def test_a_cell_that_was_left_out_is_named(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text("账号名称,平台,账号ID,主办单位,粉丝数\n青禾发布,微博,1000001,青禾县政府办,很多\n", encoding="utf-8")
    check = only(check_file(path, read_ledger(path), ""))
    assert check.sign is Sign.ADVICE
    assert "1 个账号，1 处未采纳" in check.detail


def test_no_account_yet_is_advised_with_the_way_in() -> None:
    assert "xunjian ledger import" in only(check_accounts(0, [], PLATFORMS)).remedy


def test_what_a_database_holds_that_cannot_be_read_is_not_claimed() -> None:
    assert list(check_accounts(None, [], PLATFORMS)) == []
    assert "数据库读不了" in only(check_accounts(None, [an_account("1000001")], PLATFORMS)).detail


def test_the_file_that_comes_with_the_next_start_is_counted() -> None:
    detail = only(check_accounts(0, [an_account("1000001")], PLATFORMS)).detail
    assert detail == "数据库里有 0 个账号，启动时导入后为 1 个，其中核查 1 个"


@pytest.mark.parametrize("platform", ["weibo", "kuaishou"])
def test_accounts_that_cannot_be_opened_are_named_with_the_reason(platform: str) -> None:
    accounts = [an_account("1000001"), an_account("no id", platform, name="青禾发布")]
    fine, closed = check_accounts(len(accounts), accounts, PLATFORMS)
    assert fine.detail == "数据库里有 2 个账号，其中核查 2 个"
    assert closed.sign is Sign.ADVICE
    assert f"1 个账号打不开，只会是未能核实：青禾发布（{platform}/no id）" in closed.detail


def test_cancelled_ones_are_not_visited_and_need_not_open() -> None:
    accounts = [an_account("1000001"), an_account("no id", status=AccountStatus.CANCELLED)]
    assert signs(check_accounts(len(accounts), accounts, PLATFORMS)) == "✓"
