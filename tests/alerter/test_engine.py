"""The whole pipeline on a real store: findings in, messages out, once to every channel."""

import pytest

from shared.bus.sqlite import SqliteBus
from shared.errors import PermanentError, TransientError
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, away, bench, bus, store
from tests.builders import NOW, a_finding, a_post, an_account

__all__ = ["bench", "bus", "store"]


def test_a_finding_is_told_once_on_every_channel_after_the_group_wait(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    assert bench.ding.messages == []
    bench.run(NOW, MINUTE)
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1
    assert bench.ops.messages == []
    assert bench.engine.lag() == 0


def test_once_does_not_wait(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    assert len(bench.ding.messages) == 1


def test_once_also_sends_what_a_killed_process_left_waiting_for_its_group(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    bench.restart().drain(NOW + SECOND)
    assert len(bench.ding.messages) == 1


@pytest.mark.fault(11)
def test_a_replay_of_the_topic_tells_nobody_again(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    bench.bus.publish([a_finding()])
    bench.restart().drain(NOW + HOUR)
    assert len(bench.ding.messages) == 1


@pytest.mark.fault(31)
def test_a_thousand_findings_of_one_unit_are_one_message(bench: Bench) -> None:
    bench.open(*(a_finding(str(index)) for index in range(1000)))
    bench.run(NOW, MINUTE)
    assert len(bench.ding.messages) == 1
    assert len(bench.ding.messages[0].numbers) == 1000


def test_each_unit_gets_its_own_message(bench: Bench) -> None:
    bench.open(a_finding(), a_finding(account_id="2001"), a_finding(account_id="1002"))
    bench.engine.drain(NOW)
    assert sorted((message.unit, len(message.numbers)) for message in bench.ding.messages) == [
        ("北山区卫健局", 1),
        ("青禾县政府办", 2),
    ]


@pytest.mark.fault(29)
def test_one_failing_channel_neither_loses_nor_repeats_an_alert(bench: Bench) -> None:
    bench.ding.fail(TransientError("down"), TransientError("down"))
    bench.open(a_finding())
    bench.run(NOW, 10 * MINUTE)
    assert bench.ding.attempts == 3
    assert len(bench.ding.messages) == len(bench.mail.messages) == bench.mail.attempts == 1


def test_the_other_sides_wish_to_wait_is_obeyed(bench: Bench) -> None:
    bench.ding.fail(TransientError("too fast", retry_after_seconds=600))
    bench.open(a_finding())
    end = bench.run(NOW, 9 * MINUTE)
    assert bench.ding.attempts == 1
    bench.run(end, 2 * MINUTE)
    assert len(bench.ding.messages) == 1


def test_a_permanent_refusal_is_dead_counted_and_not_repeated(bench: Bench) -> None:
    bench.ding.fail(PermanentError("sign not match"))
    bench.open(a_finding())
    bench.run(NOW, 10 * MINUTE)
    assert bench.ding.attempts == 1
    (row,) = bench.store.deliveries.of(a_finding().fingerprint, "ding")
    assert (row.state, row.error) == ("dead", "sign not match")
    assert b'xunjian_deliveries_total{channel="ding",result="dead"} 1.0' in bench.metrics.render()
    assert len(bench.mail.messages) == 1


def test_a_channel_that_is_down_costs_one_attempt_a_round_however_many_units_wait(bench: Bench) -> None:
    accounts = [an_account(str(index), unit=f"单位{index}") for index in range(30)]
    bench.store.accounts.upsert(accounts, NOW)
    bench.ding.fail(TransientError("down"))
    bench.open(*(a_finding(account_id=account.id) for account in accounts))
    bench.engine.drain(NOW)
    assert bench.ding.attempts == 1
    assert len(bench.mail.messages) == 30
    bench.run(NOW + MINUTE, 10 * SECOND)
    assert len(bench.ding.messages) == 30


def test_what_failed_for_one_unit_is_one_digest_when_the_channel_is_back(bench: Bench) -> None:
    bench.ding.fail(TransientError("down"), TransientError("down"))
    bench.open(a_finding("a"))
    now = bench.run(NOW, 20 * SECOND)
    bench.open(a_finding("b"))
    bench.run(now, 10 * MINUTE)
    assert [len(message.numbers) for message in bench.ding.messages] == [2]


def poison(bus: SqliteBus, body: bytes) -> None:
    bus._append([("findings", "weibo/1001", body, {})])


@pytest.mark.fault(12)
def test_a_poison_record_goes_to_the_dead_letters_and_the_rest_goes_on(bench: Bench) -> None:
    for body in (b"", b"{", b'{"event":"finding"}', b"\x00\xff", a_post().to_json()):
        poison(bench.bus, body)
    bench.open(a_finding())
    bench.engine.drain(NOW)
    dead = bench.bus.subscribe("reader", ("findings.dlq",))
    reasons = [record.headers["dlq_reason"] for record in dead.poll(1)]
    assert len(reasons) == 5
    assert reasons[4].startswith("这是 post，这个主题只放 finding；请核对")
    dead.close()
    assert len(bench.ding.messages) == 1
    assert bench.engine.lag() == 0


@pytest.mark.parametrize("part", ["dead_letter", "enqueue"])
def test_what_could_not_be_written_down_is_not_committed_and_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    poison(bench.bus, b"{")
    bench.open(a_finding())
    with monkeypatch.context() as patch:
        patch.setattr(bench.bus if part == "dead_letter" else bench.store.deliveries, part, away)
        with pytest.raises(TransientError):
            bench.engine.drain(NOW)
    assert bench.engine.lag() == 2
    bench.engine.drain(NOW)
    assert len(bench.ding.messages) == 1


def test_a_message_sent_but_not_written_down_comes_again_as_the_same_message(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.open(a_finding())
    with monkeypatch.context() as patch:
        patch.setattr(bench.store.deliveries, "record_sent", away)
        with pytest.raises(TransientError):
            bench.engine.drain(NOW)
    first = bench.ding.messages[:]
    bench.restart().drain(NOW + MINUTE)
    assert [message.id for message in bench.ding.messages] == [first[0].id] * 2
