"""`xunjian links`, as an officer who names the service columns of an account."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.errors import InputError
from shared.links import LinkState
from shared.storage.store import open_store
from tests.builders import NOW, an_account
from xunjian.app import make_app

Run = Callable[..., Result]
URL = "https://www.qinghe.gov.cn/yuyue"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    file = tmp_path / "xunjian.yaml"
    file.write_text(f"data_dir: {tmp_path}\n", "utf-8")
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW)
    store.close()

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(make_app(["links"]), ["links", *words, "--config", str(file)])

    return invoke


def test_a_service_column_is_named_listed_and_removed(run: Run) -> None:
    assert "已登记" in run("add", "青禾发布", URL, "--label", "在线预约").output
    assert "早已登记" in run("add", "青禾发布", URL, "--label", "在线预约").output
    listed = run("list", "青禾发布").output
    assert "在线预约" in listed
    assert LinkState.NEW.words in listed
    assert "已移除" in run("remove", "青禾发布", URL).output
    assert "共 0 个链接" in run("list").output


@pytest.mark.parametrize(
    ("address", "why"), [("http://10.0.0.1/x", "内网"), ("ftp://a.gov.cn/x", "http"), ("随便写", "网址")]
)
def test_an_address_that_nobody_may_open_is_refused_with_the_reason(run: Run, address: str, why: str) -> None:
    error = run("add", "青禾发布", address).exception
    assert isinstance(error, InputError)
    assert why in str(error)


def test_a_link_that_was_never_named_cannot_be_removed(run: Run) -> None:
    assert isinstance(run("remove", "青禾发布", URL).exception, InputError)
