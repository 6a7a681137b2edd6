"""What every channel promises, asked of each of them and of the fake that other tests use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.alerter.channels.base import Channel
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.email import Email
from services.alerter.channels.feishu import Feishu
from services.alerter.channels.inbox import Inbox
from services.alerter.channels.webhook import Webhook
from services.alerter.channels.wecom import WeCom
from shared.errors import ChannelError, PermanentError, TransientError
from tests.alerter.messages import HOSTILE, a_message
from tests.builders import NOW
from tests.fakes.channel import RecordingChannel
from tests.fakes.http_server import FakeServer, Reply, said
from tests.fakes.robots import FakeDingTalk, FakeFeishu, FakeWeCom
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer
from tests.fakes.webhook import FakeReceiver

HOOK_TOKEN = "url-secret-987"
LOUD = "look here\r\n\x1b[31m\u202e" + "x" * 5000


@dataclass(frozen=True)
class Side:
    """A channel and its far side, which can be told to say later, or no; `secrets` may never be read anywhere."""

    channel: Channel
    secrets: tuple[str, ...] = ()
    server: FakeServer | FakeMailServer | None = None

    def later(self) -> None:
        if isinstance(self.server, FakeServer):
            self.server.reply = Reply(503, LOUD.encode() + "".join(self.secrets).encode())
        elif self.server is not None:
            self.server.refuse_data = "451 4.7.1 greylisted"
        elif isinstance(self.channel, RecordingChannel):
            self.channel.fail(TransientError("later"))

    def no(self) -> None:
        if isinstance(self.server, FakeServer):
            words = f"{' '.join(self.secrets)} {LOUD}"
            body = {"errcode": 310000, "errmsg": words, "code": 19024, "msg": words}
            self.server.reply = said(body, 403 if isinstance(self.server, FakeReceiver) else 200)
        elif self.server is not None:
            self.server.refuse_recipients = {"unit@example.org": "550 5.1.1 no such user"}
        elif isinstance(self.channel, RecordingChannel):
            self.channel.fail(ChannelError("no"))


@contextmanager
def _dingtalk(_folder: Path) -> Iterator[Side]:
    with FakeDingTalk() as server:
        token, secret = FakeDingTalk.token, FakeDingTalk.secret
        channel = DingTalk(token=SecretStr(token), secret=SecretStr(secret), base_url=server.url)
        yield Side(channel, (token, secret), server)


@contextmanager
def _wecom(_folder: Path) -> Iterator[Side]:
    with FakeWeCom() as server:
        yield Side(WeCom(key=SecretStr(FakeWeCom.key), base_url=server.url), (FakeWeCom.key,), server)


@contextmanager
def _feishu(_folder: Path) -> Iterator[Side]:
    with FakeFeishu() as server:
        token, secret = FakeFeishu.token, FakeFeishu.secret
        channel = Feishu(token=SecretStr(token), secret=SecretStr(secret), base_url=server.url)
        yield Side(channel, (token, secret), server)


@contextmanager
def _webhook(_folder: Path) -> Iterator[Side]:
    with FakeReceiver() as server:
        url, secret = SecretStr(f"{server.url}/hook?token={HOOK_TOKEN}"), SecretStr(FakeReceiver.secret)
        yield Side(Webhook(url=url, secret=secret), (HOOK_TOKEN, FakeReceiver.secret), server)


@contextmanager
def _email(folder: Path) -> Iterator[Side]:
    with FakeMailServer(folder) as server:
        login = {"username": USER, "password": PASSWORD, "ca_file": server.ca_file}
        addresses = {"sender": "xunjian@example.org", "to": ["unit@example.org"]}
        channel = Email.model_validate({"host": "127.0.0.1", "port": server.port, **login, **addresses})
        yield Side(channel, (PASSWORD,), server)


@contextmanager
def _inbox(folder: Path) -> Iterator[Side]:
    yield Side(Inbox(folder=folder / "inbox"))


@contextmanager
def _fake(_folder: Path) -> Iterator[Side]:
    yield Side(RecordingChannel())


ANSWERING = (_dingtalk, _wecom, _feishu, _webhook, _email, _fake)
EVERY = (*ANSWERING, _inbox)
"""A folder says nothing."""


@pytest.fixture(params=EVERY, ids=lambda kind: kind.__name__.strip("_"))
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with request.param(tmp_path) as ready:
        yield ready


@pytest.fixture(params=ANSWERING, ids=lambda kind: kind.__name__.strip("_"))
def far_side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with request.param(tmp_path) as ready:
        yield ready


def harmless(words: str, side: Side) -> bool:
    plain = words.isprintable() and "\u202e" not in words
    return plain and len(words) < 400 and not any(secret in words for secret in side.secrets)


def test_who_has_the_message_says_so_in_one_line_without_secrets(side: Side) -> None:
    answer = side.channel.send(a_message(HOSTILE, title=HOSTILE), NOW)
    assert answer
    assert harmless(answer, side)


def test_later_is_later_and_quotes_the_far_side_harmlessly(far_side: Side) -> None:
    far_side.later()
    with pytest.raises(TransientError) as caught:
        far_side.channel.send(a_message(), NOW)
    assert harmless(str(caught.value), far_side)


def test_no_is_no_and_quotes_the_far_side_harmlessly(far_side: Side) -> None:
    far_side.no()
    with pytest.raises(PermanentError) as caught:
        far_side.channel.send(a_message(), NOW)
    assert harmless(str(caught.value), far_side)
