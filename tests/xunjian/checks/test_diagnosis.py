"""A line says what was found and what to do about it, and holds no secret."""

import errno
import socket
import time
from pathlib import Path

import pytest

from xunjian.checks.diagnosis import advice, failed, good, some
from xunjian.checks.patience import within
from xunjian.checks.places import Places
from xunjian.checks.wording import translated, why


def test_each_sign_has_its_line() -> None:
    assert good("时钟", "准").line == "✓ 时钟：准"
    assert failed("时钟", "慢", "校准").line == "✗ 时钟：慢 → 校准"
    assert advice("字体", "无", "安装").line == "△ 字体：无 → 安装"


def test_a_drivers_many_lines_are_one_without_password_or_control_signs() -> None:
    line = failed("数据库", "refused\n\tpostgresql://u:canary@db/x \x1b[31m", "启动").line
    assert "\n" not in line
    assert "\x1b" not in line
    assert "canary" not in line


def test_of_many_names_the_first_are_given_and_all_counted() -> None:
    assert some("甲乙") == "甲、乙"
    assert some("甲乙丙", most=2) == "甲、乙等 3 个"


def test_a_remedy_names_the_file_and_key_or_the_variable_that_wins() -> None:
    file = Path("/etc/xunjian/xunjian.yaml")
    assert Places(file).of("browser.proxy") == "设置文件 /etc/xunjian/xunjian.yaml 的 browser.proxy"
    assert (
        Places(file, {}, {"data_dir"}).of("routes.0.channels").endswith(" 的 routes.0.channels（没有写，现为默认值）")
    )
    assert Places().of("data_dir") == "设置 data_dir（现为默认值）"
    assert Places(file, {"XUNJIAN_DATABASE_URL": "x"}).of("database_url") == "环境变量 XUNJIAN_DATABASE_URL"
    assert Places(file, {"XUNJIAN_BROWSER__PROXY": "x"}).of("browser.proxy") == "环境变量 XUNJIAN_BROWSER__PROXY"
    assert Places(file, {"XUNJIAN_BROWSER": "{}"}).of("browser.proxy") == "环境变量 XUNJIAN_BROWSER"
    assert Places(file, {"XUNJIAN_BROWSER__SANDBOX": "1"}).of("browser.proxy").startswith("设置文件")


def test_what_never_answers_is_given_up() -> None:
    with pytest.raises(TimeoutError, match="没有应答"):
        within(0.05, lambda: time.sleep(30))


def test_what_answers_in_time_is_returned_and_what_it_raises_is_raised() -> None:
    assert within(30, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(30, lambda: 1 // 0)


def test_failures_of_the_system_are_said_in_chinese() -> None:
    assert why(OSError(errno.ECONNREFUSED, "Connection refused")) == "拒绝连接，那里没有程序在监听"
    assert why(TimeoutError("timed out")) == "没有应答"
    assert why(socket.gaierror(-2, "Name or service not known")) == "主机名解析不了"
    assert why(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert why(OverflowError("port must be 0-65535")) == "port must be 0-65535"


def test_what_a_driver_says_is_told_in_chinese_first() -> None:
    assert translated("FATAL: password authentication failed for user") == (
        "用户名或口令不对；原话：FATAL: password authentication failed for user"
    )
    assert translated('database "x" does not exist').startswith("没有这个用户或数据库；")
    assert translated("数据库没有应答") == "数据库没有应答"
