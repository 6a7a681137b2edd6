"""`xunjian report` as somebody types it."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from services.reporter.reports.weekly import Weekly
from shared.clock import utc_now
from shared.errors import InputError
from shared.evidence.folder import FolderVault
from shared.storage.pictures import OF_ACCOUNT, Page
from shared.storage.store import open_store
from tests.builders import an_account
from tests.reporter.test_pictured_lists import a_jpeg
from tests.reporter.test_weekly import Ledger
from xunjian.app import make_app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], utc_now() - timedelta(days=400))
    store.close()
    path = tmp_path / "settings.yaml"
    path.write_text(f"data_dir: {tmp_path}\n")
    return path


def report(config: Path, *arguments: str) -> str:
    done = CliRunner().invoke(make_app(), ["report", *arguments, "--config", str(config)], catch_exceptions=False)
    return done.stdout


def refused(config: Path, *arguments: str) -> str:
    with pytest.raises(InputError) as error:
        report(config, *arguments)
    return str(error.value)


@pytest.mark.parametrize("option", ["--week", "--period"])
def test_the_list_of_a_past_week(config: Path, tmp_path: Path, option: str) -> None:
    path = tmp_path / "out/政务新媒体监测清单_2026年第10周.xlsx"
    assert report(config, "weekly", option, "2026-W10", "--out", str(tmp_path / "out")) == f"{path}\n"
    assert path.exists()


def test_the_list_of_the_running_week_goes_to_the_data_folder(config: Path, tmp_path: Path) -> None:
    path = Path(report(config, "weekly").strip())
    assert path.parent == tmp_path / "reports"
    assert path.exists()


def test_pictures_of_findings_come_out_of_the_evidence_of_the_settings(config: Path, tmp_path: Path) -> None:
    at = Weekly().named("2026-W47").ends_at - timedelta(hours=3)
    vault = FolderVault(tmp_path / "evidence")
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        ledger = Ledger(store)
        ledger.silent("1", 20)
        store.pictures.note(lambda _: (Page(OF_ACCOUNT),), at)
        thumbnail = vault.put(a_jpeg())
        for wanted in store.pictures.wanted("weibo/1", at):
            store.pictures.keep(wanted, "a" * 64, "b" * 64, thumbnail, at)
    book = load_workbook(report(config, "weekly", "--week", "2026-W47").strip())
    assert len(book["截图"]._images) == 1  # type: ignore[attr-defined]


def test_without_a_name_it_lists_what_there_is(config: Path) -> None:
    assert report(config) == "weekly　政务新媒体监测清单　例如：xunjian report weekly --period 2026-W47\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("monthly",), "没有这种报表；现有：weekly"),
        (("weekly", "--week", "2026-47"), "没有这一周"),
        (("weekly", "--week", "2999-W01"), "请选择已经开始的一期"),
        (("weekly", "--out", "/proc/none"), "写不进去"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_remedy(config: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(config, *arguments)
