"""DingTalk, WeCom and Feishu against fakes that check signature, size and rate."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from services.alerter.channels import _robot as robot
from services.alerter.channels.base import Channel
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.feishu import Feishu
from services.alerter.channels.wecom import WeCom
from shared.errors import ChannelError, PermanentError, TransientError
from shared.report_file import Attachment
from tests.alerter.messages import HOSTILE, a_message
from tests.builders import NOW
from tests.fakes.http_server import FakeServer, Reply, said
from tests.fakes.robots import FakeDingTalk, FakeFeishu, FakeWeCom


def dingtalk(server: FakeServer) -> DingTalk:
    return DingTalk(token=SecretStr(FakeDingTalk.token), secret=SecretStr(FakeDingTalk.secret), base_url=server.url)


def wecom(server: FakeServer) -> WeCom:
    return WeCom(key=SecretStr(FakeWeCom.key), base_url=server.url)


def feishu(server: FakeServer) -> Feishu:
    return Feishu(token=SecretStr(FakeFeishu.token), secret=SecretStr(FakeFeishu.secret), base_url=server.url)


Robot = FakeDingTalk | FakeWeCom | FakeFeishu
KINDS: list[tuple[type[Robot], Callable[[FakeServer], Channel]]] = [
    (FakeDingTalk, dingtalk),
    (FakeWeCom, wecom),
    (FakeFeishu, feishu),
]
every_robot = pytest.mark.parametrize(("fake", "channel"), KINDS, ids=["dingtalk", "wecom", "feishu"])
SIGNING = [kind for kind in KINDS if kind[0] is not FakeWeCom]
"""Of WeCom the key in the address is the secret."""


@every_robot
def test_a_message_arrives_with_title_and_lines(fake: type[Robot], channel: Callable[[FakeServer], Channel]) -> None:
    with fake() as server:
        channel(server).send(a_message(), NOW)
        assert server.texts == [a_message().text]


@every_robot
def test_hostile_text_mentions_nobody(fake: type[Robot], channel: Callable[[FakeServer], Channel]) -> None:
    with fake() as server:
        channel(server).send(a_message(HOSTILE, title=HOSTILE), NOW)
        assert getattr(server, "mentions", []) == []
        (text,) = server.texts
        assert "<" not in text
        assert "\u202e" not in text
        assert "\x00" not in text


@every_robot
@pytest.mark.parametrize("sign", ["字", "a", "😀", '"', "<", "\\"])
def test_a_long_message_is_cut_where_the_robot_still_takes_it(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], sign: str
) -> None:
    with fake() as server:
        channel(server).send(a_message(sign * 30_000), NOW)
        (text,) = server.texts
        assert text.endswith("……（全文见清单）")
        assert "\ufffd" not in text


@every_robot
@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_error_is_tried_again(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], status: int
) -> None:
    with fake() as server:
        server.reply = Reply(status, b"busy", {"Retry-After": "120"})
        with pytest.raises(TransientError) as caught:
            channel(server).send(a_message(), NOW)
        assert caught.value.retry_after_seconds == 120


@pytest.mark.fault(27)
@every_robot
@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"[]", b"{}", b'{"errcode":"0","code":"0"}', b"\xff"])
def test_http_200_without_a_code_is_no_delivery(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], body: bytes
) -> None:
    with fake() as server:
        server.reply = Reply(200, body)
        with pytest.raises(TransientError):
            channel(server).send(a_message(), NOW)


@pytest.mark.fault(27)
@every_robot
def test_a_refusal_with_http_200_is_the_channels_and_names_the_code(
    fake: type[Robot], channel: Callable[[FakeServer], Channel]
) -> None:
    with fake() as server:
        server.reply = said({"errcode": 310000, "errmsg": "no", "code": 19024, "msg": "Key Words Not Found"})
        with pytest.raises(ChannelError, match=r"310000|19024"):
            channel(server).send(a_message(), NOW)


@pytest.mark.parametrize(("fake", "channel"), SIGNING, ids=["dingtalk", "feishu"])
def test_a_clock_or_secret_that_is_wrong_is_refused_by_those_who_sign(
    fake: type[Robot], channel: Callable[[FakeServer], Channel]
) -> None:
    with fake() as server:
        server.now = NOW + timedelta(hours=2)
        with pytest.raises(ChannelError, match=r"310000|19021"):
            channel(server).send(a_message(), NOW)


@every_robot
def test_no_secret_in_errors_or_logs(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], caplog: pytest.LogCaptureFixture
) -> None:
    secrets = [getattr(fake, name) for name in ("token", "secret", "key") if hasattr(fake, name)]
    with fake() as server, caplog.at_level(logging.DEBUG), capture_logs() as lines:
        channel(server).send(a_message(), NOW)
        server.reply = Reply(404)
        with pytest.raises(ChannelError) as refused:
            channel(server).send(a_message(), NOW)
        down = channel(server)
    with pytest.raises(TransientError) as unreachable:
        down.send(a_message(), NOW)
    said_aloud = f"{caplog.text}{lines}{refused.getrepr()}{unreachable.getrepr()}{down!r}"
    assert [secret for secret in secrets if secret in said_aloud] == []


@pytest.mark.fault(27)
@pytest.mark.parametrize(
    ("fake", "channel", "body", "pause"),
    [
        (FakeDingTalk, dingtalk, {"errcode": 130101, "errmsg": "send too fast"}, 600),
        (FakeWeCom, wecom, {"errcode": 45009, "errmsg": "freq"}, 60),
        (FakeFeishu, feishu, {"code": 11232, "msg": "frequency limited"}, 60),
    ],
)
def test_over_the_rate_is_tried_again_after_the_robots_penalty(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], body: dict[str, object], pause: float
) -> None:
    with fake() as server:
        server.reply = said(body)
        with pytest.raises(TransientError) as caught:
            channel(server).send(a_message(), NOW)
        assert caught.value.retry_after_seconds == pause


def test_a_busy_dingtalk_is_tried_again() -> None:
    with FakeDingTalk() as server:
        server.reply = said({"errcode": -1, "errmsg": "系统繁忙"})
        with pytest.raises(TransientError):
            dingtalk(server).send(a_message(), NOW)


@pytest.mark.fault(27)
def test_a_dingtalk_signature_that_needs_encoding_is_encoded_once() -> None:
    with FakeDingTalk() as server:
        for second in range(15):
            server.now = NOW + timedelta(minutes=second)
            dingtalk(server).send(a_message(), server.now)
        signs = [request.query.partition("sign=")[2] for request in server.requests]
    assert any("%2B" in sign or "%2F" in sign for sign in signs)
    assert not any("%25" in sign for sign in signs)


@pytest.mark.parametrize(
    ("fake", "channel", "body"),
    [
        (FakeDingTalk, dingtalk, {"errcode": 430104, "errmsg": "inappropriate content"}),
        (FakeDingTalk, dingtalk, {"errcode": 460101, "errmsg": "message too long"}),
        (FakeWeCom, wecom, {"errcode": 40058, "errmsg": "exceed max length"}),
        (FakeFeishu, feishu, {"code": 9499, "msg": "Bad Request"}),
    ],
)
def test_a_message_the_robot_does_not_take_is_no_fault_of_the_channel(
    fake: type[Robot], channel: Callable[[FakeServer], Channel], body: dict[str, object]
) -> None:
    with fake() as server:
        server.reply = said(body)
        with pytest.raises(PermanentError) as caught:
            channel(server).send(a_message(), NOW)
        assert not isinstance(caught.value, ChannelError)


def test_a_missing_keyword_is_for_a_person_to_mend() -> None:
    with FakeDingTalk() as server:
        server.keyword = "督查"
        with pytest.raises(ChannelError, match="keywords"):
            dingtalk(server).send(a_message(), NOW)


def test_a_short_text_is_not_cut() -> None:
    assert robot.cut("字" * 682, 2046) == "字" * 682


def test_a_cut_keeps_whole_code_points_and_stays_within_the_bytes() -> None:
    for limit in range(60, 70):
        cut = robot.cut("字😀" * 50, limit)
        assert len(cut.encode()) <= limit
        assert cut.endswith(robot.CUT_MARK)


def feishu_with_app(server: FakeServer, secret: str = FakeFeishu.app_secret) -> Feishu:
    app = {"app_id": FakeFeishu.app_id, "app_secret": SecretStr(secret)}
    return feishu(server).model_copy(update=app)


PROOF = Attachment("留证.jpg", "image/jpeg", b"\xff\xd8\r\n--\x00 small")


def test_feishu_shows_a_picture_that_its_app_uploaded_and_of_other_files_the_words() -> None:
    with FakeFeishu() as server:
        channel = feishu_with_app(server)
        assert channel.shows_pictures
        channel.send_file(a_message(), PROOF, NOW)
        channel.send_file(a_message(), Attachment("清单.xlsx", "application/zip", b"PK"), NOW)
        channel.send_file(a_message(), Attachment("留证.jpg", "image/jpeg", bytes((10 << 20) + 1)), NOW)
        assert server.images == [PROOF.body]
        assert server.texts == [a_message().text] * 2


@pytest.mark.parametrize("channel", [feishu, dingtalk], ids=["feishu without an app", "dingtalk"])
def test_a_robot_that_can_show_no_picture_says_so(channel: Callable[[FakeServer], Channel]) -> None:
    with FakeFeishu() as server:
        assert not channel(server).shows_pictures


def test_an_app_that_may_not_upload_is_for_a_person_to_mend_and_no_secret_is_told() -> None:
    with FakeFeishu() as server:
        for channel, may in (
            (feishu_with_app(server, "wrong-secret-0123456789"), True),
            (feishu_with_app(server), False),
        ):
            server.may_upload = may
            with pytest.raises(ChannelError, match="im:resource:upload") as caught:
                channel.send_file(a_message(), PROOF, NOW)
            for secret in ("wrong-secret", FakeFeishu.app_secret, FakeFeishu.app_token, FakeFeishu.token):
                assert secret not in str(caught.value)
        assert server.images == []
        channel.send(a_message(), NOW)
        assert server.texts == [a_message().text]


@pytest.mark.parametrize(
    "body",
    [{"code": 0, "msg": "ok"}, {"code": 0, "data": {}}, {"code": 0, "tenant_access_token": "t\r\nX-Header: 1"}],
)
def test_an_answer_without_a_token_or_key_is_tried_again(body: dict[str, object]) -> None:
    with FakeFeishu() as server:
        server.reply = said(body)
        with pytest.raises(TransientError):
            feishu_with_app(server).send_file(a_message(), PROOF, NOW)


def test_half_an_app_is_refused() -> None:
    with pytest.raises(ValidationError, match="app_id 和 app_secret 要一起填写"):
        Feishu(token=SecretStr("t"), app_id="cli_1")


def test_wecom_shows_a_picture_as_one_and_of_other_files_the_words() -> None:
    with FakeWeCom() as server:
        channel = wecom(server)
        channel.send_file(a_message(), Attachment("留证.jpg", "image/jpeg", b"\xff\xd8 small"), NOW)
        channel.send_file(a_message(), Attachment("清单.xlsx", "application/zip", b"PK"), NOW)
        channel.send_file(a_message(), Attachment("留证.jpg", "image/jpeg", bytes((2 << 20) + 1)), NOW)
        assert server.images == [b"\xff\xd8 small"]
        assert server.texts == [a_message().text] * 2
