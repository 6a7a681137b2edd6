"""Who is told what: units, operators, nobody; silences and rows outside the ledger."""

from shared.events import Severity
from tests.alerter.alerting import HOUR, MINUTE, Bench, bench, bus, store
from tests.builders import NOW, a_finding, a_silence

__all__ = ["bench", "bus", "store"]


def test_unverified_goes_to_operators_as_one_digest_and_never_to_units(bench: Bench) -> None:
    bench.open(*(a_finding(account_id=name, severity=Severity.UNVERIFIED) for name in ("1001", "1002", "2001")))
    bench.engine.drain(NOW)
    assert bench.ding.messages == bench.mail.messages == []
    (message,) = bench.ops.messages
    assert (message.unit, len(message.numbers)) == ("巡检运维", 3)


def test_a_blocked_platform_is_told_once_and_its_accounts_only_if_they_stay_dark(bench: Bench) -> None:
    platform = a_finding("blocked", account_id="*", severity=Severity.UNVERIFIED)
    bench.open(platform, *(a_finding(account_id=name, severity=Severity.UNVERIFIED) for name in ("1001", "1002")))
    bench.engine.drain(NOW)
    assert [len(message.numbers) for message in bench.ops.messages] == [1]
    bench.close(platform, NOW + 10 * MINUTE)
    bench.close(a_finding(account_id="1001"), NOW + 20 * MINUTE)
    bench.run(NOW + 30 * MINUTE, 2 * HOUR, MINUTE)
    told = [(message.resolved, len(message.numbers)) for message in bench.ops.messages]
    assert told == [(False, 1), (True, 1), (False, 1)]


def test_hints_are_not_sent(bench: Bench) -> None:
    bench.open(a_finding(severity=Severity.HINT), a_finding("b", severity=Severity.MENTION))
    bench.engine.drain(NOW)
    assert bench.ding.messages == bench.ops.messages == []
    assert bench.store.deliveries.listed() == []


def test_a_silence_delays_and_what_still_holds_is_told_after_it(bench: Bench) -> None:
    bench.store.silences.add(a_silence(ends_at=NOW + HOUR, rule="silent_account"))
    bench.open(a_finding())
    bench.run(NOW, 59 * MINUTE, MINUTE)
    assert bench.ding.messages == []
    bench.run(NOW + HOUR, MINUTE)
    assert len(bench.ding.messages) == 1


def test_an_account_outside_the_ledger_is_nobodys_message_and_blocks_nothing(bench: Bench) -> None:
    bench.open(a_finding(account_id="unknown"), a_finding())
    bench.engine.drain(NOW)
    assert [len(message.numbers) for message in bench.ding.messages] == [1]
