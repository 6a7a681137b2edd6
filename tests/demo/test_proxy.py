"""The stand-in asked with the standard library's own client, as any program behind an egress proxy would."""

import base64
import hashlib
import http.client
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import demo_world

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
VISITOR = {"Cookie": "SUB=demo"}
GETMSG = "/mp/profile_ext?action=getmsg&__biz=MzAwMDAwMDAwMQ==&f=json&offset=0&count=10"
SEC_UID = "MS4wLjABAAAAQingheDemo000000000000000000000000000000001"
TOKEN = "MS4wLjABAAAAQingheNews000000000000000000000000000000001"


@pytest.fixture(scope="module")
def net() -> Internet:
    return Internet(demo_world(NOW))


@pytest.fixture(scope="module")
def proxy(net: Internet) -> Iterator[Proxy]:
    with Proxy(net) as proxy:
        yield proxy


def ask(
    proxy: Proxy, host: str, path: str, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    address = urlsplit(proxy.url)
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, context=trusting, timeout=10)
    connection.set_tunnel(host, 443)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def ask_json(proxy: Proxy, host: str, path: str, headers: dict[str, str] | None = None) -> Any:
    return json.loads(ask(proxy, host, path, headers)[1])


def test_the_key_it_names_is_the_key_it_uses(proxy: Proxy) -> None:
    address = urlsplit(proxy.url)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, context=trusting, timeout=10)
    connection.set_tunnel("m.weibo.cn", 443)
    connection.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    certificate = x509.load_der_x509_certificate(connection.sock.getpeercert(binary_form=True) or b"")
    connection.close()
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(hashlib.sha256(key).digest()).decode() == proxy.spki


def test_a_host_that_does_not_exist_is_not_reached(proxy: Proxy) -> None:
    with pytest.raises(OSError, match="502"):
        ask(proxy, "www.example.org", "/")


def test_plain_http_goes_through_as_well(proxy: Proxy) -> None:
    address = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.request("GET", "http://feeds.qinghe.example/news.xml")
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"<rss" in answer.read()
    connection.close()


def test_one_connection_serves_many_requests(proxy: Proxy, net: Internet) -> None:
    address = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "http://feeds.qinghe.example/news.xml")
        connection.getresponse().read()
    connection.close()
    assert net.seen["feeds.qinghe.example/news.xml"] >= 3


def test_weibo_wants_a_visitor_first(proxy: Proxy) -> None:
    page, _ = ask(proxy, "m.weibo.cn", "/u/1000001")
    assert page.status == 302
    assert (page.getheader("Location") or "").startswith("https://visitor.passport.weibo.cn/")
    assert ask(proxy, "m.weibo.cn", "/api/container/getIndex?type=uid&value=1000001")[0].status == 432


def test_weibo_lists_ten_and_says_how_to_go_on(proxy: Proxy) -> None:
    path = "/api/container/getIndex?type=uid&value=1000001&containerid=1076031000001"
    data = ask_json(proxy, "m.weibo.cn", path, VISITOR)["data"]
    assert len(data["cards"]) == 10
    rest = ask_json(proxy, "m.weibo.cn", f"{path}&since_id={data['cardlistInfo']['since_id']}", VISITOR)["data"]
    assert len(rest["cards"]) == 2
    ids = {card["mblog"]["id"] for card in data["cards"] + rest["cards"]}
    assert len(ids) == 12


def test_wechat_packs_its_list_into_a_string(proxy: Proxy) -> None:
    answer = ask_json(proxy, "mp.weixin.qq.com", GETMSG)
    assert (answer["ret"], answer["msg_count"]) == (0, 10)
    message = json.loads(answer["general_msg_list"])["list"][0]
    assert message["comm_msg_info"]["fakeid"] == "3000000001"
    link = urlsplit(message["app_msg_ext_info"]["content_url"].replace("&amp;", "&"))
    article = ask(proxy, "mp.weixin.qq.com", f"{link.path}?{link.query}")[1].decode()
    assert message["app_msg_ext_info"]["title"] in article


@pytest.mark.parametrize("path", ["/aweme/v1/web/user/profile/other/", "/aweme/v1/web/aweme/post/"])
def test_douyin_answers_nothing_to_an_unsigned_question(proxy: Proxy, path: str) -> None:
    assert ask(proxy, "www.douyin.com", f"{path}?sec_user_id={SEC_UID}")[1] == b""
    assert ask_json(proxy, "www.douyin.com", f"{path}?sec_user_id={SEC_UID}&a_bogus=x")["status_code"] == 0


def test_toutiao_asks_the_unsigned_to_prove_themselves(proxy: Proxy) -> None:
    path = f"/api/pc/list/user/feed?category=profile_all&token={TOKEN}&max_behot_time=0"
    assert "decision" in ask_json(proxy, "www.toutiao.com", path)
    answer = ask_json(proxy, "www.toutiao.com", f"{path}&a_bogus=x")
    assert answer["message"] == "success"
    assert len(answer["data"]) == 12
