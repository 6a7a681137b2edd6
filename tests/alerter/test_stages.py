"""Every reason to stay quiet, and when to speak."""

from datetime import datetime, timedelta

import pytest

from services.alerter import pace, stages
from services.alerter.stages import View
from shared.delivery import Delivery
from shared.events import Finding, FindingStatus, Severity
from tests.builders import NOW, a_finding, a_silence, days

OPEN = View(open={a_finding().fingerprint: NOW})


def a_delivery(finding: Finding | None = None, **fields: object) -> Delivery:
    finding = finding or a_finding()
    values = {
        "fingerprint": finding.fingerprint,
        "status": finding.status,
        "channel": "inbox",
        "unit": "青禾县政府办",
        "account_key": finding.key,
        "finding": finding,
        "queued_at": NOW,
        "next_attempt_at": NOW,
    }
    return Delivery.model_validate(values | fields)


def reason(delivery: Delivery, view: View, now: datetime = NOW) -> str | None:
    stop = stages.stop(delivery, view, now)
    return stop.reason if stop else None


def resolved() -> Delivery:
    return a_delivery(a_finding(status=FindingStatus.RESOLVED))


def test_what_holds_is_told() -> None:
    assert reason(a_delivery(), OPEN) is None


def test_what_was_resolved_or_superseded_meanwhile_is_not() -> None:
    assert reason(a_delivery(), View()) == "已解除或已被取代"


def test_a_finding_from_a_clock_ahead_of_ours_is_not_taken_for_resolved() -> None:
    assert reason(a_delivery(a_finding(at=NOW + timedelta(seconds=5))), View()) is None


def test_a_resolution_is_told_where_its_opening_was() -> None:
    told = View(told=frozenset({stages.identity(resolved())}))
    assert reason(resolved(), told) is None
    assert reason(resolved(), View()) == "此渠道未曾发过这条提醒"
    assert reason(a_delivery(resolved().finding, channel="other"), told) == "此渠道未曾发过这条提醒"


def test_a_resolution_waits_for_an_opening_under_way() -> None:
    stop = stages.stop(resolved(), View(under_way=frozenset({stages.identity(resolved())})), NOW)
    assert stop is not None
    assert stop.until == NOW + timedelta(minutes=1)


def test_a_resolution_of_what_is_open_again_is_not_told() -> None:
    view = View(open=OPEN.open, told=frozenset({stages.identity(resolved())}))
    assert reason(resolved(), view) == "又再次出现"


def test_what_came_back_before_anybody_heard_that_it_was_over_is_not_told_again() -> None:
    view = View(open=OPEN.open, told=frozenset({stages.identity(a_delivery())}))
    assert reason(a_delivery(), view) == "此前已告知，且未告知过解除"


def test_an_opening_that_another_took_the_place_of_is_not_told() -> None:
    view = View(open={a_finding().fingerprint: NOW + days(1)})
    assert reason(a_delivery(), view) == "已解除或已被取代"


def test_a_blocked_platform_holds_its_accounts_unverified_alerts_back_but_not_itself_nor_real_findings() -> None:
    account = a_finding(severity=Severity.UNVERIFIED)
    platform = a_finding(severity=Severity.UNVERIFIED, account_id="*")
    veto = a_finding("veto")
    view = View.of([account, platform, veto], ())
    assert reason(a_delivery(account), view) == "整个平台都无法核查"
    assert reason(a_delivery(platform), view) is None
    assert reason(a_delivery(veto), view) is None
    elsewhere = a_finding(severity=Severity.UNVERIFIED, platform="douyin")
    assert reason(a_delivery(elsewhere), View.of([elsewhere, platform], ())) is None


@pytest.mark.parametrize(
    ("fields", "covers"),
    [
        ({}, True),
        ({"unit": "青禾县政府办"}, True),
        ({"unit": "别家"}, False),
        ({"account_key": "weibo/1001", "rule": "silent_account"}, True),
        ({"account_key": "weibo/1001", "rule": "typo"}, False),
        ({"number": a_finding().number}, True),
        ({"indicator": "U-01"}, True),
        ({"indicator": "C-01"}, False),
        ({"expired_at": NOW - days(0.5)}, False),
        ({"starts_at": NOW + days(0.5)}, False),
    ],
)
def test_a_silence_delays_what_it_covers_until_it_ends(fields: dict[str, object], covers: bool) -> None:
    silence = a_silence(**({"starts_at": NOW - days(1), "ends_at": NOW + days(1)} | fields))
    view = View(open=OPEN.open, silences=(silence,))
    stop = stages.stop(a_delivery(), view, NOW)
    assert (stop.until if stop else None) == (NOW + days(1) if covers else None)
    assert stages.stop(a_delivery(), view, NOW + days(1)) is None


def test_one_message_per_channel_unit_and_status() -> None:
    rows = [
        a_delivery(a_finding("a")),
        a_delivery(a_finding("b")),
        a_delivery(a_finding("c"), channel="mail"),
        a_delivery(a_finding("d"), unit="别家"),
        a_delivery(a_finding("e", status=FindingStatus.RESOLVED)),
    ]
    assert sorted(len(group.deliveries) for group in stages.group(rows)) == [1, 1, 1, 2]


def test_a_batch_never_answered_stays_the_same_message_until_one_failed() -> None:
    later = NOW + timedelta(seconds=10)
    fresh = [a_delivery(a_finding("a")), a_delivery(a_finding("b"), next_attempt_at=later)]
    failed = [a_delivery(a_finding("c"), attempts=1), a_delivery(a_finding("d"), attempts=2, next_attempt_at=later)]
    assert [len(group.deliveries) for group in stages.group(fresh)] == [1, 1]
    assert [len(group.deliveries) for group in stages.group(fresh + failed)] == [4]


def test_everything_of_one_window_is_due_together_after_now() -> None:
    moments = [NOW + timedelta(seconds=second) for second in (0, 3, 9.9)]
    assert {pace.due_at(moment, 10) for moment in moments} == {NOW + timedelta(seconds=10)}
    assert pace.due_at(NOW, 0) == NOW


def test_the_pause_grows_to_a_day_and_never_undercuts_the_other_sides_wish() -> None:
    pauses = [(pace.retry_at(NOW, attempts, None, 0) - NOW).total_seconds() for attempts in range(12)]
    assert pauses[:5] == [60, 300, 900, 3600, 10_800]
    assert max(pauses) == 86_400
    assert pace.retry_at(NOW, 0, 600, 0) == NOW + timedelta(minutes=10)
    assert pace.retry_at(NOW, 0, 600, 1) > NOW + timedelta(minutes=10)
    assert pace.retry_at(NOW, 0, float("inf"), 1) == NOW + days(1)
