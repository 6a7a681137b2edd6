"""A channel is built as the alerter builds it; its secrets are weighed and never shown."""

from pathlib import Path
from typing import Any

import pytest

from services.alerter.building import build_channels
from shared.delivery import Trouble
from tests.builders import NOW
from tests.xunjian.checks.signs import only
from xunjian.checks.channels import check_channel, check_trouble, secret_problem
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.places import Places

PLACES = Places(Path("/etc/xunjian/xunjian.yaml"))
ROBOT = {"type": "dingtalk", "token": "0a1b2c3d4e5f6a7b8c9d"}
MAIL = {"type": "email", "host": "smtp.example.cn", "sender": "a@example.cn", "to": ["b@example.cn"]}


def checked(options: dict[str, Any]) -> Diagnosis:
    check = check_channel("值班群", options, build_channels, PLACES)
    assert "canary" not in check.line
    return check


def test_a_whole_one_is_fine_and_the_real_test_is_named() -> None:
    check = checked({**ROBOT, "token": "canary0a1b2c3d4e5f6a"})
    assert check.sign is Sign.GOOD
    assert "xunjian channel test 值班群" in check.detail


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"type": "pigeon"}, "没有类型 pigeon"),
        ({}, "channels.值班群.type"),
        ({"type": "dingtalk"}, "channels.值班群.token 缺少这一项"),
        ({**ROBOT, "token": " "}, "密钥 token 是空的"),
        ({**ROBOT, "token": "https://oapi.dingtalk.com/robot/send?access_token=canary"}, "channels.值班群|整个网址"),
        ({**ROBOT, "secret": "SECxxxxxx"}, "还是示例文字"),
        ({**ROBOT, "colour": "canary"}, "channels.值班群.colour"),
        ({**MAIL, "port": 0}, "channels.值班群.port"),
        ({**MAIL, "ca_file": "/nowhere/ca.pem"}, "/nowhere/ca.pem 不存在"),
        ({"type": "inbox", "folder": "/etc/passwd/inbox"}, "不可写|channels.值班群"),
    ],
)
def test_one_that_cannot_send_is_told_with_the_place_of_its_setting(options: dict[str, Any], words: str) -> None:
    check = checked(options)
    assert check.sign is Sign.FAILED
    assert any(word in check.detail for word in words.split("|"))
    assert "/etc/xunjian/xunjian.yaml" in check.remedy


def test_a_file_of_certificates_has_to_hold_something(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    assert "是空文件" in checked({**MAIL, "ca_file": tmp_path / "ca.pem"}).detail


@pytest.mark.parametrize("secret", ["xxx", "<token>", "your-token", "changeme", "请填写密钥", "***", "SEC...", "TODO"])
def test_what_stands_in_for_a_secret_is_recognised(secret: str) -> None:
    assert secret_problem("token", secret) == "还是示例文字，没有换成真的"


@pytest.mark.parametrize("secret", ["SEC0a1b2c3d4e", "0a1b", "p@ss w0rd", "客观上的口算"])
def test_what_may_be_a_secret_is_left_alone(secret: str) -> None:
    assert secret_problem("password", secret) is None


def test_a_channel_that_is_off_is_told_with_its_last_error_and_without_secrets() -> None:
    trouble = Trouble(
        name="值班群",
        failures=3,
        error="https://x/?access_token=canary\n310000",
        retry_at=NOW,
        off_since=NOW,
        digest="0",
    )
    check = only([check_trouble(trouble)])
    assert check.sign is Sign.ADVICE
    assert "自 2026-11-21 12:00 起停用" in check.detail
    assert "310000" in check.detail
    assert "canary" not in check.line
