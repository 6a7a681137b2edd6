"""What was written down while the clock ran hours or months ahead holds nothing back once it is right."""

from datetime import timedelta

import pytest

from shared.delivery import Notice
from shared.errors import ChannelError, TransientError
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, days
from tests.fakes.channel import RecordingChannel

__all__ = ["bench", "bus", "store"]

AHEAD = [20 * MINUTE, HOUR, 20 * HOUR, days(150)]


class Rationed(RecordingChannel):
    rate_per_minute: int | None = 1


@pytest.mark.fault(24)
@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("error", [TransientError("away"), TransientError("later", 9e9), ChannelError("wrong")])
def test_a_channel_that_failed_then_is_tried_again_soon(
    bench: Bench, error: Exception, restarts: bool, ahead: timedelta
) -> None:
    bench.ding.fail(error)
    bench.open(a_finding())
    bench.engine.drain(NOW + ahead)
    assert bench.ding.messages == []
    if restarts:
        bench.restart()
    bench.run(NOW + MINUTE, 2 * HOUR if restarts else 6 * MINUTE, MINUTE)
    assert len(bench.ding.messages) == 1


@pytest.mark.fault(24)
@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("restarts", [True, False])
def test_what_waited_for_its_group_then_is_told_now(bench: Bench, restarts: bool, ahead: timedelta) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW + ahead)
    if restarts:
        bench.restart()
    bench.run(NOW + MINUTE, 6 * MINUTE, MINUTE)
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1


@pytest.mark.parametrize("ahead", AHEAD)
def test_what_a_killed_process_had_claimed_then_is_told_now(bench: Bench, ahead: timedelta) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    wrong = NOW + ahead
    bench.store.notices.post(Notice(kind="dead", subject="ding", text="", since=NOW))
    assert bench.store.deliveries.claim("ding", wrong, wrong, MINUTE, "killed/ding/1")
    assert bench.store.notices.claim(wrong, MINUTE, "killed/ops/1", not_about="ops")
    bench.restart()
    bench.run(NOW + MINUTE, 6 * MINUTE, MINUTE)
    assert len(bench.ding.messages) == len(bench.ops.messages) == 1


@pytest.mark.parametrize("ahead", AHEAD)
def test_news_that_were_told_then_are_told_again_a_day_after_now(bench: Bench, ahead: timedelta) -> None:
    notice = Notice(kind="dead", subject="ding", text="", since=NOW)
    bench.store.notices.post(notice)
    bench.engine.step(NOW + ahead)
    assert len(bench.ops.messages) == 1
    bench.engine.step(NOW)
    assert not bench.store.notices.post(notice.model_copy(update={"since": NOW + 23 * HOUR}), days(1))
    assert bench.store.notices.post(notice.model_copy(update={"since": NOW + days(1)}), days(1))


def test_how_long_a_far_side_wants_to_be_left_alone_is_kept_to_by_the_hour(bench: Bench) -> None:
    bench.ding.fail(TransientError("later", 5 * 3600))
    bench.open(a_finding())
    bench.run(NOW, 4 * HOUR, MINUTE)
    assert bench.ding.attempts == 1
    bench.run(NOW + 4 * HOUR, 2 * HOUR, MINUTE)
    assert len(bench.ding.messages) == 1


def test_an_alerter_whose_clock_is_a_little_behind_leaves_the_others_claims_and_pauses(bench: Bench) -> None:
    bench.ding.fail(TransientError("away", 240))
    bench.open(a_finding(), a_finding(account_id="2001"))
    bench.engine.drain(NOW + 4 * MINUTE)
    assert bench.store.deliveries.claim("ding", NOW + HOUR, NOW + 4 * MINUTE, MINUTE, "other/ding/1")
    behind = bench.alerter("behind")
    behind.step(NOW)
    behind.close()
    assert bench.ding.attempts == 1
    assert bench.store.deliveries.claims() == ["other/ding/1"]


@pytest.mark.fault(24)
def test_what_was_sent_then_uses_up_nobodys_rate(bench: Bench) -> None:
    ding = Rationed()
    alerter = bench.alerter(ding=ding)
    bench.open(a_finding())
    alerter.drain(NOW + days(150))
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
