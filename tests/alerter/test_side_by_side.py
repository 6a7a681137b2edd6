"""Channels do not wait for each other, and a clean stop ends with the message at hand."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import PrivateAttr

from services.alerter.message import Message
from services.alerter.notices import OFF
from shared.delivery import Notice
from shared.errors import ChannelError, PermanentError, TransientError
from tests.alerter.alerting import SECOND, Bench, away, bench, bus, store
from tests.builders import NOW, a_finding, an_account
from tests.fakes.channel import RecordingChannel

__all__ = ["bench", "bus", "store"]


class Stuck(RecordingChannel):
    """Takes a message only when let go."""

    _entered: threading.Event = PrivateAttr(default_factory=threading.Event)
    _let_go: threading.Event = PrivateAttr(default_factory=threading.Event)

    def send(self, message: Message, now: datetime) -> str:
        self._entered.set()
        assert self._let_go.wait(60)
        return super().send(message, now)


@pytest.mark.fault(29)
def test_a_stuck_channel_keeps_nobody_waiting_and_a_stop_loses_and_doubles_nothing(bench: Bench) -> None:
    bench.engine.close()
    stuck = Stuck()
    units = [an_account(str(index), unit=f"单位{index}") for index in range(5)]
    bench.store.accounts.upsert(units, NOW)
    alerter = bench.alerter(ding=stuck, patience_seconds=0.05)
    bench.open(*(a_finding(account_id=account.id) for account in units))
    alerter.step(NOW)
    now = NOW + 11 * SECOND
    while len(bench.mail.messages) < len(units) or not stuck._entered.is_set():
        alerter.step(now)
        now += timedelta(milliseconds=100)
    assert stuck.messages == []
    closer = threading.Thread(target=alerter.close)
    closer.start()
    while not alerter.closing:
        pass
    stuck._let_go.set()
    closer.join(60)
    assert len(stuck.messages) == 1
    bench.alerter(ding=stuck).drain(now)
    assert sorted(message.unit for message in stuck.messages) == sorted(account.unit for account in units)
    assert len(bench.mail.messages) == len(units)


@pytest.mark.fault(15)
def test_what_was_sent_while_the_database_was_away_is_written_down_later_and_not_sent_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.open(a_finding())
    with monkeypatch.context() as patch:
        patch.setattr(bench.store.deliveries, "record_sent", away)
        for _ in range(2):
            with pytest.raises(TransientError):
                bench.engine.drain(NOW)
    bench.engine.drain(NOW + timedelta(hours=1))
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1
    assert bench.store.deliveries.listed() == []


@pytest.mark.fault(15)
def test_news_of_the_operators_sent_while_the_database_was_away_are_not_sent_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.store.notices.post(Notice(kind=OFF, subject="ding", text="停用", since=NOW))
    with monkeypatch.context() as patch:
        patch.setattr(bench.store.notices, "record_told", away)
        with pytest.raises(TransientError):
            bench.engine.drain(NOW)
    bench.engine.drain(NOW + timedelta(hours=1))
    assert len(bench.ops.messages) == 1


@pytest.mark.fault(15)
def test_news_whose_claim_was_not_answered_are_told_as_soon_as_the_database_answers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = bench.store.notices.claim
    bench.store.notices.post(Notice(kind=OFF, subject="ding", text="停用", since=NOW))

    def unanswered(*given: Any, **named: Any) -> None:
        assert claim(*given, **named)
        raise TransientError("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.notices, "claim", unanswered)
        with pytest.raises(TransientError):
            bench.engine.drain(NOW)
    bench.engine.drain(NOW)
    assert len(bench.ops.messages) == 1


@pytest.mark.fault(15)
@pytest.mark.parametrize("error", [PermanentError("内容不合规"), ChannelError("口令不对")])
def test_that_something_cannot_be_sent_is_told_though_the_database_went_away_over_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: PermanentError
) -> None:
    bench.ding.fail(error, error)
    bench.open(a_finding())
    with monkeypatch.context() as patch:
        patch.setattr(bench.store.notices, "post", away)
        with pytest.raises(TransientError):
            bench.engine.drain(NOW)
    bench.engine.drain(NOW)
    bench.engine.drain(NOW)
    assert [str(error) in message.text for message in bench.ops.messages] == [True]
