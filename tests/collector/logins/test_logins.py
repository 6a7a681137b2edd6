"""What the platforms' answers mean for a login; what is not understood proves nothing."""

import json

import pytest

from services.collector.logins.base import Login, Step
from shared.plugins import discover
from shared.session_life import Proof

LOGINS = {name: kind() for name, kind in discover("services.collector.logins", Login).items()}
WEIBO = "https://passport.weibo.com/sso/v2/qrcode/check?entry=wapsso&qrid=1&rid=x&ver=2"
DOUYIN = "https://login.douyin.com/passport/web/check_qrconnect/?aid=6383"
TOUTIAO = "https://sso.toutiao.com/check_qrconnect/?token=t&service=s"
WECHAT = "https://mp.weixin.qq.com/cgi-bin/scanloginqrcode?action=ask&f=json"
APPROVAL = "https://mp.weixin.qq.com/cgi-bin/loginauth?action=ask&f=json"
POLLS = {"weibo": WEIBO, "douyin": DOUYIN, "toutiao": TOUTIAO, "wechat": WECHAT}
HOSTILE = (b"", b"<html>", b"[]", b"null", b'{"data":[]}', b'{"data":{"login":"true"}}', b"[" * 100_000, b"\xff\xfe")


def as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_four_platforms_have_a_login() -> None:
    assert LOGINS.keys() == {"weibo", "douyin", "toutiao", "wechat"}


@pytest.mark.parametrize("platform", LOGINS)
def test_a_login_opens_its_own_hosts_only(platform: str) -> None:
    login = LOGINS[platform]
    assert login.may_open(login.page)
    assert not login.may_open("https://evil.example/" + login.hosts[0])
    assert not login.may_open(f"https://not{login.hosts[0]}/")
    assert not login.may_open(f"https://{login.hosts[0]}.evil.example/")


@pytest.mark.parametrize(
    ("url", "answer", "step"),
    [
        (WEIBO, {"retcode": 50114001}, Step.WAITING),
        (WEIBO, {"retcode": 50114002}, Step.SCANNED),
        (WEIBO, {"retcode": 20000000, "data": {"url": "https://passport.weibo.com/x"}}, Step.CONFIRMED),
        (WEIBO, {"retcode": "50114003"}, Step.EXPIRED),
        (WEIBO, {"retcode": 50114015}, Step.FAILED),
        (WEIBO, {"retcode": 1}, None),
        (DOUYIN, {"data": {"status": "new"}}, Step.WAITING),
        (DOUYIN, {"data": {"status": "scanned"}}, Step.SCANNED),
        (DOUYIN, {"data": {"status": "confirmed"}}, Step.CONFIRMED),
        (DOUYIN, {"data": {"status": "expired", "qrcode": "x"}}, Step.EXPIRED),
        (DOUYIN, {"data": {"status": "refused"}}, Step.REFUSED),
        (DOUYIN, {"data": {"error_code": 2046}}, Step.CODE),
        (DOUYIN, {"data": {"error_code": 7, "description": "访问太频繁"}}, Step.FAILED),
        (TOUTIAO, {"data": {"status": "1"}}, Step.WAITING),
        (TOUTIAO, {"data": {"status": 2}}, Step.SCANNED),
        (TOUTIAO, {"data": {"status": "3", "redirect_url": "x"}}, Step.CONFIRMED),
        (TOUTIAO, {"data": {"status": "4"}}, Step.REFUSED),
        (TOUTIAO, {"data": {"status": "4", "qrcode": "iVBO", "token": "t"}}, Step.EXPIRED),
        (TOUTIAO, {"data": {"status": "5"}}, Step.EXPIRED),
        (WECHAT, {"status": 0}, Step.WAITING),
        (WECHAT, {"status": 4, "acct_size": 1}, Step.SCANNED),
        (WECHAT, {"status": 4, "acct_size": 0}, Step.REFUSED),
        (WECHAT, {"status": 1, "user_category": 2}, Step.CONFIRMED),
        (WECHAT, {"status": 1, "user_category": 1}, Step.APPROVE),
        (WECHAT, {"status": 3}, Step.EXPIRED),
        (WECHAT, {"status": 5}, Step.REFUSED),
        (APPROVAL, {"status": 0}, Step.APPROVE),
        (APPROVAL, {"status": 1}, Step.CONFIRMED),
        (APPROVAL, {"status": 2}, Step.EXPIRED),
    ],
)
def test_a_poll_tells_how_far_a_login_is(url: str, answer: object, step: Step | None) -> None:
    platform = next(name for name in LOGINS if LOGINS[name].may_open(url))
    assert LOGINS[platform].step(url, as_bytes(answer)) is step


@pytest.mark.parametrize("platform", LOGINS)
def test_answers_to_other_requests_tell_nothing(platform: str) -> None:
    for body in (as_bytes({"retcode": 20000000, "status": 1, "data": {"status": "3"}}), *HOSTILE):
        assert LOGINS[platform].step("https://example.com/check_qrconnect/", body) is None


@pytest.mark.parametrize("platform", LOGINS)
@pytest.mark.parametrize("body", HOSTILE)
def test_what_is_no_answer_tells_nothing_and_proves_nothing(platform: str, body: bytes) -> None:
    assert LOGINS[platform].step(POLLS[platform], body) is None
    assert LOGINS[platform].proof(body) is Proof.UNKNOWN


@pytest.mark.parametrize(
    ("platform", "answer", "proof"),
    [
        ("weibo", {"ok": 1, "data": {"login": True, "uid": "1"}}, Proof.IN),
        ("weibo", {"ok": 1, "data": {"login": False}}, Proof.OUT),
        ("weibo", {"ok": -100, "url": "https://passport.weibo.com/"}, Proof.UNKNOWN),
        ("weibo", {"data": {"login": 1}}, Proof.UNKNOWN),
        ("douyin", {"data": {"user_id": 7300000000000000001}, "message": "success"}, Proof.IN),
        ("douyin", {"data": {"user_id": 0}}, Proof.UNKNOWN),
        ("douyin", {"data": {"error_code": 13, "description": "会话过期"}, "message": "error"}, Proof.OUT),
        ("douyin", {"data": {"error_code": 7}}, Proof.UNKNOWN),
        ("toutiao", {"data": {"is_login": True}}, Proof.IN),
        ("toutiao", {"data": {"is_login": False}}, Proof.OUT),
        ("wechat", {"base_resp": {"ret": 0}}, Proof.IN),
        ("wechat", {"base_resp": {"ret": 200003}}, Proof.OUT),
        ("wechat", {"base_resp": {"ret": 200013}}, Proof.UNKNOWN),
        ("wechat", {"base_resp": {}}, Proof.UNKNOWN),
    ],
)
def test_only_the_servers_word_proves_a_login(platform: str, answer: object, proof: Proof) -> None:
    assert LOGINS[platform].proof(as_bytes(answer)) is proof


def test_the_token_of_the_address_is_part_of_a_wechat_login() -> None:
    wechat = LOGINS["wechat"]
    home = "https://mp.weixin.qq.com/cgi-bin/home?t=home/index&lang=zh_CN&token=1234567"
    assert "token=1234567&" in (wechat.proof_address(home) or "")
    assert wechat.proof_address("https://mp.weixin.qq.com/") is None
    assert wechat.proof_address("https://evil.example/cgi-bin/home?token=1234567") is None
    assert wechat.proof_address("https://mp.weixin.qq.com/cgi-bin/home?token=1%26x") is None


def test_words_on_the_page_are_understood_where_no_poll_tells() -> None:
    assert LOGINS["douyin"].step_shown("为保护账号安全，请前往抖音app完成验证") is Step.APP
    assert LOGINS["douyin"].step_shown("验证码中间页") is Step.SLIDER
    assert LOGINS["douyin"].step_shown("推荐 关注") is None


def test_every_step_is_told_in_chinese() -> None:
    assert all(step.words for step in Step)
