"""The analyzer's round on a real store and bus: nothing lost, nothing told twice, poison set aside, gauges true."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from services.analyzer.__main__ import build
from services.analyzer.coverage import LEASE
from services.analyzer.judge import Judge, Refused
from services.analyzer.shown import shown
from shared.bus.contract import Record
from shared.bus.envelope import decode, encode
from shared.bus.sqlite import SqliteBus
from shared.errors import TransientError
from shared.events import Outcome
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import Settings
from shared.storage.store import open_store
from tests.builders import NOW, a_finding, a_probe, an_account, days


class Round:
    """An analyzer and its surroundings, made anew over the same files as after a kill."""

    def __init__(self, folder: Path) -> None:
        self.store = open_store(f"sqlite:///{folder}/xunjian.db")
        self.bus = SqliteBus(folder / "xunjian.db", "test", lambda: NOW)
        self.metrics = Metrics()
        self.engine = build(Host(Settings(), self.store, self.bus, self.metrics, lambda: NOW))

    def told(self) -> list[str]:
        reader = self.bus.subscribe("reader", ("findings",))
        records = reader.poll(0.1)
        reader.close()
        return [getattr(decode(record.body), "rule", "") for record in records]

    def set_aside(self) -> list[Record]:
        reader = self.bus.subscribe("reader", ("observations.dlq",))
        records = reader.poll(0.1)
        reader.close()
        return records

    def close(self) -> None:
        self.engine.close()
        self.bus.close()
        self.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def round_(folder: Path) -> Iterator[Round]:
    made = Round(folder)
    made.store.accounts.upsert([an_account()], NOW - days(1))
    yield made
    made.close()


def test_a_silent_account_is_published_once(round_: Round) -> None:
    round_.bus.publish([a_probe(NOW, newest_post_at=NOW - days(20))])
    assert round_.engine.step(NOW)
    assert not round_.engine.step(NOW)
    assert round_.told() == ["silent_account"]
    assert round_.engine.lag() == 0


@pytest.mark.fault(5)
def test_who_was_frozen_while_it_judged_takes_the_timer_from_nobody(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]

    def freeze(*_given: object) -> list[Refused]:
        passed[0] += 600
        assert round_.store.leases.take("timer", "another", NOW + timedelta(minutes=10), LEASE)
        return []

    monkeypatch.setattr(round_.engine, "_monotonic", lambda: passed[0])
    monkeypatch.setattr(Judge, "judge", freeze)
    round_.bus.publish([a_probe()])
    assert round_.engine.step(NOW)
    assert round_.store.leases.held() == [("timer", "another")]


@pytest.mark.fault(2)
def test_a_finding_written_but_not_published_is_published_after_a_restart(
    round_: Round, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise TransientError("the broker is away")

    round_.bus.publish([a_probe(NOW, newest_post_at=NOW - days(20))])
    with monkeypatch.context() as patch:
        patch.setattr(round_.bus, "publish", refuse)
        with pytest.raises(TransientError):
            round_.engine.step(NOW)
    round_.engine.close()
    again = Round(folder)
    again.engine.step(NOW)
    assert again.told() == ["silent_account"]
    again.close()


@pytest.mark.fault(12)
def test_poison_is_set_aside_with_its_reason_and_the_rest_is_judged(round_: Round) -> None:
    round_.bus._append([("observations", "weibo/1001", b'{"event":"probe"}', {})])
    round_.bus.publish([a_probe(NOW, newest_post_at=NOW - days(20))])
    round_.engine.step(NOW)
    (poison,) = round_.set_aside()
    assert "缺少这一项；请核对" in poison.headers["dlq_reason"]
    assert round_.told() == ["silent_account"]


def test_a_finding_among_observations_is_set_aside_in_words_for_an_operator(round_: Round) -> None:
    body = encode(a_finding())
    round_.bus._append([("observations", "weibo/1001", body, {})])
    round_.engine.step(NOW)
    (poison,) = round_.set_aside()
    assert poison.headers["dlq_reason"].startswith("这是 finding，这个主题只放 post 和 probe；请核对")


@pytest.mark.fault(24)
def test_a_list_from_a_clock_far_ahead_is_set_aside_and_keeps_no_later_one_from_being_judged(round_: Round) -> None:
    ahead = a_probe(NOW + days(400), newest_post_at=NOW + days(399))
    round_.bus.publish([ahead, a_probe(NOW, newest_post_at=NOW - days(20))])
    round_.engine.step(NOW)
    (aside,) = round_.set_aside()
    assert "晚一小时以上，不作判断；请校准采集所在机器的时间" in aside.headers["dlq_reason"]
    assert round_.told() == ["silent_account"]


def test_a_look_that_says_its_own_clock_is_wrong_is_told_whatever_its_time(round_: Round) -> None:
    round_.bus.publish([a_probe(NOW + days(400), Outcome.CLOCK)])
    round_.engine.step(NOW)
    assert round_.set_aside() == []


def test_the_gauges_say_how_many_accounts_stand_where(round_: Round) -> None:
    round_.bus.publish([a_probe(NOW, newest_post_at=NOW - days(20))])
    round_.engine.step(NOW)
    ask = partial(shown, round_.metrics, round_.store.counting, "cn@2026.1", NOW)
    round_.metrics.ask("store", ask, patience_seconds=60)
    exposition = round_.metrics.render().decode()
    assert 'xunjian_accounts{platform="weibo",region="未填",state="overdue"} 1.0' in exposition
    assert 'xunjian_findings_open{platform="weibo",rule="silent_account",severity="veto"} 1.0' in exposition
    assert 'xunjian_rulebook_info{rulebook="cn@2026.1"} 1.0' in exposition
    assert 'xunjian_findings_total{rule="silent_account",status="open"} 1.0' in exposition
