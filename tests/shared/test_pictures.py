"""Which findings are to be photographed and what is kept of them, the same on both databases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from shared.events import Evidence, Finding, FindingStatus, Severity
from shared.storage.pictures import OF_ACCOUNT, Kept, Page
from shared.storage.store import Store
from shared.storage.tables.every import metadata
from tests.builders import NOW, a_finding, an_account, days

MINUTE = timedelta(minutes=1)
POST = "https://m.weibo.cn/status/p1"
FAR = NOW + days(1)
_visit = metadata.tables["visit"]


@pytest.fixture
def store(each_store: Store) -> Store:
    each_store.accounts.upsert([an_account(), an_account("1002")], NOW)
    with each_store.database.begin() as connection:
        connection.execute(update(_visit).values(next_at=FAR))
    return each_store


def both_pages(finding: Finding) -> Sequence[Page]:
    return Page(OF_ACCOUNT), Page(finding.subject, f"https://m.weibo.cn/status/{finding.subject}")


def own_page(_: Finding) -> Sequence[Page]:
    return (Page(OF_ACCOUNT),)


def opened(store: Store, *findings: Finding) -> None:
    with store.judgements.judging() as judging:
        for finding in findings:
            judging.open(finding)


def next_visit(store: Store, key: str = "weibo/1001") -> datetime:
    with store.database.read() as connection:
        moment: datetime = connection.execute(select(_visit.c.next_at).where(_visit.c.key == key)).scalar_one()
    return moment


def test_an_accusing_finding_is_noted_once_with_each_page_that_proves_it(store: Store) -> None:
    opened(store, a_finding())
    assert store.pictures.note(both_pages, NOW) == 1
    assert store.pictures.note(both_pages, NOW) == 0
    wanted = store.pictures.wanted("weibo/1001", NOW)
    assert [(one.place, one.url) for one in wanted] == [(OF_ACCOUNT, None), ("p1", POST)]


@pytest.mark.parametrize("severity", [one for one in Severity if not one.accuses])
def test_what_accuses_nobody_needs_no_picture(store: Store, severity: Severity) -> None:
    opened(store, a_finding(severity=severity))
    assert store.pictures.note(both_pages, NOW) == 0


def test_the_visit_of_an_account_with_a_finding_is_brought_forward(store: Store) -> None:
    opened(store, a_finding())
    store.pictures.note(both_pages, NOW)
    store.pictures.hasten("weibo", NOW, 3)
    assert next_visit(store) == NOW
    assert next_visit(store, "weibo/1002") == FAR


def test_only_so_many_visits_are_brought_forward_at_once(store: Store) -> None:
    opened(store, a_finding(), a_finding(account_id="1002"))
    store.pictures.note(both_pages, NOW)
    store.pictures.hasten("weibo", NOW, 1)
    assert sorted([next_visit(store), next_visit(store, "weibo/1002")]) == [NOW, FAR]


def test_one_picture_of_an_account_serves_all_its_findings(store: Store) -> None:
    one, other = a_finding(), a_finding("p2")
    opened(store, one, other)
    store.pictures.note(own_page, NOW)
    (wanted,) = store.pictures.wanted("weibo/1001", NOW)
    store.pictures.keep(wanted, "l" * 64, "p" * 64, "t" * 64, NOW)
    kept = store.pictures.of([one.fingerprint, other.fingerprint])
    assert kept[one.fingerprint] == [
        Kept(one.fingerprint, OF_ACCOUNT, None, NOW, "l" * 64, "p" * 64, "t" * 64),
    ]
    assert other.fingerprint in kept
    assert store.pictures.wanted("weibo/1001", NOW + days(9)) == []


def test_a_picture_that_failed_is_tried_again_later_and_the_reason_is_told(store: Store) -> None:
    finding = a_finding()
    opened(store, finding)
    store.pictures.note(own_page, NOW)
    (wanted,) = store.pictures.wanted("weibo/1001", NOW)
    store.pictures.miss(wanted, "平台要求验证", NOW + MINUTE)
    assert store.pictures.wanted("weibo/1001", NOW) == []
    (again,) = store.pictures.wanted("weibo/1001", NOW + MINUTE)
    assert again.attempts == 1
    store.pictures.miss(again, "平台要求验证", None)
    assert store.pictures.wanted("weibo/1001", NOW + days(99)) == []
    assert store.pictures.missing(finding.fingerprint) == [(OF_ACCOUNT, "平台要求验证")]


def test_a_finding_without_a_page_is_noted_with_its_reason_and_never_asked_for(store: Store) -> None:
    finding = a_finding()
    opened(store, finding)
    store.pictures.note(lambda _: (Page(OF_ACCOUNT, impossible="订阅源没有网页"),), NOW)
    store.pictures.hasten("weibo", NOW, 3)
    assert next_visit(store) == FAR
    assert store.pictures.missing(finding.fingerprint) == [(OF_ACCOUNT, "订阅源没有网页")]


def test_a_finding_that_no_longer_holds_is_not_photographed(store: Store) -> None:
    finding = a_finding(evidence=(Evidence(url=POST),))
    opened(store, finding)
    store.pictures.note(own_page, NOW)
    with store.judgements.judging() as judging:
        judging.close(finding, NOW + MINUTE, FindingStatus.RESOLVED)
    store.pictures.hasten("weibo", NOW + MINUTE, 3)
    assert next_visit(store) == FAR
    assert store.pictures.wanted("weibo/1001", NOW + MINUTE) == []
    assert store.pictures.missing(finding.fingerprint) == [(OF_ACCOUNT, "问题已不成立，不再拍照")]


def photographed(store: Store, at: datetime, mark: str) -> None:
    store.pictures.note(own_page, at)
    (wanted,) = store.pictures.wanted("weibo/1001", at)
    store.pictures.keep(wanted, mark * 64, mark * 64, mark * 64, at)


def closed(store: Store, finding: Finding, at: datetime) -> None:
    with store.judgements.judging() as judging:
        judging.close(finding, at, FindingStatus.RESOLVED)


def test_a_finding_that_opens_again_is_photographed_again(store: Store) -> None:
    finding = a_finding()
    opened(store, finding)
    photographed(store, NOW, "a")
    closed(store, finding, NOW + days(1))
    assert store.pictures.note(own_page, NOW + days(1)) == 0
    opened(store, finding.but(at=NOW + days(2)))
    photographed(store, NOW + days(2), "b")
    ((kept,),) = store.pictures.of([finding.fingerprint]).values()
    assert (kept.at, kept.look) == (NOW + days(2), "b" * 64)
    assert store.pictures.note(own_page, NOW + days(3)) == 0


def test_of_a_finding_that_opens_again_the_old_picture_stays_until_there_is_a_new_one(store: Store) -> None:
    finding = a_finding()
    opened(store, finding)
    photographed(store, NOW, "a")
    closed(store, finding, NOW + days(1))
    opened(store, finding.but(at=NOW + days(2)))
    assert store.pictures.note(own_page, NOW + days(2)) == 1
    (wanted,) = store.pictures.wanted("weibo/1001", NOW + days(2))
    store.pictures.miss(wanted, "平台要求验证", None)
    assert [kept.look for kept in store.pictures.of([finding.fingerprint])[finding.fingerprint]] == ["a" * 64]
    assert store.pictures.note(own_page, NOW + days(3)) == 0, "given up once is given up"


def test_pictures_of_findings_long_closed_are_forgotten_and_no_others(store: Store) -> None:
    holding, over, lately = (a_finding(subject) for subject in ("p1", "p2", "p3"))
    opened(store, holding, over, lately)
    photographed(store, NOW, "a")
    closed(store, over, NOW + days(1))
    closed(store, lately, NOW + days(3))
    after = ""
    for _ in range(3):
        after = store.pictures.forget(after, NOW + days(2), 1)
    assert after
    assert store.pictures.forget(after, NOW + days(2), 1) == ""
    kept = store.pictures.of([holding.fingerprint, over.fingerprint, lately.fingerprint])
    assert kept.keys() == {holding.fingerprint, lately.fingerprint}
