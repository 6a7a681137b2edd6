"""What is over, superseded or came back is told as such, once, and only to those who were told of it."""

import pytest

from shared.errors import TransientError, UnansweredError
from shared.events import FindingStatus, Severity
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, days

__all__ = ["bench", "bus", "store"]


def test_a_resolved_finding_is_told_where_its_opening_was(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    bench.close(a_finding(), NOW + HOUR)
    bench.engine.drain(NOW + HOUR)
    assert [message.resolved for message in bench.ding.messages] == [False, True]


def test_a_matter_that_comes_back_is_told_again_and_so_is_its_end(bench: Bench) -> None:
    for day in (0, 2):
        bench.open(a_finding(at=NOW + days(day)))
        bench.engine.drain(NOW + days(day))
        bench.close(a_finding(at=NOW + days(day)), NOW + days(day + 1))
        bench.engine.drain(NOW + days(day + 1))
    assert [message.resolved for message in bench.ding.messages] == [False, True, False, True]


@pytest.mark.fault(32)
def test_a_matter_that_was_over_for_a_moment_is_told_once(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    bench.close(a_finding(), NOW + SECOND)
    bench.open(a_finding(at=NOW + 2 * SECOND))
    bench.run(NOW + 3 * SECOND, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [False]
    bench.close(a_finding(at=NOW + 2 * SECOND), NOW + HOUR)
    bench.run(NOW + HOUR, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [False, True]


@pytest.mark.fault(32)
def test_a_matter_that_came_and_went_and_came_within_one_window_is_told_once(bench: Bench) -> None:
    bench.open(a_finding())
    bench.close(a_finding(), NOW + SECOND)
    bench.open(a_finding(at=NOW + 2 * SECOND))
    bench.run(NOW + 3 * SECOND, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [False]


def test_what_is_resolved_before_it_was_told_is_never_told(bench: Bench) -> None:
    bench.open(a_finding())
    bench.close(a_finding(), NOW + SECOND)
    bench.run(NOW + 2 * SECOND, 5 * MINUTE)
    assert bench.ding.messages == []


def test_a_channel_that_missed_the_opening_hears_neither_it_nor_its_end(bench: Bench) -> None:
    bench.ding.fail(*(TransientError("down") for _ in range(3)))
    bench.open(a_finding())
    now = bench.run(NOW, 2 * MINUTE)
    bench.close(a_finding(), now)
    bench.run(now, 2 * HOUR, MINUTE)
    assert bench.ding.messages == []
    assert [message.resolved for message in bench.mail.messages] == [False, True]


def test_what_was_sent_and_never_answered_is_over_for_whoever_has_it(bench: Bench) -> None:
    bench.ding.fail(UnansweredError("cut"))
    bench.open(a_finding())
    now = bench.run(NOW, 11 * SECOND)
    bench.close(a_finding(), now)
    bench.run(now, 2 * HOUR, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [True]


def test_that_it_is_over_may_be_read_long_after_nobody_tries_to_tell_it(bench: Bench) -> None:
    bench.ding.fail(UnansweredError("cut"))
    bench.open(a_finding())
    over_at = bench.run(NOW, 11 * SECOND)
    with bench.store.judgements.judging() as judging:
        judging.close(a_finding(), over_at, FindingStatus.RESOLVED)
    now = bench.run(over_at, 10 * MINUTE)
    bench.bus.publish([a_finding(status=FindingStatus.RESOLVED, at=over_at)])
    bench.run(now, 2 * HOUR, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [True]


def test_a_later_refusal_does_not_unsay_what_may_have_arrived(bench: Bench) -> None:
    bench.ding.fail(UnansweredError("cut"), TransientError("down"))
    bench.open(a_finding())
    now = bench.run(NOW, 2 * MINUTE)
    bench.close(a_finding(), now)
    bench.run(now, 2 * HOUR, MINUTE)
    assert bench.ding.attempts == 3
    assert [message.resolved for message in bench.ding.messages] == [True]


def test_what_may_have_arrived_once_says_nothing_of_the_next_time(bench: Bench) -> None:
    bench.ding.fail(UnansweredError("cut"))
    bench.open(a_finding())
    now = bench.run(NOW, 11 * SECOND)
    bench.close(a_finding(), now)
    now = bench.run(now, 2 * HOUR, MINUTE)
    bench.ding.fail(TransientError("down"))
    bench.open(a_finding(at=now))
    bench.close(a_finding(at=now), bench.run(now, MINUTE))
    bench.run(now + 2 * MINUTE, 2 * HOUR, MINUTE)
    assert [message.resolved for message in bench.ding.messages] == [True]


def test_a_step_of_the_ladder_that_was_superseded_before_sending_is_not_told(bench: Bench) -> None:
    bench.open(a_finding(stage="13d", severity=Severity.REMINDER))
    bench.close(a_finding(stage="13d"), NOW + SECOND, FindingStatus.SUPERSEDED)
    bench.open(a_finding(stage="14d", at=NOW + SECOND))
    bench.run(NOW + 2 * SECOND, MINUTE)
    (message,) = bench.ding.messages
    assert message.severity is Severity.VETO
    assert len(message.numbers) == 1
