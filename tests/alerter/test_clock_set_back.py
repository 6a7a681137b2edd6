"""What was written down while the clock ran months ahead holds nothing back once it is right."""

import pytest

from shared.delivery import Notice
from shared.errors import ChannelError, TransientError
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, days
from tests.fakes.channel import RecordingChannel

__all__ = ["bench", "bus", "store"]

AHEAD = NOW + days(150)


class Rationed(RecordingChannel):
    rate_per_minute: int | None = 1


@pytest.mark.fault(24)
@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("error", [TransientError("away"), TransientError("later", 9e9), ChannelError("wrong")])
def test_a_channel_that_failed_then_is_tried_again_soon(bench: Bench, error: Exception, restarts: bool) -> None:
    bench.ding.fail(error)
    bench.open(a_finding())
    bench.engine.drain(AHEAD)
    assert bench.ding.messages == []
    if restarts:
        bench.restart()
    bench.run(NOW + MINUTE, 2 * HOUR, MINUTE)
    assert len(bench.ding.messages) == 1


@pytest.mark.fault(24)
@pytest.mark.parametrize("restarts", [True, False])
def test_what_waited_for_its_group_then_is_told_now(bench: Bench, restarts: bool) -> None:
    bench.open(a_finding())
    bench.engine.step(AHEAD)
    if restarts:
        bench.restart()
    bench.run(NOW + MINUTE, 2 * HOUR, MINUTE)
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1


def test_what_a_killed_process_had_claimed_then_is_told_now(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    bench.store.notices.post(Notice(kind="dead", subject="ding", text="", since=NOW))
    assert bench.store.deliveries.claim("ding", AHEAD, AHEAD, MINUTE, "killed/ding/1")
    assert bench.store.notices.claim(AHEAD, MINUTE, "killed/ops/1", not_about="ops")
    bench.restart()
    bench.run(NOW + MINUTE, HOUR, MINUTE)
    assert len(bench.ding.messages) == len(bench.ops.messages) == 1


@pytest.mark.fault(24)
def test_what_was_sent_then_uses_up_nobodys_rate(bench: Bench) -> None:
    ding = Rationed()
    alerter = bench.alerter(ding=ding)
    bench.open(a_finding())
    alerter.drain(AHEAD)
    alerter.close()
    bench.open(a_finding(account_id="2001"))
    again = bench.alerter(ding=ding)
    again.drain(NOW + MINUTE)
    again.close()
    assert len(ding.messages) == 2


def test_a_pause_that_is_no_longer_than_it_may_be_is_kept(bench: Bench) -> None:
    bench.ding.fail(TransientError("away"))
    bench.open(a_finding())
    bench.run(NOW, MINUTE, 5 * SECOND)
    attempts = bench.ding.attempts
    bench.restart().step(NOW + MINUTE)
    assert bench.ding.attempts == attempts
