"""Standings: what could not be observed is 未能核实, whatever was found before; and there is one truth for everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.analyzer.standing import standing_of
from shared.account import AccountStatus
from shared.events import Finding, Outcome, Probe, Severity
from shared.standing import Standing
from shared.state import State
from shared.storage.observations import Probed
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_finding, a_probe, an_account, days

LAPSED = a_finding(rule="unverified", severity=Severity.UNVERIFIED, state=State.UNVERIFIED)


def probed(*probes: Probe) -> Probed:
    lists = [probe for probe in probes if probe.proves_list]
    latest_list = lists[-1] if lists else None
    failures = tuple(probe for probe in probes if latest_list is None or probe.at > latest_list.at)
    newest = max((probe.newest_post_at for probe in probes if probe.newest_post_at), default=None)
    return Probed(probes[-1] if probes else None, latest_list, newest, failures)


def stands(known: Probed, *findings: Finding) -> Standing:
    return standing_of(an_account(), known, findings)


def test_an_account_never_probed_waits() -> None:
    assert stands(probed()).state is State.WAITING


def test_an_account_nobody_came_to_in_time_is_unverified() -> None:
    result = stands(probed(), LAPSED)
    assert (result.state, result.why) == (State.UNVERIFIED, "采集未进行（尚无成功核查）")


def test_a_good_probe_without_objections_is_fine() -> None:
    assert stands(probed(a_probe(newest_post_at=NOW - days(1)))).state is State.OK


@pytest.mark.parametrize("state", [State.NEAR, State.OVERDUE, State.ZOMBIE])
def test_the_rule_says_where_its_finding_puts_the_account(state: State) -> None:
    assert stands(probed(a_probe()), a_finding(state=state)).state is state


def test_a_lapsed_account_is_accused_of_nothing_even_with_an_open_veto() -> None:
    known = probed(a_probe(NOW - days(3)), a_probe(NOW, Outcome.BLOCKED, reason="平台要求验证"))
    result = stands(known, a_finding(state=State.OVERDUE), LAPSED)
    assert result.state is State.UNVERIFIED
    assert "平台要求验证" in result.why
    assert result.silence is None


def test_one_failed_probe_after_a_fresh_good_one_changes_nothing() -> None:
    assert stands(probed(a_probe(NOW - days(0.5)), a_probe(NOW, Outcome.TIMEOUT))).state is State.OK


def test_a_first_probe_that_failed_says_why_nothing_is_known() -> None:
    result = stands(probed(a_probe(NOW, Outcome.LOGIN_WALL)))
    assert (result.state, result.why) == (State.UNVERIFIED, "平台要求登录后查看（尚无成功核查）")


def test_a_vanished_account_is_neither_zombie_nor_fine() -> None:
    gone = a_probe(NOW, Outcome.GONE, covers="profile", reason="账号已经注销")
    assert stands(probed(a_probe(NOW - days(1)), gone), a_finding(state=State.OVERDUE)).state is State.GONE


def test_one_sign_that_an_account_vanished_is_said_to_be_one() -> None:
    gone = [a_probe(NOW - days(step), Outcome.GONE, covers="profile", reason="账号已经注销") for step in (0.1, 0)]
    first, both = stands(probed(gone[0])), stands(probed(*gone))
    assert (first.state, both.state) == (State.GONE, State.GONE)
    assert "仅见到一次" in first.why
    assert both.why == "账号已经注销"


def test_a_deleted_article_does_not_make_the_account_vanish() -> None:
    gone = a_probe(NOW, Outcome.GONE, covers="nothing", reason="文章已删除")
    assert stands(probed(a_probe(NOW - days(1)), gone)).state is State.OK


def test_hints_and_mentions_accuse_nobody() -> None:
    for severity in (Severity.HINT, Severity.MENTION, Severity.INFO):
        assert stands(probed(a_probe()), a_finding(severity=severity)).state is State.OK


def test_a_cancelled_ledger_row_is_not_judged() -> None:
    account = an_account(status=AccountStatus.CANCELLED)
    assert standing_of(account, probed(a_probe()), [a_finding()]).state is State.CANCELLED


def test_the_gravest_finding_names_the_state_and_all_are_told() -> None:
    advert = a_finding(
        rule="commercial_ad", severity=Severity.DEDUCTION, state=State.PROBLEM, sentence="发现商业广告。"
    )
    result = stands(probed(a_probe()), advert, a_finding(state=State.OVERDUE))
    assert result.state is State.OVERDUE
    assert "已满14天未更新；发现商业广告" in result.why
    assert result.brief == "静默20天，标准14天"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], NOW - days(1))
    yield store
    store.close()


@pytest.fixture
def judge(store: Store) -> Analyzer:
    return Analyzer(store)


def state(store: Store) -> State:
    (only,) = store.standings.current()
    return only.state


def test_board_list_and_gauge_say_unverified_when_the_operators_hear_it(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW)])
    judge.judge([a_probe(NOW + days(0.1 * step), Outcome.TIMEOUT) for step in (1, 2)])
    assert state(store) is State.OK
    judge.judge([a_probe(NOW + days(0.3), Outcome.TIMEOUT)])
    assert [finding.rule for finding in store.judgements.untold()] == ["unverified"]
    assert state(store) is State.UNVERIFIED
    assert store.standings.as_of(NOW + days(0.3))[0].state is State.UNVERIFIED
    assert store.standings.counts() == {("weibo", "unverified"): 1}


def test_the_timer_and_the_next_probe_move_an_account_on(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW)])
    judge.tick(NOW + days(3))
    assert state(store) is State.UNVERIFIED
    judge.judge([a_probe(NOW + days(4), newest_post_at=NOW)])
    assert state(store) is State.OK
    past = [(day, store.standings.as_of(NOW + days(day))[0].state) for day in (1.9, 2, 3.9, 4)]
    assert past == [(1.9, State.OK), (2, State.UNVERIFIED), (3.9, State.UNVERIFIED), (4, State.OK)]


def test_a_past_moment_is_shown_as_it_was_known_then(store: Store, judge: Analyzer) -> None:
    judge.judge([a_probe(NOW, newest_post_at=NOW - days(1))])
    before = store.standings.as_of(NOW + days(0.5))
    judge.judge([a_probe(NOW + days(1), newest_post_at=NOW + days(0.9)), a_probe(NOW + days(1.1), Outcome.TIMEOUT)])
    assert store.standings.as_of(NOW + days(0.5)) == before
    (now,) = store.standings.current()
    assert (now.newest_post_at, now.proved_at) == (NOW + days(0.9), NOW + days(1))
    assert (now.probed_at, now.outcome) == (NOW + days(1.1), Outcome.TIMEOUT)


def test_an_analyzer_that_was_down_for_days_accuses_nobody_before_and_after_it_comes_back(store: Store) -> None:
    analyzer = Analyzer(store)
    store.accounts.upsert([an_account()], NOW - days(30))
    analyzer.judge([a_probe(NOW, newest_post_at=NOW - days(20))])
    key, down = an_account().key, NOW + days(5)
    assert store.standings.as_of(NOW)[0].state is State.OVERDUE
    written_while_down = next(one for one in store.standings.as_of(down) if one.account.key == key)
    assert (written_while_down.state, written_while_down.why) == (State.UNVERIFIED, "分析未进行")
    analyzer.tick(NOW + days(6))
    written_again = next(one for one in store.standings.as_of(down) if one.account.key == key)
    assert (written_again.state, written_again.since) == (State.UNVERIFIED, written_while_down.since)
    assert store.standings.as_of(NOW)[0].state is State.OVERDUE
