"""Alerters side by side share the findings and the pace of each channel."""

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.feishu import Feishu
from tests.alerter.alerting import SECOND, Bench, bench, bus, store
from tests.builders import NOW, a_finding, an_account
from tests.fakes.channel import RecordingChannel
from tests.fakes.robots import FakeDingTalk, FakeFeishu

__all__ = ["bench", "bus", "store"]


@pytest.mark.fault(33)
def test_two_alerters_tell_once(bench: Bench) -> None:
    other = bench.alerter("other")
    bench.open(a_finding(), a_finding(account_id="2001"))
    for second in range(0, 60, 5):
        bench.engine.step(NOW + second * SECOND)
        other.step(NOW + second * SECOND)
    other.close()
    assert len(bench.ding.messages) == len(bench.mail.messages) == 2


def test_who_has_nothing_to_tell_leaves_the_write_lock_to_others(bench: Bench) -> None:
    bench.open(a_finding())
    end = bench.run(NOW, 60 * SECOND)
    statements: list[str] = []
    event.listen(bench.store.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    bench.run(end, 10 * SECOND)
    assert len(bench.ding.messages) == 1
    assert {one for one in statements if not one.startswith("SELECT")} <= {"BEGIN"}


def test_once_ends_when_another_alerter_reads_the_findings(bench: Bench) -> None:
    bench.engine.step(NOW)
    other = bench.alerter("other")
    bench.open(a_finding())
    other.drain(NOW)
    other.close()
    assert bench.ding.messages == []
    bench.engine.drain(NOW)
    assert len(bench.ding.messages) == 1


@pytest.mark.fault(28)
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


@pytest.mark.fault(28)
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
