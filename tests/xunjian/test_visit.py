"""One visit, printed; nothing is recorded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.browser


def visit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xunjian", "visit", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )


def test_a_visit_prints_what_was_opened_kept_and_seen(tmp_path: Path) -> None:
    done = visit(tmp_path, "weibo/1000004", "--debug")
    assert done.returncode == 0, done.stderr
    assert "打开：https://m.weibo.cn/u/1000004" in done.stdout
    assert "结果：已核查　分类：ok" in done.stdout
    assert "containerid=1076031000004" in done.stdout
    assert "原创" in done.stdout
    assert not (tmp_path / "var/demo/inbox").exists()


def test_a_block_is_said_in_plain_words(tmp_path: Path) -> None:
    done = visit(tmp_path, "wechat/MzAwMDAwMDAwMw==")
    assert "　分类：blocked" in done.stdout
    assert done.returncode == 1


def test_an_account_is_found_by_its_link(tmp_path: Path) -> None:
    done = visit(tmp_path, "https://weibo.com/u/1000004")
    assert done.returncode == 0, done.stderr
    assert "（weibo/1000004）" in done.stdout


@pytest.mark.parametrize(("key", "remedy"), [("weibo", "平台/账号ID"), ("myspace/1", "没有该平台的采集程序")])
def test_a_wrong_name_is_explained(tmp_path: Path, key: str, remedy: str) -> None:
    done = visit(tmp_path, key)
    assert done.returncode == 2
    assert remedy in done.stderr
