"""Exports, days and calls of owners' interfaces, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from shared.export import Export, ExportKind
from shared.storage.owners import OwnerDay
from shared.storage.store import Store
from tests.builders import NOW, a_post, a_probe, days

DAY = date(2026, 11, 20)


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


def an_export(**fields: object) -> Export:
    about = {"key": "wechat/1", "sha256": "a" * 64, "kind": ExportKind.NOTIFIED, "file": "a.xls", "rows": 3}
    return Export.model_validate(about | {"first_day": DAY, "newest_at": NOW, "imported_at": NOW} | fields)


def test_an_export_that_is_imported_again_is_stated_anew(store: Store) -> None:
    store.exports.add([an_export()])
    store.exports.add([an_export(file="b.xls"), an_export(sha256="b" * 64, imported_at=NOW + days(1), by="张三")])
    assert [(one.file, one.by, one.first_day) for one in store.exports.of("wechat/1")] == [
        ("b.xls", None, DAY),
        ("a.xls", "张三", DAY),
    ]
    assert store.exports.of("wechat/2") == []


def test_a_day_is_replaced_by_what_was_told_later_and_goes_when_it_is_old(store: Store) -> None:
    first = OwnerDay(DAY, NOW, 0, "{}")
    store.owners.keep("wechat/1", first)
    store.owners.keep("wechat/1", OwnerDay(DAY, NOW + days(1), 2, '{"list": 1}'))
    (told,) = store.owners.days("wechat/1", DAY).values()
    assert (told.articles, told.body, told.asked_at) == (2, '{"list": 1}', NOW + days(1))
    assert store.owners.days("wechat/1", DAY + timedelta(days=1)) == {}
    store.owners.keep("wechat/1", OwnerDay(DAY + timedelta(days=401), NOW, 0, "{}"))
    assert list(store.owners.days("wechat/1", DAY)) == [DAY + timedelta(days=401)]


def test_collectors_that_ask_at_once_share_one_count(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.owners.take_call("wx1", "datacube", NOW, 20), range(40)))
    assert taken.count(True) == 20
    assert store.owners.asked_at("wx1", "datacube") == NOW
    assert store.owners.asked_at("wx1", "freepublish") is None


def test_a_day_that_the_platform_has_ended_begins_anew_tomorrow(store: Store) -> None:
    assert store.owners.take_call("wx1", "datacube", NOW, 20)
    store.owners.end_calls("wx1", "datacube", NOW)
    assert not store.owners.take_call("wx1", "datacube", NOW + timedelta(hours=1), 20)
    assert store.owners.take_call("wx2", "datacube", NOW, 20)
    assert store.owners.take_call("wx1", "datacube", NOW + days(1), 20)


def test_what_is_known_of_an_account_is_its_newest_item_and_its_newest_proof(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_posts([a_post("a", NOW - days(5)), a_post("b", NOW + days(30))])
        judging.observed.add_probes([a_probe(NOW - days(1)), a_probe(NOW, covers="item", newest_post_at=NOW - days(2))])
    assert store.posts.newest_known("weibo/1001", NOW) == NOW - days(2)
    assert store.posts.proved_at("weibo/1001") == NOW - days(1)
    assert store.posts.newest_known("weibo/2", NOW) is None
    assert store.posts.proved_at("weibo/2") is None
