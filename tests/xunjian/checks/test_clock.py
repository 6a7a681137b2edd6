"""Our clock against the platforms' and the database's; without either nothing is claimed."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.stand_in import stand_in
from tests.builders import NOW
from tests.fakes.raw_server import RawServer, head_of
from tests.xunjian.checks.signs import only
from xunjian.checks.clock import check_against_database, check_clock, date_of, offsets_of
from xunjian.checks.diagnosis import Sign
from xunjian.checks.proxy import ask_proxy, check_proxy

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("wrong_by", [timedelta(days=-400), timedelta(days=365 * 30)])
def test_a_clock_before_this_release_or_far_ahead_is_wrong(wrong_by: timedelta) -> None:
    assert check_clock(NOW + wrong_by, {}).sign is Sign.FAILED


def test_offline_nothing_is_claimed() -> None:
    check = check_clock(NOW, {})
    assert check.sign is Sign.ADVICE
    assert "未能核实" in check.detail
    assert "2026-11-21 12:00（北京时间）" in check.detail


def test_the_middle_of_several_counts() -> None:
    one_is_wrong = {"weibo": timedelta(days=9), "douyin": 2 * SECOND, "toutiao": -3 * SECOND}
    assert check_clock(NOW, one_is_wrong).sign is Sign.GOOD
    check = check_clock(NOW, {"weibo": timedelta(days=156), "douyin": timedelta(days=156)})
    assert check.sign is Sign.FAILED
    assert "weibo +13478400 秒" in check.detail


def test_a_database_server_with_another_time_fails() -> None:
    assert only(check_against_database(NOW, NOW + 20 * SECOND)).sign is Sign.GOOD
    check = only(check_against_database(NOW, NOW - timedelta(hours=8)))
    assert check.sign is Sign.FAILED
    assert "相差 28800 秒" in check.detail
    assert list(check_against_database(NOW, None)) == []


def test_two_that_are_silent_are_enough_to_call_it_offline() -> None:
    asked = []

    def ask(host: str) -> datetime | None:
        asked.append(host)
        raise TimeoutError

    assert offsets_of(["a", "b", "c", "d"], ask, lambda: NOW) == {}
    assert asked == ["a", "b"]


def test_those_that_answer_are_compared() -> None:
    def ask(host: str) -> datetime | None:
        if host == "silent":
            raise OSError
        return None if host == "undated" else NOW - 5 * SECOND

    assert offsets_of(["silent", "undated", "a"], ask, lambda: NOW) == {"a": 5 * SECOND}


def test_a_host_is_asked_through_the_proxy_and_one_that_refuses_tells_nothing() -> None:
    heads = []

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nDate: Sat, 21 Nov 2026 04:00:00 GMT\r\n\r\n")

    with RawServer(talk) as proxy, pytest.raises(OSError, match="ProxyError"):
        date_of("m.weibo.cn", proxy.url)
    assert heads[0].startswith(b"CONNECT m.weibo.cn:443 ")


def test_a_host_that_is_not_there_raises() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(OSError, match="ConnectError"):
        date_of(f"127.0.0.1:{port}", None)


def test_the_stand_in_answers_for_the_platforms_through_an_ordinary_proxy(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with stand_in(tmp_path / "demo", now, remembers=False) as given:
        proxy = given["browser"]["proxy"]
        assert check_proxy(proxy, ["m.weibo.cn"], ask_proxy, "browser.proxy").sign is Sign.GOOD
        moment = date_of("m.weibo.cn", proxy)
    assert moment is not None
    assert abs(moment - now) < timedelta(minutes=5)
