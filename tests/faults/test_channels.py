"""The other side of a channel at its worst; many accounts at once, one that comes and goes, and two who tell."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.alerter.channels import _outgoing as outgoing
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.channels.webhook import Webhook
from services.alerter.message import MessageEvent
from shared.events import FindingStatus
from tests.alerter.alerting import MINUTE, SECOND, Bench, bench, bus, store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_finding, a_post, a_probe, an_account, days
from tests.fakes.certificates import identity, server_context
from tests.fakes.http_server import Reply
from tests.fakes.raw_server import RawServer
from tests.fakes.robots import FakeDingTalk
from tests.fakes.webhook import FakeReceiver
from tests.faults.amount import chance_of, often

__all__ = ["bench", "bus", "store"]


@pytest.mark.fault(28)
def test_two_alerters_never_trip_a_robots_rate(bench: Bench) -> None:
    units = often(60, 400)
    accounts = [an_account(str(index), unit=f"单位{index}") for index in range(units)]
    bench.store.accounts.upsert(accounts, NOW)
    bench.open(*(a_finding(account_id=account.id) for account in accounts))
    with FakeDingTalk() as server:
        robot = DingTalk(token=SecretStr(server.token), secret=SecretStr(server.secret), base_url=server.url)
        alerters = [bench.alerter(f"alerter-{number}", ding=robot) for number in range(2)]
        server.now = NOW
        while len(server.texts) < units and server.now < NOW + timedelta(hours=2):
            server.now += 2 * SECOND
            for alerter in alerters:
                alerter.step(server.now)
        for alerter in alerters:
            alerter.close()
        assert server.rate.exceeded == 0
        assert len(server.texts) == len(set(server.texts)) == units


@pytest.mark.fault(29)
def test_a_redirect_to_the_inside_is_refused_told_and_harms_no_other_channel(bench: Bench) -> None:
    with FakeReceiver() as server:
        server.reply = Reply(301, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
        told_despite(bench, Webhook(url=SecretStr(server.url)), "不接受重定向")
        assert len(server.requests) == 1


@pytest.mark.fault(29)
def test_a_certificate_nobody_vouches_for_is_refused_told_and_harms_no_other_channel(
    bench: Bench, tmp_path: Path
) -> None:
    context = server_context(tmp_path, identity("127.0.0.1"))

    def talk(connection: object) -> None:
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(connection, server_side=True)  # type: ignore[arg-type]

    with RawServer(talk) as server:
        told_despite(bench, Webhook(url=SecretStr(server.url.replace("http:", "https:"))), "证书不可信")


@pytest.mark.fault(29)
@pytest.mark.parametrize("mode", ["hang", "drip_head", "drip_body"])
def test_a_receiver_that_hangs_or_drips_is_tried_again_and_harms_no_other_channel(
    bench: Bench, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        outgoing.post, "__kwdefaults__", {**(outgoing.post.__kwdefaults__ or {}), "deadline_seconds": 0.5}
    )
    with FakeReceiver() as server:
        server.mode = mode  # type: ignore[assignment]
        hook = Webhook(url=SecretStr(server.url), secret=SecretStr(server.secret))
        alerter = bench.alerter(ding=hook)
        bench.open(a_finding(), a_finding(account_id="2001"))
        alerter.drain(NOW)
        assert len(bench.mail.messages) == 2
        server.mode, server.now = "answer", NOW + 10 * MINUTE
        alerter.drain(server.now)
        alerter.close()
        assert len(server.received) == 2
    assert len(bench.mail.messages) == 2


def told_despite(bench: Bench, hook: Webhook, reason: str) -> None:
    """The other channel tells everybody once; the operators hear what is wrong with this one."""
    alerter = bench.alerter(ding=hook)
    bench.open(a_finding(), a_finding(account_id="2001"))
    for minute in range(3):
        alerter.drain(NOW + minute * MINUTE)
    alerter.close()
    assert len(bench.mail.messages) == 2
    notices = [message for message in bench.ops.messages if message.event is MessageEvent.NOTICE]
    assert len(notices) == 1
    assert reason in notices[0].text


@pytest.mark.fault(31)
def test_a_thousand_accounts_that_cross_the_line_at_once_are_one_message_a_unit(bench: Bench) -> None:
    units = 40
    accounts = [an_account(str(number), unit=f"单位{number % units}") for number in range(1000)]
    bench.store.accounts.upsert(accounts, NOW - days(30))
    analyzer = Analyzer(bench.store)
    published = NOW - days(14)
    posts = [a_post("p", published, account_id=account.id, observed_at=published) for account in accounts]
    analyzer.judge(posts)
    looked = [a_probe(NOW, account_id=account.id, newest_post_at=published, post_ids=("p",)) for account in accounts]
    analyzer.judge(looked)
    bench.bus.publish([finding for finding in bench.store.judgements.untold() if finding.severity.accuses])
    other = bench.alerter("other")
    now = NOW
    while now < NOW + 5 * MINUTE:
        bench.engine.step(now)
        other.step(now)
        now += 5 * SECOND
    other.close()
    messages = [message for message in bench.ding.messages if message.event is MessageEvent.OPENING]
    assert sorted(message.unit for message in messages) == sorted(f"单位{number}" for number in range(units))
    assert {matter.finding.account_id for message in messages for matter in message.matters} == {
        account.id for account in accounts
    }


@pytest.mark.fault(32)
def test_an_account_that_comes_and_goes_is_one_alert_and_one_recovery_a_window(bench: Bench) -> None:
    """The window is the group's wait of 10 s."""
    chance = chance_of("flapping")
    now, is_open = NOW, False
    finding = a_finding()
    while now < NOW + often(2, 20) * MINUTE:
        if chance.random() < 0.5:
            finding = finding if is_open else a_finding(at=now)
            bench.close(finding, now) if is_open else bench.open(finding)
            is_open = not is_open
        bench.engine.step(now)
        now += SECOND
    if is_open:
        bench.close(finding, now)
    bench.run(now, MINUTE)
    told = [message.event for message in bench.ding.messages]
    assert told == [MessageEvent.OPENING, MessageEvent.RESOLUTION] * (len(told) // 2)
    times = [message.at for message in bench.ding.messages]
    alerts = times[::2]
    assert len(alerts) <= (now - NOW) / (10 * SECOND)


@pytest.mark.fault(32)
def test_a_list_that_shows_its_newest_item_now_and_then_is_no_alert_at_all(bench: Bench) -> None:
    analyzer = Analyzer(bench.store)
    old, new = NOW - days(30), NOW - days(1)
    analyzer.judge([a_post("old", old), a_post("new", new)])
    for hour in range(48):
        ids = ("old", "new") if hour % 2 else ("old",)
        looked = a_probe(NOW + timedelta(hours=hour), newest_post_at=new if hour % 2 else old, post_ids=ids)
        analyzer.judge([looked])
    silence = [one for one in bench.store.judgements.untold() if one.rule.startswith("silent")]
    assert len([one for one in silence if one.status is FindingStatus.OPEN]) <= 1
