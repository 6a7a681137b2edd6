"""An office with two accounts, and its command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.storage.store import open_store
from tests.builders import NOW, an_account, days
from tests.collector.exports import making
from tests.xunjian.exports.handing_in import DOUYIN, Run
from xunjian.app import make_app
from xunjian.commands import exports as command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.yaml").write_text("data_dir: .\n", encoding="utf-8")
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    named = [an_account(making.BIZ, "wechat"), an_account(DOUYIN.partition("/")[2], "douyin", name="抖音号")]
    store.accounts.upsert(named, NOW - days(60))
    store.close()
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(command, "utc_now", lambda: NOW)

    def invoke(*words: str) -> Result:
        app = make_app(["exports", "sources", "evidence"])
        return CliRunner().invoke(app, [*words, "--config", str(folder / "s.yaml")])

    return invoke
