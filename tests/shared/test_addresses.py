import socket

import pytest

from shared.addresses import host_of, is_private, refusal
from shared.ledger.links import check_host
from shared.ledger.values import BadCellError


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
        "http://printer.lan/",
        "http://oa.corp/",
        "http://oa.intranet/",
        "http://router.home.arpa/",
        "http://feeds.test/",
        "http://１２７.0.0.1/",
        "http://１２７．０．０．１/",
        "http://127。0。0。1/",
        "http://127｡0｡0｡1/",
        "http://①②⑦.0.0.1/",
        "http://\U0001d7cf27.0.0.1/",
        "http://\U0001fbf127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.0.0.0x1/",
        "http://0x7f.1/",
        "http://0X7F000001/",
        "http://0x/",
        "http://017700000001/",
        "http://127.0.1:8080/",
        "http://%31%32%37.0.0.1/",
        "http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/",
        "http://%6c%6f%63%61%6c%68%6f%73%74/",
        "http://loc\u00adalhost/",
        "http://l\u200bocalhost/",
        "http://ｌｏｃａｌｈｏｓｔ/",
        "http://LOCALHOST/",
        "http://db。internal/",
        "http://metadata.google.ⓘnternal/",
        "http://100.100.100.200/latest/meta-data/",
        "http://168.63.129.16/",
        "http://[::127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[2001:0:7f00:1::]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
    ],
)
def test_an_address_inside_is_refused_however_it_is_written(url: str) -> None:
    assert refusal(url) == "网址指向内网地址"
    with pytest.raises(BadCellError, match="不在公网上"):
        check_host(url, "feed")


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
        "http://[fe80::1%25eth0]/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://127.0.0.08/",
        "http://1_0.0.0.1/",
        "http://127.0.0.1../",
        "http://a..example/",
        "http://％/",
        "http://a%2eb%2f.example/",
        "http://%00.example/",
        "http://%ff.example/",
        "http://a\u3000b.example/",
        "http://m.weibo.cn\x7f/",
        "http://a.example:99999/",
        "http://a.example:x/",
        f"http://{'a' * 64}.example/",
        f"http://{'长' * 3000}.example/",
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


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://feeds.qinghe.example/news.xml", "feeds.qinghe.example"),
        ("https://FEEDS.Qinghe.example.:8443/", "feeds.qinghe.example"),
        ("http://www_old.qinghe.example:81/", "www_old.qinghe.example"),
        ("http://政务.中国/", "xn--zfr164b.xn--fiqs8s"),
        ("http://ｗｗｗ。政务．中国/", "www.xn--zfr164b.xn--fiqs8s"),
        ("http://%E6%94%BF%E5%8A%A1.%e4%b8%ad%e5%9b%bd/", "xn--zfr164b.xn--fiqs8s"),
        ("http://faß.example/", "xn--fa-hia.example"),
        ("http://8.8.8.8/", "8.8.8.8"),
        ("http://0x08080808/", "8.8.8.8"),
        ("http://[2400:3200:0::1]/", "2400:3200::1"),
        ("http://[64:ff9b::808:808]/", "64:ff9b::808:808"),
    ],
)
def test_the_public_internet_is_open_to_feeds(url: str, host: str) -> None:
    assert refusal(url) is None
    assert host_of(url) == host
    check_host(url, "feed")


@pytest.mark.parametrize("port", [0, 22, 25, 445, 1023])
def test_ports_of_other_services_are_no_websites(port: int) -> None:
    assert refusal(f"http://feeds.qinghe.example:{port}/") == "网址的端口不是网站的端口"


@pytest.mark.parametrize("port", ["", ":80", ":443"])
def test_a_platform_is_on_the_usual_ports_only(port: str) -> None:
    assert refusal(f"https://m.weibo.cn{port}/u/1", ("m.weibo.cn",)) is None
    assert refusal("https://m.weibo.cn:8080/u/1", ("m.weibo.cn",)) == "网址的端口不是网站的端口"


@pytest.mark.parametrize("url", ["https://ｍ.weibo。cn/u/1", "https://m.weibo.cn./u/1", "https://m%2eweibo.cn/u/1"])
def test_a_platforms_host_is_known_however_it_is_written(url: str) -> None:
    assert refusal(url, ("m.weibo.cn",)) is None


def test_a_name_that_leads_inside_is_refused_when_nobody_else_looks_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: None, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("93.184.216.34", 0)), (2, 1, 6, "", ("10.0.0.5", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert refusal("http://rebind.example/", resolve=True) == "网址指向内网地址"
    assert refusal("http://rebind.example/") is None


def test_a_scope_does_not_hide_an_address() -> None:
    assert is_private("fe80::1%eth0")
    assert not is_private("not an address")
