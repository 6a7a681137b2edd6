"""Saved logins: each is named by its file with what is wrong with it, and its cookies are never shown."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import NOW
from tests.xunjian.checks.signs import only
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.sessions import check_sessions

PLATFORMS = {"weibo", "douyin"}


def cookie(name: str = "SUB", days: float | None = 30, **more: Any) -> dict[str, Any]:
    expires = -1 if days is None else (NOW + timedelta(days=days)).timestamp()
    return {"name": name, "value": "canary", "domain": ".weibo.cn", "expires": expires, **more}


def saved(folder: Path, content: object, name: str = "weibo.json", mode: int = 0o600) -> Diagnosis:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    file.chmod(mode)
    moment = (NOW - timedelta(days=12)).timestamp()
    os.utime(file, (moment, moment))
    check = only(check_sessions(folder, PLATFORMS, NOW, "设置 browser.storage_state"))
    assert "canary" not in check.line
    return check


def test_a_fresh_login_is_fine_and_told_with_its_age(tmp_path: Path) -> None:
    assert saved(tmp_path, {"cookies": [cookie()]}).line == "✓ 登录状态 weibo.json：保存于 12 天前，还有 30 天到期"


@pytest.mark.parametrize(
    ("cookies", "sign", "words"),
    [
        ([cookie(days=2)], Sign.ADVICE, "还有 2 天到期"),
        ([cookie(days=-1.5)], Sign.FAILED, "已于 1 天前过期"),
        ([cookie(days=None)], Sign.GOOD, "没有写明到期时间"),
        ([cookie(days=-9), cookie(days=9)], Sign.GOOD, "还有 9 天到期"),
        ([cookie("tracking", days=-9), cookie()], Sign.GOOD, "还有 30 天到期"),
        ([cookie("tracking")], Sign.ADVICE, "没有登录用的 cookie（SUB）"),
        ([], Sign.ADVICE, "没有登录用的 cookie"),
        ([cookie(expires=1e300)], Sign.GOOD, "没有写明到期时间"),
    ],
)
def test_the_cookie_that_logs_in_decides(tmp_path: Path, cookies: list[object], sign: Sign, words: str) -> None:
    check = saved(tmp_path, {"cookies": cookies})
    assert check.sign is sign
    assert words in check.detail


@pytest.mark.parametrize(
    "content",
    [
        *("", '{"cookies": [', "[" * 100_000, "[]", "null", "{}"),
        '{"cookies": 3}',
        '{"cookies": [3]}',
        '{"cookies": [{"name": "SUB"}]}',
    ],
)
def test_a_corrupt_one_is_named_by_its_file(tmp_path: Path, content: str) -> None:
    check = saved(tmp_path, content)
    assert check.sign is Sign.FAILED
    assert str(tmp_path / "weibo.json") in check.detail
    assert "重新登录" in check.remedy


def test_one_that_others_can_read_is_not_used_by_the_collector(tmp_path: Path) -> None:
    check = saved(tmp_path, {"cookies": [cookie()]}, mode=0o644)
    assert check.sign is Sign.FAILED
    assert check.remedy == f"chmod 600 {tmp_path / 'weibo.json'}"


def test_a_name_that_is_no_platform_is_told(tmp_path: Path) -> None:
    check = saved(tmp_path, {"cookies": [cookie()]}, name="sina.json")
    assert check.sign is Sign.ADVICE
    assert "douyin、weibo" in check.remedy


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "weibo.json").symlink_to(tmp_path / "gone")
    assert only(check_sessions(tmp_path, PLATFORMS, NOW, "")).sign is Sign.FAILED


def test_no_folder_set_is_fine_an_empty_one_is_told_and_a_missing_one_fails(tmp_path: Path) -> None:
    def sign(folder: Path | None) -> Sign:
        return only(check_sessions(folder, PLATFORMS, NOW, "设置")).sign

    assert (sign(None), sign(tmp_path), sign(tmp_path / "gone")) == (Sign.GOOD, Sign.ADVICE, Sign.FAILED)
