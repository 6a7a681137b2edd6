"""Disk, temporary folder, fonts, time zone, and who looks."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.xunjian.checks.signs import only
from xunjian.checks.diagnosis import Sign
from xunjian.checks.machine import (
    Space,
    check_disk,
    check_fonts,
    check_temporary,
    check_user,
    check_zone,
    nearest,
    space_of,
)

GB = 1024**3
FOLDER = Path("/var/xunjian")


def refused(*_: object) -> Any:
    raise OSError("没有这个程序")


@pytest.mark.parametrize(
    ("space", "sign"),
    [
        (Space(50 * GB, 100_000), Sign.GOOD),
        (Space(50 * GB, None), Sign.GOOD),
        (Space(1 * GB, 100_000), Sign.ADVICE),
        (Space(1024, 100_000), Sign.FAILED),
        (Space(50 * GB, 3), Sign.FAILED),
    ],
)
def test_a_full_disk_fails_and_little_is_advised(space: Space, sign: Sign) -> None:
    assert check_disk(FOLDER, space, "设置 data_dir").sign is sign


@pytest.mark.parametrize(
    ("space", "sign"),
    [
        (Space(GB, None), Sign.GOOD),
        (Space(GB // 3, None), Sign.ADVICE),
        (Space(1024, None), Sign.FAILED),
        (Space(GB, 3), Sign.FAILED),
    ],
)
def test_the_browser_needs_room_in_the_temporary_folder(space: Space, sign: Sign) -> None:
    assert check_temporary(Path("/tmp"), space).sign is sign


def test_a_real_folder_has_room(tmp_path: Path) -> None:
    assert space_of(tmp_path).bytes > 0
    assert nearest(tmp_path / "not" / "made") == tmp_path


@pytest.mark.parametrize("families", [list, refused])
def test_missing_chinese_fonts_are_advised_only(families: Any) -> None:
    check = check_fonts(families, "管理员执行：apt-get install -y fonts-noto-cjk")
    assert check.sign is Sign.ADVICE
    assert "fonts-noto-cjk" in check.remedy


def test_a_chinese_font_is_named() -> None:
    assert check_fonts(lambda: ["Noto Sans CJK SC"], "").line == "✓ 中文字体：Noto Sans CJK SC"


def test_a_zone_that_is_missing_or_wrong_is_told() -> None:
    def missing() -> timedelta:
        raise KeyError("Asia/Shanghai")

    assert check_zone(missing).sign is Sign.FAILED
    assert check_zone(lambda: timedelta(hours=9)).sign is Sign.FAILED
    assert check_zone(lambda: timedelta(hours=8)).sign is Sign.GOOD


def test_root_is_told_to_look_as_the_owner_of_the_data() -> None:
    check = only(check_user(0, 998, lambda _: "xunjian"))
    assert check.sign is Sign.ADVICE
    assert "sudo -u xunjian xunjian doctor" in check.remedy


def test_another_user_than_the_owner_is_sent_to_the_owner() -> None:
    check = only(check_user(65534, 998, lambda user: {998: "xunjian", 65534: "nobody"}[user]))
    assert check.sign is Sign.ADVICE
    assert "现在是 nobody，而数据目录属于 xunjian" in check.detail
    assert "sudo -u xunjian xunjian doctor" in check.remedy


@pytest.mark.parametrize(("user", "owner"), [(0, 0), (0, None), (998, 998), (998, None)])
def test_nobody_else_is(user: int, owner: int | None) -> None:
    assert list(check_user(user, owner, str)) == []
