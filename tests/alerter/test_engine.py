"""The whole pipeline on a real store: findings in, messages out, once to every channel."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.alerter.channels.base import Channel
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.feishu import Feishu
from services.alerter.engine import AlerterEngine
from services.alerter.parts import Parts
from services.alerter.routes import Route, Routes
from services.alerter.stages import Silence
from shared.bus.sqlite import SqliteBus
from shared.errors import PermanentError, TransientError
from shared.events import Finding, FindingStatus, Severity
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store
from tests.builders import NOW, a_finding, a_post, an_account, days
from tests.fakes.channel import RecordingChannel
from tests.fakes.robots import FakeDingTalk, FakeFeishu

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    opened.accounts.upsert([an_account("1001"), an_account("1002"), an_account("2001", unit="北山区卫健局")], NOW)
    yield opened
    opened.close()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[SqliteBus]:
    opened = SqliteBus(tmp_path / "xunjian.db", "test", lambda: NOW)
    yield opened
    opened.close()


class Bench:
    """An alerter with two channels for units and one for operators."""

    def __init__(self, store: Store, bus: SqliteBus, folder: Path) -> None:
        self.folder = folder
        self.store = store
        self.bus = bus
        self.ding, self.mail, self.ops = RecordingChannel(), RecordingChannel(), RecordingChannel()
        self.metrics = Metrics()
        self._starts = itertools.count()
        self.engine = self.alerter()

    def alerter(
        self,
        owner: str = "alerter",
        silences: tuple[Silence, ...] = (),
        routes: tuple[Route, ...] = (Route(channels=("ding", "mail")),),
        operators: tuple[str, ...] = ("ops",),
        without: tuple[str, ...] = (),
        monotonic: Callable[[], float] = lambda: 0,
        patience_seconds: float = 60,
        **changed: Channel,
    ) -> AlerterEngine:
        """Another process on the same store, bus and channels."""
        channels: dict[str, Channel] = {"ding": self.ding, "mail": self.mail, "ops": self.ops, **changed}
        for name in without:
            del channels[name]
        return AlerterEngine(
            self.bus,
            Parts.of(self.store),
            Routes(routes, operators),
            channels,
            self.metrics,
            owner=f"{owner}-{next(self._starts)}",
            silences=silences,
            poll_seconds=0,
            patience_seconds=patience_seconds,
            jitter=lambda: 0,
            monotonic=monotonic,
        )

    def restart(self) -> AlerterEngine:
        """Killed and started afresh: what was not committed comes again."""
        self.engine.close()
        self.engine = self.alerter()
        return self.engine

    def open(self, *findings: Finding) -> None:
        """As the analyzer does: into the store, then onto the bus."""
        with self.store.judgements.judging() as judging:
            for finding in findings:
                judging.open(finding)
        self.bus.publish(findings)

    def close(self, finding: Finding, at: datetime, status: FindingStatus = FindingStatus.RESOLVED) -> None:
        with self.store.judgements.judging() as judging:
            judging.close(finding, at, status)
        if status is FindingStatus.RESOLVED:
            self.bus.publish([finding.model_copy(update={"status": status, "at": at})])

    def run(self, start: datetime, length: timedelta, step: timedelta = timedelta(seconds=5)) -> datetime:
        now = start
        while now <= start + length:
            self.engine.step(now)
            now += step
        return now


@pytest.fixture
def bench(store: Store, bus: SqliteBus, tmp_path: Path) -> Iterator[Bench]:
    ready = Bench(store, bus, tmp_path)
    yield ready
    ready.engine.close()


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


def test_a_replay_of_the_topic_tells_nobody_again(bench: Bench) -> None:
    bench.open(a_finding())
    bench.engine.drain(NOW)
    bench.bus.publish([a_finding()])
    bench.restart().drain(NOW + HOUR)
    assert len(bench.ding.messages) == 1


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


def test_a_poison_record_goes_to_the_dead_letters_and_the_rest_goes_on(bench: Bench) -> None:
    for body in (b"", b"{", b'{"event":"finding"}', b"\x00\xff", a_post().model_dump_json().encode()):
        poison(bench.bus, body)
    bench.open(a_finding())
    bench.engine.drain(NOW)
    dead = bench.bus.subscribe("reader", ("findings.dlq",))
    assert len(dead.poll(1)) == 5
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


def away(*_args: object) -> None:
    raise TransientError("does not answer")


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


def test_a_step_of_the_ladder_that_was_superseded_before_sending_is_not_told(bench: Bench) -> None:
    bench.open(a_finding(stage="13d", severity=Severity.REMINDER))
    bench.close(a_finding(stage="13d"), NOW + SECOND, FindingStatus.SUPERSEDED)
    bench.open(a_finding(stage="14d", at=NOW + SECOND))
    bench.run(NOW + 2 * SECOND, MINUTE)
    (message,) = bench.ding.messages
    assert message.severity is Severity.VETO
    assert len(message.numbers) == 1


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
    silence = Silence(starts_at=NOW, ends_at=NOW + HOUR, author="李", comment="迁移", rule="silent_account")
    bench.engine.close()
    bench.engine = bench.alerter(silences=(silence,))
    bench.open(a_finding())
    bench.run(NOW, 59 * MINUTE, MINUTE)
    assert bench.ding.messages == []
    bench.run(NOW + HOUR, MINUTE)
    assert len(bench.ding.messages) == 1


def test_an_account_outside_the_ledger_is_nobodys_message_and_blocks_nothing(bench: Bench) -> None:
    bench.open(a_finding(account_id="unknown"), a_finding())
    bench.engine.drain(NOW)
    assert [len(message.numbers) for message in bench.ding.messages] == [1]


def test_two_alerters_tell_once(bench: Bench) -> None:
    other = bench.alerter("other")
    bench.open(a_finding(), a_finding(account_id="2001"))
    for second in range(0, 60, 5):
        bench.engine.step(NOW + second * SECOND)
        other.step(NOW + second * SECOND)
    other.close()
    assert len(bench.ding.messages) == len(bench.mail.messages) == 2


def test_once_ends_when_another_alerter_reads_the_findings(bench: Bench) -> None:
    bench.engine.step(NOW)
    other = bench.alerter("other")
    bench.open(a_finding())
    other.drain(NOW)
    other.close()
    assert bench.ding.messages == []
    bench.engine.drain(NOW)
    assert len(bench.ding.messages) == 1


def test_the_rate_of_a_channel_is_kept_by_all_alerters_together(bench: Bench) -> None:
    accounts = [an_account(str(index), unit=f"单位{index}") for index in range(50)]
    bench.store.accounts.upsert(accounts, NOW)
    slow = RecordingChannel(rate_per_minute=18)
    alerters = [bench.alerter(f"alerter-{index}", ding=slow) for index in range(2)]
    bench.open(*(a_finding(account_id=account.id) for account in accounts))
    sent = []
    for second in range(0, 300, 5):
        for alerter in alerters:
            alerter.step(NOW + second * SECOND)
        sent.append(len(slow.messages))
    for alerter in alerters:
        alerter.close()
    assert sent[-1] == 50
    assert max(later - earlier for earlier, later in zip(sent, sent[12:], strict=False)) <= 18


@pytest.mark.parametrize(("fake", "kind"), [(FakeDingTalk, DingTalk), (FakeFeishu, Feishu)])
def test_fifty_units_reach_a_robot_without_ever_tripping_its_rate(
    bench: Bench, fake: type[FakeDingTalk | FakeFeishu], kind: type[DingTalk | Feishu]
) -> None:
    accounts = [an_account(str(index), unit=f"单位{index}") for index in range(50)]
    bench.store.accounts.upsert(accounts, NOW)
    bench.open(*(a_finding(account_id=account.id) for account in accounts))
    with fake() as server:
        robot = kind(token=SecretStr(fake.token), secret=SecretStr(fake.secret), base_url=server.url)
        alerter = bench.alerter("with a robot", ding=robot)
        for second in range(0, 200, 2):
            server.now = NOW + second * SECOND
            alerter.step(server.now)
        alerter.close()
        assert len(server.texts) == len(set(server.texts)) == len(server.requests) == 50


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
