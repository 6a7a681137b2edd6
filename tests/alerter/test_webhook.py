"""The generic webhook against a receiver that checks the signature, and against receivers that misbehave."""

import time

import pytest
from pydantic import SecretStr

from services.alerter.channels import _outgoing as outgoing
from services.alerter.channels.webhook import Webhook
from shared.errors import ChannelError, PermanentError, TransientError, UnansweredError
from tests.alerter.messages import HOSTILE, a_message
from tests.builders import NOW
from tests.fakes.http_server import Reply
from tests.fakes.webhook import FakeReceiver


def webhook(server: FakeReceiver, secret: str = FakeReceiver.secret) -> Webhook:
    return Webhook(url=SecretStr(f"{server.url}/hook?token=url-secret-987"), secret=SecretStr(secret))


def test_a_signed_message_is_taken_with_all_its_fields() -> None:
    with FakeReceiver() as server:
        webhook(server).send(a_message(HOSTILE), NOW)
        (body,) = server.received.values()
    assert body["unit"] == "青禾县政府办"
    assert body["lines"] == [HOSTILE]
    assert body["numbers"] == ["1A2B3C4D"]


def test_a_repeat_has_the_same_idempotency_key_and_other_news_another() -> None:
    with FakeReceiver() as server:
        webhook(server).send(a_message(), NOW)
        webhook(server).send(a_message(), NOW)
        assert len(server.received) == 1
        webhook(server).send(a_message("别的事"), NOW)
        assert len(server.received) == 2


def test_a_wrong_secret_is_permanent() -> None:
    with FakeReceiver() as server, pytest.raises(ChannelError, match="401"):
        webhook(server, "wrong").send(a_message(), NOW)


@pytest.mark.fault(29)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_not_followed(status: int) -> None:
    with FakeReceiver() as inside, FakeReceiver() as server:
        server.reply = Reply(status, headers={"Location": f"{inside.url}/latest/meta-data"})
        with pytest.raises(ChannelError, match="重定向"):
            webhook(server).send(a_message(), NOW)
        assert inside.requests == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_later_means_later(status: int) -> None:
    with FakeReceiver() as server:
        server.reply = Reply(status, headers={"Retry-After": "Sat, 21 Nov 2026 04:05:00 GMT"})
        with pytest.raises(TransientError) as caught:
            webhook(server).send(a_message(), NOW)
        assert caught.value.retry_after_seconds == 300


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_no_means_no(status: int) -> None:
    with FakeReceiver() as server:
        server.reply = Reply(status)
        with pytest.raises(PermanentError, match=str(status)):
            webhook(server).send(a_message(), NOW)


@pytest.mark.fault(29)
@pytest.mark.parametrize("mode", ["hang", "drip_head", "drip_body"])
def test_a_receiver_that_hangs_or_drips_is_left_at_the_deadline(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeReceiver() as server:
        server.mode = mode  # type: ignore[assignment]
        begun = time.monotonic()
        with pytest.raises(UnansweredError, match="没有完整应答"):
            outgoing.post(server.url, b"{}", {}, NOW, deadline_seconds=0.7)
        assert time.monotonic() - begun < 3


@pytest.mark.fault(29)
def test_a_cut_connection_is_tried_again() -> None:
    with FakeReceiver() as server:
        server.mode = "cut"
        with pytest.raises(UnansweredError):
            webhook(server).send(a_message(), NOW)


def test_who_could_not_be_reached_has_nothing() -> None:
    with FakeReceiver() as server:
        channel = webhook(server)
    with pytest.raises(TransientError) as caught:
        channel.send(a_message(), NOW)
    assert not isinstance(caught.value, UnansweredError)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "nonsense://x", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_named(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ChannelError, match=r"ALL_PROXY|地址不可用"):
        outgoing.post("http://hook.example.org/", b"{}", {}, NOW)


def test_a_flood_of_an_answer_is_not_swallowed() -> None:
    with FakeReceiver() as server:
        server.reply = Reply(200, b"x" * 20_000_000)
        answer = outgoing.post(server.url, b"{}", {}, NOW)
    assert len(answer.body) == outgoing.MAX_ANSWER_BYTES


@pytest.mark.parametrize("url", ["", "ftp://example.org/", "http://", "not a url", "http://[::1"])
def test_an_unusable_url_is_permanent_and_not_repeated_aloud(url: str) -> None:
    with pytest.raises((PermanentError, TransientError)) as caught:
        Webhook(url=SecretStr(url)).send(a_message(), NOW)
    assert "example.org" not in str(caught.value)


def test_neither_url_nor_secret_stand_in_errors() -> None:
    with FakeReceiver() as server:
        server.reply = Reply(500)
        channel = webhook(server)
        with pytest.raises(TransientError) as failed:
            channel.send(a_message(), NOW)
    with pytest.raises(TransientError) as unreachable:
        channel.send(a_message(), NOW)
    aloud = f"{failed.getrepr()}{unreachable.getrepr()}{channel!r}"
    assert "url-secret-987" not in aloud
    assert FakeReceiver.secret not in aloud


def test_it_works_on_a_thread_that_already_runs_an_event_loop() -> None:
    import asyncio

    async def inside() -> None:
        webhook(server).send(a_message(), NOW)

    with FakeReceiver() as server:
        asyncio.run(inside())
        assert len(server.received) == 1
