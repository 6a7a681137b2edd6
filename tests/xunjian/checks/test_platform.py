"""`xunjian doctor --platform`: blocked, logged out, changed or fine, and what to do."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.collector.looker import Visit
from shared.account import Account
from shared.errors import TransientError
from shared.events import Outcome
from shared.session_life import EXPIRED, Life, Proof
from tests.builders import NOW, a_probe, an_account
from xunjian.checks.diagnosis import Sign
from xunjian.checks.platform import check_logins, check_now, check_recent

PROVED: dict[str, Any] = {"post_ids": ("p1",), "newest_post_at": NOW}


def looking(*outcomes: Outcome, session: str | None = None) -> Callable[[Account], Visit]:
    left = list(outcomes)

    def look(account: Account) -> Any:
        return SimpleNamespace(probe=a_probe(NOW, left.pop(0), session=session, reason=None))

    return look


def accounts(count: int) -> list[Account]:
    return [an_account(id=str(number)) for number in range(count)]


def test_one_account_that_is_seen_is_enough() -> None:
    (found,) = check_now("weibo", accounts(3), looking(Outcome.GONE, Outcome.OK, session="default"))
    assert found.sign is Sign.GOOD
    assert "正常" in found.detail
    assert "以 default 登录，平台已确认" in found.detail


@pytest.mark.parametrize(
    ("outcome", "words", "remedy"),
    [
        (Outcome.BLOCKED, "被平台限制", "min_interval_seconds"),
        (Outcome.LOGIN_WALL, "没有登录，或登录已失效", "xunjian login weibo"),
        (Outcome.PARSE_ERROR, "平台改版", "升级程序"),
        (Outcome.NETWORK, "网络不通", "browser.proxy"),
        (Outcome.TIMEOUT, "超时", "timeout_seconds"),
        (Outcome.CRASH, "浏览器", "xunjian doctor"),
        (Outcome.GONE, "打不开", "核对台账"),
        (Outcome.CLOCK, "本机时间", "timedatectl"),
        (Outcome.UNKNOWN, "更新的版本", "升级"),
    ],
)
def test_what_keeps_accounts_from_being_seen_is_told_with_what_to_do(outcome: Outcome, words: str, remedy: str) -> None:
    (found,) = check_now("weibo", accounts(5), looking(outcome, outcome, outcome))
    assert found.sign is Sign.FAILED
    assert words in found.detail
    assert remedy in found.remedy


def test_an_account_that_is_gone_does_not_hide_a_wall() -> None:
    (found,) = check_now("weibo", accounts(3), looking(Outcome.GONE, Outcome.BLOCKED, Outcome.GONE))
    assert "被平台限制" in found.detail


def test_a_look_that_could_not_be_made_is_no_verdict() -> None:
    def look(account: Account) -> Visit:
        raise TransientError("浏览器无法启动")

    (found,) = check_now("weibo", accounts(1), look)
    assert "没有看成" in found.detail


def test_without_accounts_nobody_is_looked_at() -> None:
    (found,) = check_now("weibo", [], looking())
    assert found.sign is Sign.ADVICE


def test_what_was_seen_lately_is_counted() -> None:
    good = [a_probe(NOW, account_id=str(number), **PROVED) for number in range(3)]
    bad = [a_probe(NOW, Outcome.BLOCKED, account_id=f"b{number}", reason="要求验证码") for number in range(2)]
    found = check_recent("weibo", good, NOW)
    assert (found.sign, found.detail) == (Sign.GOOD, "一天内核查的 3 个账号中看到了 3 个")
    found = check_recent("weibo", [*bad, *good], NOW)
    assert found.sign is Sign.ADVICE
    assert "没看到的多为被平台限制（2 个，例如：要求验证码）" in found.detail
    assert check_recent("weibo", [*bad, *good[:1]], NOW).sign is Sign.FAILED


def test_a_platform_that_nobody_looked_at_is_told() -> None:
    old = [a_probe(NOW - timedelta(days=2), **PROVED)]
    assert "一天内没有核查过" in check_recent("weibo", old, NOW).detail
    assert check_recent("weibo", [], NOW).sign is Sign.ADVICE


@pytest.mark.parametrize(
    ("life", "sign", "words"),
    [
        ({}, Sign.GOOD, "还没有用来核查过"),
        ({"asked_at": NOW, "proof": Proof.IN}, Sign.GOOD, "确认有效"),
        ({"asked_at": NOW, "proof": Proof.UNKNOWN}, Sign.ADVICE, "没有答复"),
        ({"asked_at": NOW, "proof": Proof.OUT}, Sign.ADVICE, "说没有登录"),
        ({"asked_at": NOW, "proof": Proof.OUT, "ended_at": NOW, "why": EXPIRED}, Sign.FAILED, "已失效"),
    ],
)
def test_what_the_platform_said_of_a_login_is_told(life: dict[str, Any], sign: Sign, words: str) -> None:
    lives = [
        Life(platform="weibo", name="a", since=NOW, **life),
        Life(platform="weibo", name="a", since=NOW - timedelta(9)),
    ]
    (found,) = check_logins("weibo", ["a"], lives)
    assert found.sign is sign
    assert words in found.detail


def test_without_a_login_the_public_looks() -> None:
    (found,) = check_logins("weibo", [], [])
    assert found.sign is Sign.GOOD
