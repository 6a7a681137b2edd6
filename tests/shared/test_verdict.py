"""Verdicts: what could not be observed is 未能核实, whatever was found before."""

import pytest

from shared.account import AccountStatus
from shared.events import Finding, Outcome, Probe, Severity
from shared.state import State
from shared.storage.timeline import Probed
from shared.verdict import Verdict, verdict
from tests.builders import NOW, a_finding, a_probe, an_account, days


def looks(*probes: Probe) -> Probed:
    lists = [probe for probe in probes if probe.proves_list]
    latest_list = lists[-1] if lists else None
    failures = tuple(probe for probe in probes if latest_list is None or probe.at > latest_list.at)
    newest = max((probe.newest_post_at for probe in probes if probe.newest_post_at), default=None)
    return Probed(probes[-1] if probes else None, latest_list, newest, failures)


def judged(seen: Probed, *findings: Finding) -> Verdict:
    return verdict(an_account(), seen, findings, NOW)


def test_an_account_never_looked_at_waits() -> None:
    assert judged(looks()).state is State.WAITING


def test_a_good_look_without_objections_is_fine() -> None:
    assert judged(looks(a_probe(newest_post_at=NOW - days(1)))).state is State.OK


@pytest.mark.parametrize(
    ("stage", "severity", "state"),
    [
        ("7d", Severity.REMINDER, State.NEAR),
        ("13d", Severity.REMINDER, State.NEAR),
        ("14d", Severity.VETO, State.OVERDUE),
        ("90d", Severity.VETO, State.ZOMBIE),
    ],
)
def test_silence_has_three_states(stage: str, severity: Severity, state: State) -> None:
    assert judged(looks(a_probe()), a_finding(stage=stage, severity=severity)).state is state


def test_a_stale_look_accuses_nobody_even_with_an_open_veto() -> None:
    seen = looks(a_probe(NOW - days(3)), a_probe(NOW, Outcome.BLOCKED, reason="平台要求验证"))
    result = judged(seen, a_finding(stage="14d"))
    assert result.state is State.UNVERIFIED
    assert "平台要求验证" in result.why


def test_one_failed_look_after_a_fresh_good_one_changes_nothing() -> None:
    seen = looks(a_probe(NOW - days(0.5)), a_probe(NOW, Outcome.TIMEOUT))
    assert judged(seen).state is State.OK


def test_a_vanished_account_is_neither_zombie_nor_fine() -> None:
    gone = a_probe(NOW, Outcome.GONE, covers="profile", reason="账号已经注销")
    assert judged(looks(a_probe(NOW - days(1)), gone), a_finding(stage="14d")).state is State.GONE


def test_a_deleted_article_does_not_make_the_account_vanish() -> None:
    gone = a_probe(NOW, Outcome.GONE, covers="nothing", reason="文章已删除")
    assert judged(looks(a_probe(NOW - days(1)), gone)).state is State.OK


def test_hints_and_mentions_accuse_nobody() -> None:
    for severity in (Severity.HINT, Severity.MENTION, Severity.INFO):
        assert judged(looks(a_probe()), a_finding(severity=severity)).state is State.OK


def test_a_cancelled_ledger_row_is_not_judged() -> None:
    account = an_account(status=AccountStatus.CANCELLED)
    assert verdict(account, looks(a_probe()), [a_finding()], NOW).state is State.CANCELLED


def test_the_gravest_finding_names_the_state_and_all_are_told() -> None:
    advert = a_finding(rule="commercial_ad", severity=Severity.DEDUCTION, sentence="发现商业广告。")
    result = judged(looks(a_probe()), advert, a_finding(stage="14d"))
    assert result.state is State.OVERDUE
    assert "已满14天未更新；发现商业广告" in result.why
