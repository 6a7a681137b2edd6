"""Silences while alerters run: added, ended early, twice, under a wrong clock, by two alerters; nothing is lost."""

from shared.delivery import Delivery, DeliveryState
from tests.alerter.alerting import HOUR, MINUTE, SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, a_silence, days

__all__ = ["bench", "bus", "store"]


def waiting(bench: Bench) -> list[Delivery]:
    return [row for row in bench.store.deliveries.listed() if row.state is DeliveryState.PENDING]


def test_one_added_while_it_runs_holds_what_is_queued_already(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.step(NOW)
    silence = bench.store.silences.add(a_silence())
    bench.run(NOW, HOUR, MINUTE)
    assert bench.ding.attempts == bench.mail.attempts == 0
    assert {row.held_by for row in waiting(bench)} == {silence.id}
    assert {row.error for row in waiting(bench)} == {"已静默至2026-11-24 12:00（李：迁移）"}


def test_one_ended_early_tells_what_still_holds_within_a_round_and_nothing_else(bench: Bench) -> None:
    silence = bench.store.silences.add(a_silence())
    bench.open(a_finding("a"), a_finding("b"))
    bench.run(NOW, MINUTE)
    bench.close(a_finding("b"), NOW + MINUTE)
    bench.store.silences.expire(silence.id, "王", NOW + 2 * MINUTE)
    bench.engine.step(NOW + 2 * MINUTE + SECOND)
    assert [message.numbers for message in bench.ding.messages] == [(a_finding("a").number,)]


def test_what_was_over_during_the_silence_is_never_told(bench: Bench) -> None:
    bench.store.silences.add(a_silence())
    bench.open(a_finding())
    bench.run(NOW, MINUTE)
    bench.close(a_finding(), NOW + MINUTE)
    bench.run(NOW + MINUTE, MINUTE)
    bench.run(NOW + days(3), 5 * MINUTE)
    assert bench.ding.attempts == 0
    assert waiting(bench) == []


def test_a_resolution_waits_for_the_end_of_the_silence(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    silence = bench.store.silences.add(a_silence(starts_at=NOW + MINUTE))
    bench.close(a_finding(), NOW + 2 * MINUTE)
    bench.run(NOW + 2 * MINUTE, MINUTE)
    assert len(bench.ding.messages) == 1
    bench.store.silences.expire(silence.id, "王", NOW + HOUR)
    bench.engine.step(NOW + HOUR)
    assert [message.resolved for message in bench.ding.messages] == [False, True]


def test_the_same_twice_is_one(bench: Bench) -> None:
    first = bench.store.silences.add(a_silence(rule="silent_account"))
    assert bench.store.silences.add(a_silence(rule="silent_account", ends_at=NOW + days(2))) == first
    longer = bench.store.silences.add(a_silence(rule="silent_account", ends_at=NOW + days(4)))
    assert longer.id != first.id
    bench.open(a_finding())
    bench.run(NOW, MINUTE)
    bench.store.silences.expire(longer.id, "王", NOW + HOUR)
    bench.run(NOW + HOUR, MINUTE)
    assert {row.held_by for row in waiting(bench)} == {first.id}
    assert bench.ding.attempts == 0


def test_two_alerters_obey_the_same_silence_and_tell_once_after_it(bench: Bench) -> None:
    second = bench.alerter("other")
    silence = bench.store.silences.add(a_silence())
    bench.open(a_finding())
    for seconds in range(0, 60, 5):
        bench.engine.step(NOW + seconds * SECOND)
        second.step(NOW + seconds * SECOND)
    assert bench.ding.attempts == 0
    bench.store.silences.expire(silence.id, "王", NOW + HOUR)
    for engine in (bench.engine, second, bench.engine):
        engine.step(NOW + HOUR)
    second.close()
    assert len(bench.ding.messages) == len(bench.mail.messages) == 1


def test_one_read_just_before_it_was_ended_holds_nothing_back(bench: Bench) -> None:
    silence = bench.store.silences.add(a_silence())
    bench.open(a_finding())
    bench.engine.step(NOW)
    bench.store.silences.expire(silence.id, "王", NOW + SECOND)
    bench.store.deliveries.hold(waiting(bench), silence)
    bench.run(NOW + 2 * SECOND, MINUTE)
    assert len(bench.ding.messages) == 1


def test_one_made_under_a_clock_that_ran_ahead_holds_nothing_when_it_is_set_back(bench: Bench) -> None:
    ahead = NOW + days(300)
    bench.open(a_finding())
    bench.engine.step(ahead)
    bench.store.silences.add(a_silence(starts_at=ahead, ends_at=ahead + days(3)))
    bench.run(ahead, MINUTE)
    assert bench.ding.attempts == 0
    bench.run(NOW + MINUTE, MINUTE)
    assert len(bench.ding.messages) == 1


def test_a_long_silence_is_not_asked_about_again_every_hour(bench: Bench) -> None:
    silence = bench.store.silences.add(a_silence(ends_at=NOW + days(60)))
    bench.open(a_finding())
    bench.run(NOW, MINUTE)
    bench.run(NOW + HOUR, 5 * HOUR, HOUR)
    assert {row.next_attempt_at for row in waiting(bench)} == {silence.ends_at}
    bench.run(NOW + days(60), MINUTE)
    assert len(bench.ding.messages) == 1


def test_lists_know_what_is_silenced_as_of_any_moment(bench: Bench) -> None:
    short = bench.store.silences.add(a_silence(ends_at=NOW + days(1), author="张"))
    long = bench.store.silences.add(a_silence(unit="青禾县政府办"))
    told = [(a_finding(), "青禾县政府办"), (a_finding(account_id="2001"), "北山区卫健局")]
    held = bench.store.silences.covering(told, NOW)
    assert {key: silence.id for key, silence in held.items()} == {
        a_finding().fingerprint: long.id,
        a_finding(account_id="2001").fingerprint: short.id,
    }
    bench.store.silences.expire(long.id, "王", NOW + HOUR)
    assert bench.store.silences.covering(told, NOW + 2 * HOUR)[a_finding().fingerprint].id == short.id
    assert bench.store.silences.covering(told, NOW)[a_finding().fingerprint].words.startswith(
        "已静默至2026-11-24 12:00"
    )
    assert bench.store.silences.covering(told, NOW - SECOND) == {}


def test_what_the_other_side_answered_is_kept(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    (row,) = bench.store.deliveries.of(a_finding().fingerprint, "ding")
    assert (row.answer, row.sent_at) == ("taken as number 1", NOW)
