"""A proxy is asked for a way to a platform; its log-in is never shown."""

import socket

import pytest

from tests.fakes.raw_server import RawServer, head_of
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.proxy import Answer, ask_proxy, check_proxy

PLACE = "设置 browser.proxy"
HOSTS = ["m.weibo.cn", "www.douyin.com"]


def asked(answer: bytes) -> tuple[Diagnosis, bytes]:
    heads = []

    def talk(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(answer)

    with RawServer(talk) as server:
        check = check_proxy(f"http://user:can%40ary@127.0.0.1:{server.port}", HOSTS, ask_proxy, PLACE)
    assert "ary" not in check.line
    return check, heads[0]


@pytest.mark.parametrize(
    ("answer", "sign", "words"),
    [
        (b"HTTP/1.1 200 Connection established\r\n\r\n", Sign.GOOD, "已试通 m.weibo.cn"),
        (b"HTTP/1.0 407 Proxy Authentication Required\r\n\r\n", Sign.FAILED, "不认用户名或密码"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", Sign.FAILED, "不放行 m.weibo.cn、www.douyin.com（HTTP 403）"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Sign.FAILED, "不是 HTTP 代理"),
        (b"", Sign.FAILED, "不是 HTTP 代理"),
    ],
)
def test_what_a_proxy_answers_is_told(answer: bytes, sign: Sign, words: str) -> None:
    check, head = asked(answer)
    assert check.sign is sign
    assert words in check.detail
    assert head.startswith(b"CONNECT m.weibo.cn:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpjYW5AYXJ5\r\n" in head


def test_one_that_is_not_there_names_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    check = check_proxy(f"http://127.0.0.1:{port}", HOSTS, ask_proxy, PLACE)
    assert check.sign is Sign.FAILED
    assert "连接不上" in check.detail
    assert PLACE in check.remedy


def test_one_way_that_is_open_is_enough() -> None:
    answers = iter((Answer(502), Answer(200)))
    assert check_proxy("http://proxy:3128", HOSTS, lambda *_: next(answers), PLACE).sign is Sign.GOOD


def test_one_that_never_answers_is_told() -> None:
    def ask(url: str, host: str) -> Answer:
        raise TimeoutError("4 秒内没有应答")

    assert "没有应答" in check_proxy("http://proxy:3128", HOSTS, ask, PLACE).detail
