"""One bad thing stops nothing: a rule that raises, an event the database refuses, a clock that jumps, two of anything."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.analyzer.objection import History, Objection
from services.analyzer.rulebook import Rulebook, load_rulebook
from services.analyzer.rules.account_renamed import AccountRenamed
from services.analyzer.rules.platform_blocked import PlatformBlocked
from services.analyzer.rules.sensitive_word import SensitiveWord
from shared.account import Account
from shared.errors import TransientError
from shared.events import Finding, FindingStatus, Outcome, Post, Probe
from shared.state import State
from shared.storage import observations
from shared.storage.judgements import Judging
from shared.storage.store import Store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at


@pytest.fixture
def store(each_store: Store) -> Store:
    each_store.accounts.upsert([an_account(), an_account("1002")], NOW - days(1))
    return each_store


@pytest.fixture
def analyzer(store: Store) -> Analyzer:
    return Analyzer(store)


def rules(store: Store) -> list[tuple[str, str]]:
    return sorted((finding.account_id, finding.rule) for finding in held_at(store, NOW + days(999)))


def test_a_rule_that_raises_spoils_its_event_and_nothing_else(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: AccountRenamed, probe: Probe, history: History) -> Iterator[Objection]:
        if probe.account_id == "1001":
            raise ZeroDivisionError("by zero")
        yield from ()

    monkeypatch.setattr(AccountRenamed, "check_probe", break_down)
    (refused,) = analyzer.judge(
        [a_probe(newest_post_at=NOW - days(20)), a_probe(account_id="1002", newest_post_at=NOW - days(20))]
    )
    assert (refused.event.account_id, "account_renamed" in refused.reason) == ("1001", True)
    assert "ZeroDivisionError" in refused.reason
    assert rules(store) == [("1001", "silent_account"), ("1002", "silent_account")]


def test_a_rule_that_raises_over_a_post_names_that_post(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: SensitiveWord, post: Post, history: History) -> Iterator[Objection]:
        raise RecursionError("too deep")

    monkeypatch.setattr(SensitiveWord, "check_post", break_down)
    refused = analyzer.judge([a_post("bad"), a_probe(NOW + days(0.1), newest_post_at=NOW)])
    assert [getattr(one.event, "id", None) for one in refused] == ["bad"]
    assert store.standings.find("weibo/1001").state is State.OK  # type: ignore[union-attr]


def test_what_the_database_refuses_is_set_aside_and_the_rest_is_judged(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_of = observations._post_row

    def refused_row(post: Post) -> dict[str, Any]:
        return row_of(post) | ({"fingerprint": None} if post.id == "bad" else {})

    monkeypatch.setattr(observations, "_post_row", refused_row)
    bad = a_post("bad")
    refused = analyzer.judge(
        [bad, a_probe(newest_post_at=NOW - days(20)), a_probe(account_id="1002", newest_post_at=NOW - days(20))]
    )
    assert [one.event for one in refused] == [bad]
    assert "数据库拒绝执行" in refused[0].reason
    assert rules(store) == [("1001", "silent_account"), ("1002", "silent_account")]
    # What was undone for the bad one's sake and done again is told once.
    assert b'xunjian_findings_total{rule="silent_account",status="open"} 2.0' in analyzer.metrics.render()


def test_text_that_no_database_takes_is_mended_where_it_is_read(store: Store, analyzer: Analyzer) -> None:
    assert analyzer.judge([a_post("p\x00"), a_probe(NOW, Outcome.TIMEOUT, reason="超\x00时", name="\x00")]) == []
    assert store.standings.current()[0].reason == "超\ufffd时"


def test_two_timers_at_one_instant_tell_a_matter_once(store: Store, analyzer: Analyzer) -> None:
    keys = ["1001", "1002", "1003"]
    store.accounts.upsert([an_account("1003")], NOW - days(1))
    analyzer.judge([a_probe(NOW, Outcome.BLOCKED, account_id=key) for key in keys])
    other = Analyzer(store, owner="two")
    for turn in (analyzer, other, analyzer):
        turn.tick(NOW + timedelta(minutes=5))
    assert [finding.rule for finding in store.judgements.untold()] == ["platform_blocked"]


def test_the_timer_has_one_holder_until_it_is_gone(store: Store, analyzer: Analyzer) -> None:
    other = Analyzer(store, owner="two")
    assert analyzer.timer.holds(NOW)
    assert not other.timer.holds(NOW)
    assert analyzer.timer.holds(NOW + timedelta(seconds=30))
    assert not other.timer.holds(NOW + timedelta(seconds=80))
    assert other.timer.holds(NOW + timedelta(seconds=90))
    other.timer.release()
    assert analyzer.timer.holds(NOW + timedelta(seconds=91))


@pytest.mark.fault(5)
def test_a_timer_that_was_frozen_in_its_round_leaves_the_rest_to_who_took_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    frozen = Analyzer(store, monotonic=lambda: passed[0])
    asked = store.standings.to_check

    def freeze(now: datetime, limit: int) -> Sequence[str]:
        passed[0] += 600
        assert Analyzer(store, owner="two").timer.holds(now + timedelta(minutes=10))
        return asked(now, limit)

    frozen.tick(NOW)  # follows the ledger
    frozen.judge([a_probe(NOW), a_probe(NOW, account_id="1002")])
    late = NOW + days(3)
    assert frozen.timer.holds(late)
    monkeypatch.setattr(store.standings, "to_check", freeze)
    with pytest.raises(TransientError, match="接手"):
        frozen.timer.tick(late)
    assert [(name, owner) for name, owner in store.leases.held() if name == "timer"] == [("timer", "two")]


def test_two_whose_clocks_differ_by_minutes_do_not_take_the_timer_from_each_other(store: Store) -> None:
    behind, ahead = Analyzer(store), Analyzer(store, owner="two")
    assert ahead.timer.holds(NOW + timedelta(minutes=4))
    assert not behind.timer.holds(NOW)
    assert ahead.timer.holds(NOW + timedelta(minutes=4, seconds=30))


def test_a_timer_left_by_a_clock_that_was_ahead_is_free(store: Store, analyzer: Analyzer) -> None:
    assert analyzer.timer.holds(NOW + days(160))
    assert Analyzer(store, owner="two").timer.holds(NOW)


def with_a_citys_own_deadline() -> Rulebook:
    book = load_rulebook()
    national = next(entry for entry in book.entries if entry.rule == "silent_account")
    citys = national.model_copy(
        update={"indicator": "CITY-1", "options": {"reminder_days": [], "veto_days": 10, "zombie_days": 90}}
    )
    return book.model_copy(update={"entries": (*book.entries, citys)})


def test_two_entries_of_one_rule_are_two_matters_each_told_once(store: Store) -> None:
    analyzer = Analyzer(store, with_a_citys_own_deadline())
    for day in (0, 1, 2, 3):
        analyzer.judge([a_probe(NOW + days(day), newest_post_at=NOW - days(9.5))])
    untold = store.judgements.untold()
    assert len({finding.fingerprint for finding in untold}) == len(untold)
    held = held_at(store, NOW + days(9))
    assert sorted((one.indicator, one.stage) for one in held) == [("CITY-1", "10d"), ("U-01", "12d")]
    analyzer.judge([a_probe(NOW + days(4), newest_post_at=NOW + days(3.9))])
    resolved = [one.indicator for one in store.judgements.untold() if one.status is FindingStatus.RESOLVED]
    assert sorted(resolved) == ["CITY-1", "U-01"]


def told_of(store: Store) -> list[Finding]:
    return [finding for finding in store.judgements.untold() if finding.severity.accuses]


def test_a_clock_that_jumps_ahead_accuses_nobody_and_is_told_of_the_whole_platform(
    store: Store, analyzer: Analyzer
) -> None:
    keys = ["1001", "1002", "1003"]
    store.accounts.upsert([an_account("1003")], NOW - days(1))
    analyzer.judge([a_probe(NOW, account_id=key, newest_post_at=NOW - days(1)) for key in keys])
    far = NOW + days(160)
    analyzer.tick(far)
    first = store.judgements.untold()[0]
    assert (first.rule, first.account_id) == ("platform_blocked", "*")
    reason = "本机时间与平台相差160天"
    analyzer.judge([a_probe(far, Outcome.CLOCK, account_id=key, reason=reason) for key in keys])
    analyzer.tick(far + timedelta(minutes=5))
    assert told_of(store) == []
    assert store.standings.counts() == {("weibo", "unverified"): 3}
    assert reason in store.standings.current()[0].why


def test_a_clock_set_right_again_leaves_nothing_behind(store: Store, analyzer: Analyzer) -> None:
    analyzer.judge([a_probe(NOW, newest_post_at=NOW - days(1))])
    far = NOW + days(160)
    analyzer.tick(far)
    analyzer.judge([a_probe(far, Outcome.CLOCK)])
    analyzer.judge([a_probe(NOW + days(1), newest_post_at=NOW)])
    standing = store.standings.find("weibo/1001")
    assert standing is not None
    assert (standing.state, standing.proved_at) == (State.OK, NOW + days(1))
    analyzer.tick(NOW + days(1.1))
    assert store.standings.counts()[("weibo", "ok")] == 1


@pytest.mark.parametrize("account_id", ["a\x00b", "9" * 4000, "文" * 300_000])
def test_an_account_id_that_no_ledger_holds_stops_nobody(store: Store, analyzer: Analyzer, account_id: str) -> None:
    analyzer.judge([a_probe(account_id=account_id), a_probe(account_id="1002", newest_post_at=NOW - days(20))])
    assert rules(store) == [("1002", "silent_account")]


@pytest.mark.parametrize("method", ["check_probe", "check_time", "lapses_at", "is_over"])
def test_a_rule_that_raises_over_one_account_is_told_and_the_timer_goes_on(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    analyzer.judge([a_probe(account_id=key, newest_post_at=NOW - days(20), name="新名") for key in ("1001", "1002")])
    store.judgements.mark_told(store.judgements.untold())
    kept = getattr(AccountRenamed, method)

    def break_down(self: AccountRenamed, *args: Any, **kwargs: Any) -> Any:
        if "'1001'" in repr((args, kwargs)):
            raise ZeroDivisionError("by zero")
        return kept(self, *args, **kwargs)

    monkeypatch.setattr(AccountRenamed, method, break_down)
    right = [a_probe(NOW + days(1), account_id=key, newest_post_at=NOW, name="青禾发布") for key in ("1001", "1002")]
    refused = analyzer.judge(right)
    assert {(one.event.account_id, "ZeroDivisionError" in one.reason) for one in refused} == {("1001", True)}
    analyzer.tick(NOW + days(9))
    assert ("1002", "unverified") in rules(store)
    assert ("1001", "unverified") in rules(store)
    if method == "check_time":
        with pytest.raises(TransientError, match=r"1001.*account_renamed.*ZeroDivisionError"):
            analyzer.timer.check()


def test_an_account_that_spoils_its_transaction_waits_and_the_timer_goes_on(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyzer.judge([a_probe(account_id=key, newest_post_at=NOW) for key in ("1001", "1002")])
    account = Judging.account

    def refuse(judging: Judging, key: str) -> Account | None:
        if key == "weibo/1001":
            judging.connection.execute(metadata.tables["post"].insert().values(fingerprint=None, observed_at=NOW))
        return account(judging, key)

    monkeypatch.setattr(Judging, "account", refuse)
    analyzer.tick(NOW + days(9))
    assert rules(store) == [("1002", "unverified")]
    with pytest.raises(TransientError, match="weibo/1001"):
        analyzer.timer.check()
    monkeypatch.undo()
    analyzer.tick(NOW + days(9.01))
    assert rules(store) == [("1002", "unverified")]
    analyzer.tick(NOW + days(9.1))
    assert rules(store) == [("1001", "unverified"), ("1002", "unverified")]
    analyzer.timer.check()


def test_a_rule_that_raises_over_a_platform_is_told(
    store: Store, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: PlatformBlocked, now: datetime, latest: Sequence[Probe]) -> Iterator[Objection]:
        raise ZeroDivisionError("by zero")

    analyzer.judge([a_probe(newest_post_at=NOW)])
    monkeypatch.setattr(PlatformBlocked, "check_platform", break_down)
    analyzer.tick(NOW + days(9))
    assert ("1001", "unverified") in rules(store)
    with pytest.raises(TransientError, match=r"weibo.*platform_blocked.*ZeroDivisionError"):
        analyzer.timer.check()


def test_what_is_known_after_a_wrong_clock_holds_from_then_and_not_from_its_future(
    store: Store, analyzer: Analyzer
) -> None:
    analyzer.judge([a_probe(NOW, Outcome.TIMEOUT)])
    analyzer.judge([a_probe(NOW + days(300), Outcome.CLOCK)])
    analyzer.tick(NOW + days(300))
    analyzer.judge([a_probe(NOW + days(0.1), newest_post_at=NOW - days(20))])
    (standing, _) = store.standings.as_of(NOW + days(0.2))
    assert (standing.state, standing.since) == (State.OVERDUE, NOW + days(0.1))
    (standing, _) = store.standings.as_of(NOW + days(0.05))
    assert standing.state is State.UNVERIFIED
