"""Mail through a real SMTP conversation."""

import socket
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from services.alerter.channels.email import Email
from shared.errors import ChannelError, PermanentError, TransientError, UnansweredError
from tests.alerter.messages import a_message
from tests.builders import NOW
from tests.fakes.raw_server import RawServer
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(tmp_path) as running:
        yield running


def email(server: FakeMailServer, **fields: object) -> Email:
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": USER,
        "password": PASSWORD,
        "sender": "xunjian@example.org",
        "to": ["unit@example.org", "office@example.org"],
        "ca_file": server.ca_file,
    }
    return Email.model_validate(values | fields)


def test_a_chinese_message_arrives_whole_over_starttls_with_login(server: FakeMailServer) -> None:
    email(server).send(a_message(), NOW)
    (mail,) = server.mails
    assert mail["Subject"] == a_message().title
    assert mail.get_content().splitlines() == a_message().text.splitlines()
    assert mail["Date"].datetime == NOW
    assert server.recipients == [["unit@example.org", "office@example.org"]]


def test_a_repeat_has_the_same_message_id(server: FakeMailServer) -> None:
    email(server).send(a_message(), NOW)
    email(server).send(a_message(), NOW)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_hostile_title_adds_no_header(server: FakeMailServer) -> None:
    email(server).send(a_message(title="提醒\r\nBcc: thief@example.org\r\n\r\n正文"), NOW)
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert server.recipients == [["unit@example.org", "office@example.org"]]


def test_a_line_with_a_single_dot_does_not_end_the_mail(server: FakeMailServer) -> None:
    email(server).send(a_message("一", ".", "二"), NOW)
    (mail,) = server.mails
    assert mail.get_content().strip().endswith("二")


@pytest.mark.parametrize("reply", ["451 try later", "421 closing", "452 full"])
def test_a_4xx_is_tried_again(server: FakeMailServer, reply: str) -> None:
    server.refuse_data = reply
    with pytest.raises(TransientError, match=reply[:3]):
        email(server).send(a_message(), NOW)
    assert server.mails == []


@pytest.mark.parametrize("reply", ["550 no", "554 spam"])
def test_a_5xx_is_permanent(server: FakeMailServer, reply: str) -> None:
    server.refuse_data = reply
    with pytest.raises(PermanentError, match=reply[:3]) as caught:
        email(server).send(a_message(), NOW)
    assert not isinstance(caught.value, ChannelError)


def test_all_recipients_unknown_is_permanent_and_one_put_off_is_not(server: FakeMailServer) -> None:
    server.refuse_recipients = {"unit@example.org": "550 unknown", "office@example.org": "550 unknown"}
    with pytest.raises(PermanentError):
        email(server).send(a_message(), NOW)
    server.refuse_recipients["office@example.org"] = "450 busy"
    with pytest.raises(TransientError):
        email(server).send(a_message(), NOW)


def test_one_of_two_recipients_unknown_is_sent_and_logged(server: FakeMailServer) -> None:
    server.refuse_recipients = {"office@example.org": "550 unknown"}
    with capture_logs() as lines:
        email(server).send(a_message(), NOW)
    assert server.recipients == [["unit@example.org"]]
    assert lines[0]["refused"] == 1


def test_while_one_recipient_is_put_off_nobody_gets_it_and_then_the_others_do_once(server: FakeMailServer) -> None:
    server.refuse_recipients = {"office@example.org": "450 greylisted"}
    mail = email(server)
    for minutes in (0, 30):
        with pytest.raises(TransientError, match="450"):
            mail.send(a_message(), NOW + timedelta(minutes=minutes))
    assert server.mails == []
    mail.send(a_message(), NOW + timedelta(hours=1))
    assert server.recipients == [["unit@example.org"]]


def test_a_sender_the_server_does_not_know_is_the_channels(server: FakeMailServer) -> None:
    server.refuse_recipients = {"unit@example.org": "530 login", "office@example.org": "530 login"}
    with pytest.raises(ChannelError, match="530"):
        email(server).send(a_message(), NOW)


def test_a_server_that_speaks_no_tls_or_holds_no_readable_authority_is_the_channels(
    server: FakeMailServer, tmp_path: Path
) -> None:
    with pytest.raises(ChannelError, match="TLS"):
        email(server, security="ssl").send(a_message(), NOW)
    with pytest.raises(ChannelError, match="ca_file"):
        email(server, ca_file=tmp_path / "nowhere.pem").send(a_message(), NOW)


@pytest.mark.parametrize(
    ("fields", "hint"),
    [({"port": 465, "security": "starttls"}, "security: ssl"), ({"port": 587, "security": "ssl"}, "starttls")],
)
def test_a_port_that_goes_with_another_security_is_named(
    server: FakeMailServer, fields: dict[str, object], hint: str
) -> None:
    with pytest.raises(TransientError, match=hint):
        email(server, host="127.0.0.9", **fields).send(a_message(), NOW)


def test_a_server_that_hangs_up_says_what_to_look_at(server: FakeMailServer) -> None:
    with RawServer(lambda connection: None) as raw, pytest.raises(TransientError, match="断开了连接"):
        email(server, port=raw.port).send(a_message(), NOW)


def test_a_mail_whose_receipt_is_lost_may_have_arrived(server: FakeMailServer) -> None:
    def take_and_go(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        while not connection.recv(65536).upper().startswith(b"DATA"):
            connection.sendall(b"250 yes\r\n")
        connection.sendall(b"354 go on\r\n")
        heard = b""
        while b"\r\n.\r\n" not in heard:
            heard += connection.recv(65536)

    with RawServer(take_and_go) as raw, pytest.raises(UnansweredError, match="断开了连接"):
        email(server, port=raw.port, security="none", username=None, password=None).send(a_message(), NOW)


def test_a_wrong_password_is_the_channels_and_stays_unsaid(server: FakeMailServer) -> None:
    wrong = "wrong-" + "password"
    with pytest.raises(ChannelError) as caught:
        email(server, password=SecretStr(wrong)).send(a_message(), NOW)
    assert wrong not in "".join(traceback.format_exception(caught.value))


def test_a_certificate_nobody_vouches_for_gets_no_password(server: FakeMailServer) -> None:
    with pytest.raises(ChannelError, match="证书"):
        email(server, ca_file=None).send(a_message(), NOW)


def test_no_server_is_tried_again(server: FakeMailServer) -> None:
    with pytest.raises(TransientError):
        email(server, port=1).send(a_message(), NOW)


def test_a_server_without_starttls_is_not_talked_to_in_clear(tmp_path: Path) -> None:
    with FakeMailServer(tmp_path, tls=False) as plain:
        with pytest.raises(ChannelError, match="STARTTLS"):
            email(plain, ca_file=None).send(a_message(), NOW)
        email(plain, security="none", username=None, ca_file=None).send(a_message(), NOW)
        assert len(plain.mails) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"security": "none"},
        {"sender": "a@b\r\nBcc: x@y"},
        {"to": ["nobody"]},
        {"to": ["a@b.cn, c@d.cn"]},
    ],
)
def test_unusable_options_are_refused_at_start(server: FakeMailServer, fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        email(server, **fields)


def test_without_recipients_nothing_is_sent_and_it_is_said_where_to_put_them(server: FakeMailServer) -> None:
    with pytest.raises(ChannelError, match=r"没有收件人.*to"):
        email(server, to=[]).send(a_message(), NOW)
