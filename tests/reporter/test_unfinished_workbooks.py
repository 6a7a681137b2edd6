"""A workbook that cannot be finished leaves nothing of itself behind."""

import errno
import gc
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from services.reporter.reports._workbook import ListColumn, ListSheet, write_workbook

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COLUMNS = (ListColumn("单位", 20.0),)


def sheet(name: str, rows: Iterator[tuple[str]]) -> ListSheet:
    return ListSheet(name, "单子", ("说明",), COLUMNS, rows)


def rows_until_the_store_is_away() -> Iterator[tuple[str]]:
    yield ("甲县教育局",)
    raise ConnectionError("away")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_sheet_whose_rows_end_in_an_error_leaves_no_temporary_file(scratch: Path) -> None:
    sheets = [sheet("一", iter([("乙县教育局",)])), sheet("二", rows_until_the_store_is_away())]
    with pytest.raises(ConnectionError):
        write_workbook(BytesIO(), sheets, NOW)
    assert [*scratch.iterdir()] == []
    gc.collect()  # a generator left open would complain here, of another test


class FullDisk(BytesIO):
    """Takes the first bytes and no more."""

    def write(self, given: Any) -> int:
        if self.tell() > 2000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(given)


def test_a_workbook_that_the_disk_does_not_take_leaves_no_temporary_file(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", FullDisk)
    sheets = [sheet(name, iter([(f"{name}县教育局",)] * 200)) for name in "甲乙丙"]
    with pytest.raises(OSError, match="No space left"):
        write_workbook(BytesIO(), sheets, NOW)
    assert [*scratch.iterdir()] == []
