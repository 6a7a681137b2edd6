"""What is exported is imported as the same accounts, and no cell is a formula."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from shared.account import Account
from shared.errors import InputError
from shared.ledger.columns import COLUMNS, HEADERS
from shared.ledger.reading import LedgerFile, read_ledger
from shared.ledger.writing import write_ledger, write_template
from tests.shared.ledgers import FULL

HOSTILE = [
    Account(platform="weibo", id=f"2{number:09}", name=text, unit=text, remark=text, contact=text)
    for number, text in enumerate(
        ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "＝1", "＋1", "－1", "＠1", "'=1", "''@x", "'普通'", "<script>", "#REF!", "1.5", "TRUE", "a;b,c\"d"]
    )
]  # fmt: skip


def as_reads(account: Account) -> Account:
    """Reading puts text on one line."""
    return account.model_copy(update={"remark": " ".join(account.remark.split())}) if account.remark else account


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_exported_is_imported_as_the_same_accounts(tmp_path: Path, ending: str) -> None:
    accounts = [FULL, *HOSTILE, Account(platform="feed", id="x", name="n", unit="u", url="https://www.gov.cn/rss")]
    path = tmp_path / f"export.{ending}"
    write_ledger(path, accounts)
    file = read_ledger(path)
    assert (file.errors, file.notices) == ((), ())
    assert list(file.accounts) == [as_reads(account) for account in accounts]


def test_no_exported_cell_is_a_formula(tmp_path: Path) -> None:
    write_ledger(tmp_path / "e.xlsx", HOSTILE)
    cells = [cell for row in load_workbook(tmp_path / "e.xlsx").worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    write_ledger(tmp_path / "e.csv", HOSTILE)
    text = (tmp_path / "e.csv").read_bytes().decode("utf-8-sig")
    assert not [cell for row in csv.reader(StringIO(text)) for cell in row if cell.startswith(tuple("=+-@＝＋－＠"))]


def test_export_and_template_have_the_same_columns_and_text_cells(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    write_ledger(tmp_path / "e.xlsx", [FULL])
    sheets = [load_workbook(tmp_path / name).worksheets[0] for name in ("t.xlsx", "e.xlsx")]
    assert [[cell.value for cell in next(sheet.iter_rows(max_row=1))] for sheet in sheets] == [list(HEADERS)] * 2
    assert sheets[0].column_dimensions["C"].number_format == "@"


def test_the_empty_template_is_an_empty_ledger(tmp_path: Path) -> None:
    for name in ("t.xlsx", "t.csv"):
        write_template(tmp_path / name)
        assert read_ledger(tmp_path / name) == LedgerFile((), columns=tuple(column.field for column in COLUMNS))


def test_a_csv_opens_right_in_excel(tmp_path: Path) -> None:
    write_template(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["ledger.pdf", "none/ledger.csv"])
def test_a_path_that_cannot_be_written_is_an_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        write_template(tmp_path / name)


@pytest.mark.parametrize(
    "cell", ["专辑", "ftp://a.example/x", "https://10.0.0.1/feed", "https://localhost/x", "https://a.example/1；无"]
)
def test_a_source_that_nobody_may_open_is_left_out_and_its_row_taken(tmp_path: Path, cell: str) -> None:
    write_ledger(tmp_path / "e.csv", [FULL.model_copy(update={"other_sources": (cell,)})])
    file = read_ledger(tmp_path / "e.csv")
    assert [account.other_sources for account in file.accounts] == [()]
    assert [warning.field for warning in file.warnings] == ["other_sources"]
