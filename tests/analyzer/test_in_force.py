"""Which rulebook judges an account: by region and by the moment, in the judge and in the timer."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from services.analyzer.__main__ import build
from services.analyzer.coverage import Timer
from services.analyzer.in_force import Local, Rulebooks, load_rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.rulebook import Rulebook, load_rulebook
from shared.account import Account
from shared.bus.sqlite import SqliteBus
from shared.clock import SHANGHAI
from shared.errors import InputError
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import LocalRulebook, Settings, load_settings
from shared.storage.store import Store, open_store
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at

GANSU = an_account(region="甘肃省张掖市", opened_on=date(2016, 1, 1))
ELSEWHERE = an_account("1002", region="河山省云川市", opened_on=date(2016, 1, 1))


def a_book(name: str, veto_days: int = 7, **dates: date) -> Rulebook:
    nation = load_rulebook()
    silent = next(entry for entry in nation.entries if entry.indicator == "U-01")
    own = silent.model_copy(update={"options": {"veto_days": veto_days, "reminder_days": ()}})
    return Rulebook.model_validate(
        {"name": name, "title": name, "version": "1", "effective_from": date(2020, 1, 1), "entries": (own,)} | dates
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    opened.accounts.upsert([GANSU, ELSEWHERE], NOW - days(100))
    yield opened
    opened.close()


def named(books: Rulebooks, account: Account = GANSU, at: datetime = NOW) -> str | None:
    book = books.for_account(account, at)
    return book.name if book else None


def test_an_account_falls_under_the_first_rulebook_of_its_region() -> None:
    books = Rulebooks(load_rulebook(), [Local("张掖市", a_book("zhangye")), Local("甘肃省", a_book("gansu"))])
    assert named(books) == "zhangye"
    assert named(books, an_account(region="甘肃省兰州市")) == "gansu"
    assert named(books, ELSEWHERE) == "cn"
    assert named(books, an_account()) == "cn"


def test_dates_of_effect_are_beijing_days_and_both_count() -> None:
    book = a_book("gansu", effective_from=date(2026, 3, 1), effective_until=date(2026, 3, 31))
    books = Rulebooks(load_rulebook(), [Local("甘肃省", book)])
    moments = {
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=SHANGHAI): "cn",
        datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI): "gansu",
        datetime(2026, 3, 31, 23, 59, 59, tzinfo=SHANGHAI): "gansu",
        datetime(2026, 4, 1, 0, 0, tzinfo=SHANGHAI): "cn",
    }
    assert {moment: named(books, at=moment) for moment in moments} == moments


def test_before_the_first_rulebook_nobody_is_judged() -> None:
    books = Rulebooks(load_rulebook())
    before = datetime(2019, 4, 1, tzinfo=SHANGHAI)
    assert books.for_account(GANSU, before) is None
    assert books.entries(GANSU, before) == ()


def test_a_rulebook_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="永远不会生效"):
        a_book("x", effective_from=date(2026, 2, 1), effective_until=date(2026, 1, 1))


def test_a_region_without_a_rulebook_is_refused() -> None:
    with pytest.raises(InputError, match="甘肃省：没有写规则集"):
        load_rulebooks("cn", [("甘肃省", " ")])


def test_two_accounts_of_one_batch_are_judged_by_their_own_rulebooks(store: Store) -> None:
    books = Rulebooks(load_rulebook(), [Local("甘肃省", a_book("gansu"))])
    probes = [a_probe(account_id=own, newest_post_at=NOW - days(8), post_ids=("p",)) for own in ("1001", "1002")]
    Judge(store.judgements, Matters(books, Metrics())).judge(probes)
    said = {finding.account_id: (finding.severity, finding.rulebook_version) for finding in held_at(store, NOW)}
    assert said == {"1001": ("veto", "gansu@1"), "1002": ("reminder", "cn@2026.1")}


def test_history_is_judged_by_the_rulebook_of_its_time(store: Store) -> None:
    books = Rulebooks(load_rulebook(), [Local("甘肃省", a_book("gansu", effective_from=date(2026, 11, 21)))])
    judge = Judge(store.judgements, Matters(books, Metrics()))
    judge.judge([a_probe(at, newest_post_at=NOW - days(9)) for at in (NOW - days(1), NOW)])
    assert [finding.severity for finding in held_at(store, NOW - days(1))] == ["reminder"]
    assert [finding.severity for finding in held_at(store, NOW)] == ["veto"]


def test_what_only_the_old_rulebook_objected_to_is_dropped_on_the_day_of_the_new(store: Store) -> None:
    books = Rulebooks(load_rulebook(), [Local("甘肃省", a_book("gansu", effective_from=date(2026, 11, 22)))])
    matters = Matters(books, Metrics())
    timer = Timer.over(store, matters, "one")
    Judge(store.judgements, matters).judge([a_post(title="转账18612345678"), a_probe(newest_post_at=NOW, name="旧名")])
    timer.tick(NOW)
    assert {"C-07", "A-03"} <= {finding.indicator for finding in held_at(store, NOW)}
    timer.tick(NOW + days(1))
    assert [finding for finding in held_at(store, NOW + days(1)) if finding.account_id == "1001"] == []
    assert store.notes.as_of("rulebook", NOW + days(1)) == "cn@2026.1，甘肃省 gansu@1"
    assert store.notes.as_of("deadline_days", NOW + days(1)) == "7,10,12,13,14,90"


def test_the_analyzer_is_built_with_the_rulebooks_of_the_settings(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("rulebooks:\n  - {region: 甘肃省, rulebook: gansu}\n", encoding="utf-8")
    bus = SqliteBus(tmp_path / "bus.db", "test", lambda: NOW)
    engine = build(Host(load_settings(file), store, bus, Metrics(), lambda: NOW))
    probes = [a_probe(account_id=own, newest_post_at=NOW - days(8), post_ids=("p",)) for own in ("1001", "1002")]
    bus.publish(probes)
    engine.step(NOW)
    said = {(finding.account_id, finding.indicator) for finding in held_at(store, NOW)}
    assert said == {("1001", "U-02"), ("1002", "U-01")}
    assert store.notes.as_of("rulebook", NOW) == "cn@2026.1，甘肃省 gansu@2026.1"
    engine.close()
    bus.close()


def test_a_rulebook_of_the_settings_that_is_not_there_stops_the_start(store: Store, tmp_path: Path) -> None:
    bus = SqliteBus(tmp_path / "bus.db", "test", lambda: NOW)
    settings = Settings(rulebooks=(LocalRulebook(region="甘肃省", rulebook="atlantis"),))
    with pytest.raises(InputError, match="没有这个规则集"):
        build(Host(settings, store, bus, Metrics(), lambda: NOW))
    bus.close()
