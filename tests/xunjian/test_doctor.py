"""The doctor says what is wrong and what to do, and never sends or guesses."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr

from services.alerter.channels.base import Channel
from shared.delivery import Trouble
from shared.errors import TransientError
from shared.storage.store import open_store
from tests.builders import NOW
from tests.paths import ROOT
from xunjian.checks import (
    Diagnosis,
    check_attempt,
    check_browser,
    check_channel,
    check_clock,
    check_disk,
    check_fonts,
    check_routes,
    check_trouble,
    check_zone,
)

GB = 1024**3


class Robot(Channel):
    token: SecretStr
    port: int = Field(default=1, ge=1)


KINDS: dict[str, type[Channel]] = {"robot": Robot}


def refused(*_: object) -> Any:
    raise OSError("没有这个程序")


def test_a_good_check_is_a_tick_and_a_bad_one_a_cross_with_its_remedy() -> None:
    assert Diagnosis("时钟", True, "准").line == "✓ 时钟：准"
    assert Diagnosis("时钟", False, "慢", "校准").line == "✗ 时钟：慢 → 校准"
    assert Diagnosis("字体", False, "无", "装", essential=False).line == "✗ 字体（不影响运行）：无 → 装"


def test_a_browser_is_named_with_its_version() -> None:
    check = check_browser(Path("/usr/bin/chromium"), lambda _: "Chromium 156")
    assert check.line == "✓ 浏览器：/usr/bin/chromium（Chromium 156）"


@pytest.mark.parametrize("found", [None, Path("/opt/broken")])
def test_no_browser_and_one_that_does_not_start_are_essential(found: Path | None) -> None:
    check = check_browser(found, refused)
    assert not check.ok
    assert check.essential
    assert "apt-get install chromium" in check.remedy


@pytest.mark.parametrize("families", [list, refused])
def test_missing_chinese_fonts_are_told_and_stop_nothing(families: Any) -> None:
    check = check_fonts(families)
    assert (check.ok, check.essential) == (False, False)
    assert "fonts-noto-cjk" in check.remedy


def test_a_chinese_font_is_named() -> None:
    assert check_fonts(lambda: ["Noto Sans CJK SC"]).line == "✓ 中文字体：Noto Sans CJK SC"


def test_a_broker_that_does_not_answer_is_told_in_its_own_words() -> None:
    def ask() -> None:
        raise TransientError("no broker at kafka:9092 within 10 s")

    check = check_attempt("消息总线", "Kafka", ask, "启动 Kafka")
    assert check.line == "✗ 消息总线：Kafka 不可用（no broker at kafka:9092 within 10 s） → 启动 Kafka"


def test_a_drivers_many_lines_are_one_and_hold_no_password() -> None:
    def ask() -> None:
        raise TransientError("refused\n\tpostgresql://u:canary@db/x")

    line = check_attempt("数据库", "PostgreSQL", ask, "启动").line
    assert "\n" not in line
    assert "canary" not in line


def test_what_can_be_used_is_fine() -> None:
    assert check_attempt("数据库", "SQLite", lambda: None, "").ok


@pytest.mark.parametrize("wrong_by", [timedelta(days=-400), timedelta(days=365 * 30)])
def test_a_clock_before_this_release_or_far_ahead_is_wrong(wrong_by: timedelta) -> None:
    assert not check_clock(NOW + wrong_by, None, {}).ok


def test_a_clock_that_differs_from_the_databases_is_wrong() -> None:
    assert check_clock(NOW, NOW + timedelta(seconds=20), {}).ok
    assert "相差 8 秒" not in check_clock(NOW, NOW - timedelta(hours=8), {}).detail
    assert "相差 28800 秒" in check_clock(NOW, NOW - timedelta(hours=8), {}).detail


def test_a_clock_that_differs_from_the_platforms_is_wrong_even_where_one_of_them_is() -> None:
    one_is_wrong = {"weibo": timedelta(days=9), "douyin": timedelta(seconds=2), "feed:a": timedelta(seconds=-3)}
    assert check_clock(NOW, None, one_is_wrong).ok
    check = check_clock(NOW, None, {"weibo": timedelta(days=156), "douyin": timedelta(days=156)})
    assert not check.ok
    assert "weibo +13478400 秒" in check.detail


def test_a_channel_that_is_off_is_told_with_its_last_error_and_without_secrets() -> None:
    trouble = Trouble(
        name="值班群",
        failures=3,
        error="https://x/?access_token=canary\n310000",
        retry_at=NOW,
        off_since=NOW,
        digest="0",
    )
    line = check_trouble(trouble).line
    assert line.startswith("✗ 渠道 值班群 的发送（不影响运行）：最近一次发送失败，自 2026-11-21 12:00 起停用：")
    assert "310000" in line
    assert "canary" not in line


def test_the_clock_is_shown_in_beijing_time() -> None:
    assert check_clock(NOW, None, {}).detail == "2026-11-21 12:00（北京时间）"


def test_a_zone_that_is_missing_or_wrong_is_told() -> None:
    def missing() -> timedelta:
        raise KeyError("Asia/Shanghai")

    assert not check_zone(missing).ok
    assert not check_zone(lambda: timedelta(hours=9)).ok
    assert check_zone(lambda: timedelta(hours=8)).ok


def test_little_disk_is_a_warning_and_next_to_none_a_failure() -> None:
    folder = Path("/var/xunjian")
    assert check_disk(folder, 50 * GB).ok
    few = check_disk(folder, 1 * GB)
    assert (few.ok, few.essential) == (False, False)
    none = check_disk(folder, 1024)
    assert (none.ok, none.essential) == (False, True)


def test_a_channel_with_its_secret_is_fine_and_the_secret_is_not_shown() -> None:
    check = check_channel("值班群", {"type": "robot", "token": "canary-secret"}, KINDS)
    assert check.ok
    assert "canary" not in check.line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"type": "pigeon"}, "没有类型 pigeon"),
        ({}, "没有类型"),
        ({"type": "robot"}, "channels.值班群.token"),
        ({"type": "robot", "token": " "}, "密钥 token 是空的"),
        ({"type": "robot", "token": "canary-secret", "port": 0}, "channels.值班群.port"),
        ({"type": "robot", "token": "canary-secret", "colour": "canary-secret"}, "channels.值班群.colour"),
    ],
)
def test_a_channel_that_cannot_send_is_told_without_its_secret(options: dict[str, Any], words: str) -> None:
    check = check_channel("值班群", options, KINDS)
    assert not check.ok
    assert words in check.detail
    assert "canary" not in check.line


def test_a_route_to_an_unknown_channel_would_lose_messages() -> None:
    check = check_routes({"routes.0": ("inbox",), "operators": ("ding",)}, {"inbox": {}})
    assert check.line == "✗ 通知去向：operators 用到的渠道 ding 没有定义 → 在 channels 中定义，或改正 operators"
    assert not check_routes({"operators": ()}, {}).ok
    assert check_routes({"routes.0": ("inbox",), "operators": ("inbox",)}, {"inbox": {}}).detail == "inbox"


def examined(folder: Path, data_dir: Path) -> tuple[int, list[str]]:
    """Exit status and lines of the doctor in a process of its own."""
    code = "import typer; from xunjian.doctor import doctor; typer.run(doctor)"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "XUNJIAN_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_the_doctor_examines_a_fresh_installation(tmp_path: Path) -> None:
    status, lines = examined(tmp_path, tmp_path / "var")
    names = [line[2:].split("：")[0].removesuffix("（不影响运行）") for line in lines]
    assert names == ["浏览器", "中文字体", "数据库", "消息总线", "时钟", "时区", "磁盘", "渠道 inbox", "通知去向"]
    failed = [line for line in lines if line.startswith("✗") and "不影响运行" not in line]
    assert status == (1 if failed else 0)
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_leaves_an_installation_exactly_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    open_store(f"sqlite:///{folder / 'xunjian.db'}").close()

    def state() -> list[tuple[str, int, int]]:
        files = [folder, *sorted(folder.iterdir())]
        return [(file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files]

    before = state()
    examined(tmp_path, folder)
    assert state() == before


def test_a_data_folder_that_cannot_be_made_fails_database_and_bus(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    status, lines = examined(tmp_path, tmp_path / "file" / "var")
    assert status == 1
    assert len([line for line in lines if line.startswith(("✗ 数据库", "✗ 消息总线"))]) == 2
