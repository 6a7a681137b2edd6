import socket

import pytest

from shared.addresses import is_private, refusal


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0.0.0.0/",
        "http://10.1.2.3:8080/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost/",
        "http://localhost./",
        "http://db.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://postgres/",
    ],
)
def test_an_address_inside_is_refused(url: str) -> None:
    assert refusal(url) == "网址指向内网地址"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "view-source:https://m.weibo.cn/",
        "data:text/html,hello",
        "javascript:alert(1)",
        "chrome://crash",
        "ftp://m.weibo.cn/",
        "//m.weibo.cn/u/1",
        "",
    ],
)
def test_anything_but_the_web_is_refused(url: str) -> None:
    assert refusal(url) == "只能打开 http 或 https 网址"


@pytest.mark.parametrize(
    "url",
    [
        "http://a@127.0.0.1/",
        "https://m.weibo.cn@evil.example/",
        "https://m.weibo.cn\\@evil.example/",
        "https://m.weibo.cn /",
        "https://m.weibo.cn/\n",
        "https:///u/1",
        "http://[::1/",
    ],
)
def test_an_address_that_two_readers_read_differently_is_refused(url: str) -> None:
    assert refusal(url) == "网址格式有误"


def test_only_the_platforms_hosts_may_be_opened() -> None:
    hosts = ("m.weibo.cn",)
    assert refusal("https://m.weibo.cn/u/1", hosts) is None
    assert refusal("https://M.Weibo.CN/u/1", hosts) is None
    assert refusal("https://m.weibo.cn.evil.example/", hosts) == "m.weibo.cn.evil.example 不属于该平台"
    assert refusal("https://evil.example/m.weibo.cn", hosts) == "evil.example 不属于该平台"


@pytest.mark.parametrize("url", ["https://feeds.qinghe.example/news.xml", "http://8.8.8.8/", "http://[2400:3200::1]/"])
def test_the_public_internet_is_open_to_feeds(url: str) -> None:
    assert refusal(url) is None


def test_a_name_that_leads_inside_is_refused_when_nobody_else_looks_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: None, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("93.184.216.34", 0)), (2, 1, 6, "", ("10.0.0.5", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert refusal("http://rebind.example/", resolve=True) == "网址指向内网地址"
    assert refusal("http://rebind.example/") is None


def test_a_scope_does_not_hide_an_address() -> None:
    assert is_private("fe80::1%eth0")
    assert not is_private("not an address")
