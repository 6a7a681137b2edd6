"""What is wrong with a channel loses nothing: it is switched off, told elsewhere, and when mended sends all once."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.email import Email
from services.alerter.digest import digest_of, is_same
from services.alerter.message import Matter, Message
from services.alerter.routes import Route
from services.alerter.wording import word
from shared.delivery import DeliveryState
from shared.errors import ChannelError, PermanentError, TransientError
from shared.events import Severity
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, an_account, days
from tests.fakes.channel import RecordingChannel
from tests.fakes.robots import FakeDingTalk
from tests.fakes.smtp import FakeMailServer

__all__ = ["bench", "bus", "store"]

WRONG = ChannelError("密钥不对")


def states(bench: Bench) -> list[tuple[str, DeliveryState, int]]:
    return sorted((row.channel, row.state, row.attempts) for row in bench.store.deliveries.listed())


@pytest.mark.fault(27)
def test_a_channel_that_is_wrong_is_switched_off_told_once_elsewhere_and_keeps_its_messages(bench: Bench) -> None:
    bench.ding.fail(*(WRONG for _ in range(100)))
    bench.open(a_finding(), a_finding(account_id="2001"))
    bench.run(NOW, 3 * HOUR, MINUTE)
    assert bench.ding.attempts <= 4
    assert states(bench) == [("ding", DeliveryState.PENDING, 0)] * 2
    assert len(bench.mail.messages) == 2
    (notice,) = bench.ops.messages
    assert "渠道 ding 已停用（2026-11-21 12:01起）：密钥不对" in notice.text
    assert "xunjian deliveries resend --channel ding" in notice.text
    assert b'xunjian_channel_off{channel="ding"} 1.0' in bench.metrics.render()
    assert b'xunjian_channel_off{channel="mail"} 0.0' in bench.metrics.render()


def test_whoever_asks_whether_we_are_ready_is_told_of_a_channel_that_is_off(bench: Bench) -> None:
    bench.ding.fail(WRONG)
    bench.open(a_finding())
    now = bench.run(NOW, MINUTE)
    with pytest.raises(TransientError, match="渠道 ding 已停用：密钥不对"):
        bench.engine.check()
    bench.run(now, HOUR, MINUTE)
    bench.engine.check()


def test_the_far_side_mended_is_noticed_within_an_hour_and_everything_is_one_digest_a_unit(bench: Bench) -> None:
    bench.ding.fail(WRONG)
    bench.open(a_finding("a"))
    now = bench.run(NOW, MINUTE)
    for minute, subject in enumerate("bcd"):
        bench.open(a_finding(subject))
        bench.engine.step(now + minute * MINUTE)
    bench.close(a_finding("b"), now + 5 * MINUTE)
    bench.run(now + 6 * MINUTE, HOUR, MINUTE)
    told = [number for message in bench.ding.messages for number in message.numbers]
    assert sorted(told) == sorted(a_finding(subject).number for subject in "acd")
    assert len(bench.ding.messages) <= 2
    assert bench.store.channels.troubles() == []
    assert b'xunjian_channel_off{channel="ding"} 0.0' in bench.metrics.render()


def test_a_wrong_secret_mended_in_the_settings_sends_all_that_holds_once(bench: Bench) -> None:
    with FakeDingTalk() as server:
        wrong, right = (
            DingTalk(token=SecretStr(FakeDingTalk.token), secret=SecretStr(secret), base_url=server.url)
            for secret in ("SEC-wrong", FakeDingTalk.secret)
        )
        alerter = bench.alerter(ding=wrong)
        bench.open(a_finding(), a_finding("gone"), a_finding(account_id="2001"))
        server.now = NOW
        alerter.drain(NOW)
        alerter.close()
        again = bench.alerter(ding=wrong)
        again.drain(NOW + MINUTE)
        again.close()
        assert len(server.requests) == 1
        bench.close(a_finding("gone"), NOW + MINUTE)
        mended = bench.alerter(ding=right)
        server.now = NOW + 2 * MINUTE
        mended.drain(NOW + 2 * MINUTE)
        mended.drain(NOW + 3 * MINUTE)
        mended.close()
        assert len(server.texts) == 2
        assert a_finding("gone").number not in "".join(server.texts)
    assert b"SEC-" not in b"".join(path.read_bytes() for path in bench.folder.glob("xunjian.db*"))


def test_mail_without_tls_under_the_default_security_then_mended(bench: Bench, tmp_path: Path) -> None:
    with FakeMailServer(tmp_path, tls=False) as server:
        fields = {"host": "127.0.0.1", "port": server.port, "sender": "x@example.org", "to": ["unit@example.org"]}
        for security, expected in (("starttls", 0), ("none", 1)):
            alerter = bench.alerter(mail=Email.model_validate({**fields, "security": security}))
            bench.open(a_finding())
            alerter.drain(NOW + MINUTE)
            alerter.close()
            assert len(server.mails) == expected
    assert "STARTTLS" in bench.ops.messages[0].text


def test_operators_hear_by_whichever_of_their_channels_works(bench: Bench) -> None:
    bench.ops.fail(*(WRONG for _ in range(9)))
    bench.open(a_finding(severity=Severity.UNVERIFIED))
    second = RecordingChannel()
    alerter = bench.alerter(operators=("ops", "second"), second=second)
    alerter.drain(NOW)
    alerter.close()
    assert [message.title for message in second.messages if "渠道 ops" in message.text] == ["【巡检运维】1项需要处理"]


def test_a_channel_that_breaks_over_news_for_the_operators_tells_it_later(bench: Bench) -> None:
    bench.ops.fail(ValueError("https://secret.example.org"))
    bench.ding.fail(WRONG)
    bench.open(a_finding())
    bench.run(NOW, 2 * HOUR, MINUTE * 10)
    told = [message.text for message in bench.ops.messages]
    assert sum("渠道 ding 已停用" in text for text in told) == 1
    assert "secret" not in "".join(told)


def test_a_channel_gone_from_the_settings_is_told_and_its_messages_wait_for_it(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    bench.engine.close()
    later = bench.alerter(without=("ding",), routes=(Route(channels=("mail",)),))
    later.drain(NOW + MINUTE)
    later.close()
    assert states(bench) == [("ding", DeliveryState.PENDING, 0)]
    assert any("渠道 ding 已停用" in message.text for message in bench.ops.messages)
    bench.restart().drain(NOW + 2 * MINUTE)
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1


def test_a_channel_nobody_reaches_is_switched_off_in_the_end_and_loses_nothing(bench: Bench) -> None:
    bench.ding.fail(*(TransientError("down") for _ in range(200)))
    bench.open(a_finding())
    now = bench.run(NOW, days(2), MINUTE * 10)
    assert states(bench)[0][:2] == ("ding", DeliveryState.PENDING)
    assert [message.text for message in bench.ops.messages if "起）：down" in message.text]
    bench.ding.recover()
    bench.run(now, 2 * HOUR, MINUTE * 10)
    assert len(bench.ding.messages) == 1


def test_a_message_that_cannot_be_is_dead_and_told_and_the_others_go_on(bench: Bench) -> None:
    bench.ding.fail(PermanentError("太长"))
    bench.open(a_finding(), a_finding(account_id="2001"))
    bench.run(NOW, 10 * MINUTE)
    assert states(bench) == [("ding", DeliveryState.DEAD, 0)]
    assert len(bench.ding.messages) == 1
    (notice,) = bench.ops.messages
    assert "太长" in notice.text
    bench.run(NOW + HOUR, SECOND)
    assert b'xunjian_deliveries_kept{state="dead"} 1.0' in bench.metrics.render()


class Broken(RecordingChannel):
    """Raises what no channel should, for one unit."""

    def send(self, message: Message, now: datetime) -> str:
        if message.unit == "北山区卫健局":
            raise ValueError("https://secret.example.org")
        return super().send(message, now)


def test_a_channel_that_breaks_over_one_message_still_sends_the_others(bench: Bench) -> None:
    broken = Broken()
    alerter = bench.alerter(ding=broken)
    bench.open(a_finding(account_id="2001"), a_finding())
    alerter.drain(NOW)
    alerter.close()
    assert len(broken.messages) == 1
    (row,) = bench.store.deliveries.listed()
    assert row.state is DeliveryState.DEAD
    assert "ValueError" in str(row.error)
    assert "secret" not in str(row.error)


def test_a_finding_that_cannot_be_put_into_words_is_set_aside_and_the_rest_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worded(unit: str, matters: list[Matter], *, resolved: bool) -> Message:
        if any(matter.finding.subject == "bad" for matter in matters):
            raise ValueError("no words")
        return word(unit, matters, resolved=resolved)

    monkeypatch.setattr("services.alerter.courier.word", worded)
    bench.open(a_finding("bad"), a_finding("good"))
    bench.engine.drain(NOW)
    assert [message.numbers for message in bench.ding.messages] == [(a_finding("good").number,)]
    assert states(bench) == [("ding", DeliveryState.DEAD, 0), ("mail", DeliveryState.DEAD, 0)]
    assert any("no words" in message.text for message in bench.ops.messages)


NORTH = Route(regions=("北山区",), channels=("ding",))


def test_what_no_route_matches_is_kept_told_once_a_unit_and_sent_when_routes_are_mended(bench: Bench) -> None:
    bench.engine.close()
    narrow = bench.alerter(routes=(NORTH,))
    bench.open(a_finding(), a_finding("gone"))
    narrow.drain(NOW)
    bench.open(a_finding("b"))
    narrow.drain(NOW + MINUTE)
    narrow.close()
    assert {row.state for row in bench.store.deliveries.listed()} == {DeliveryState.UNROUTED}
    (notice,) = bench.ops.messages
    assert "这些单位没有通知去向：青禾县政府办" in notice.text
    assert b'xunjian_deliveries_kept{state="unrouted"} 3.0' in bench.metrics.render()
    bench.close(a_finding("gone"), NOW + HOUR)
    bench.restart().drain(NOW + 2 * HOUR)
    told = [number for message in bench.ding.messages for number in message.numbers]
    assert sorted(told) == sorted((a_finding().number, a_finding("b").number))
    assert bench.store.deliveries.listed() == []


class Slow(RecordingChannel):
    """Takes `seconds` of a pretended clock for each message."""

    seconds: float = 10

    def send(self, message: Message, now: datetime) -> str:
        TICKS[0] += self.seconds
        return super().send(message, now)


TICKS = [0.0]


def test_sixty_slow_messages_are_told_once_by_two_alerters(bench: Bench) -> None:
    units = [an_account(str(index), unit=f"单位{index}") for index in range(60)]
    bench.store.accounts.upsert(units, NOW)
    bench.open(*(a_finding(account_id=account.id) for account in units))
    TICKS[0] = 0
    slow = Slow()
    pair = [bench.alerter(f"alerter{number}", ding=slow, monotonic=lambda: TICKS[0]) for number in range(2)]
    for second in range(120):
        for alerter in pair:
            alerter.step(NOW + timedelta(seconds=TICKS[0] + second))
    for alerter in pair:
        alerter.close()
    assert len(slow.messages) == len({message.unit for message in slow.messages}) == 60


def test_a_lease_that_ended_while_a_message_was_sent_stops_the_rest_of_the_claim(bench: Bench) -> None:
    TICKS[0] = 0
    slow = Slow(seconds=100)
    alerter = bench.alerter(ding=slow, monotonic=lambda: TICKS[0])
    bench.open(a_finding("a"))
    alerter.step(NOW)
    bench.open(a_finding("b"))
    alerter.step(NOW + 11 * SECOND)
    for minutes in range(1, 10):
        alerter.step(NOW + minutes * MINUTE)
    alerter.close()
    assert sorted(message.numbers[0] for message in slow.messages) == sorted(a_finding(name).number for name in "ab")


def test_the_settings_digest_tells_nothing_and_knows_its_own() -> None:
    one, other = (DingTalk(token=SecretStr("t"), secret=SecretStr(secret)) for secret in ("first", "second"))
    assert is_same(one, digest_of(one))
    assert not is_same(other, digest_of(one))
    assert re.fullmatch(r"[0-9a-f]{32}:[0-9a-f]{128}", digest_of(one))
