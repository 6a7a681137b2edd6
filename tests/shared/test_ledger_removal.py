"""Accounts that leave the ledger, come back, or are replaced by a corrected row; the same on both databases."""

from pathlib import Path

import pytest

from shared.account import Account
from shared.errors import InputError
from shared.events import Outcome
from shared.filing import Filed, file_ledger
from shared.storage.store import Store
from tests.builders import NOW, a_probe, an_account, days
from tests.shared.ledgers import HEADER, workbook

BIZ = "MzIyNjMxOTY0NA=="
LINK = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1"
WRONG = ("某市发布", "微信", "gh_0123456789ab", "某市政府办", None)
RIGHT = ("某市发布", "微信", None, "某市政府办", LINK)


def filed(store: Store, folder: Path, *rows: tuple[str | None, ...], at: float = 0, name: str = "l.xlsx") -> Filed:
    path = workbook(folder / name, [*HEADER, "主页链接"], *rows)
    return file_ledger(store, path, NOW + days(at))


def keys(store: Store) -> list[str]:
    return [account.key for account in store.accounts.all()]


def test_a_removed_account_leaves_the_ledger_and_no_past_day(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    assert store.accounts.remove(["weibo/1", "weibo/9"], "张三", "已移交", NOW + days(1)) == ["weibo/1"]
    assert keys(store) == ["weibo/2"]
    assert store.accounts.find("weibo/1") is None
    assert [account.id for account in store.accounts.as_of(NOW)] == ["1", "2"]
    assert [one.account.key for one in store.standings.current()] == ["weibo/2"]
    assert [one.account.key for one in store.standings.as_of(NOW)] == ["weibo/1", "weibo/2"]
    assert [(one.author, one.comment) for one in store.accounts.removed()] == [("张三", "已移交")]


def test_a_removed_account_is_not_visited_and_a_restored_one_is_due(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    store.accounts.remove(["weibo/1"], "张三", "误录", NOW + days(1))
    assert store.visits.lease_due("weibo", "one", NOW + days(2), days(1), lambda account: account.platform) is None
    assert store.accounts.restore(["weibo/1"], "李四", "核实无误", NOW + days(3)) == ["weibo/1"]
    due = store.visits.lease_due("weibo", "one", NOW + days(3), days(1), lambda account: account.platform)
    assert due is not None
    assert due.account == an_account("1")


def test_everything_the_ledger_said_can_be_told(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW, "台账.xlsx")
    store.accounts.remove(["weibo/1"], "张三", "误录", NOW + days(1))
    store.accounts.restore(["weibo/1"], "李四", "核实无误", NOW + days(2))
    versions = store.accounts.versions("weibo/1")
    assert [(one.removed, one.author, one.source) for one in versions] == [
        (False, None, "台账.xlsx"),
        (True, "张三", None),
        (False, "李四", None),
    ]
    assert [one.until for one in versions] == [NOW + days(1), NOW + days(2), None]


def test_the_timer_is_told_of_a_removal(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    ((number, _),) = store.accounts.changed_after(0, 10)
    store.accounts.remove(["weibo/1"], "张三", "误录", NOW + days(1))
    assert [key for _, key in store.accounts.changed_after(number, 10)] == ["weibo/1"]


def test_a_file_brings_no_removed_account_back(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    store.accounts.remove(["weibo/1"], "张三", "误录", NOW + days(1))
    result = store.accounts.upsert([an_account("1", name="新名")], NOW + days(2))
    assert (result.left_removed, result.added, keys(store)) == (("weibo/1",), 0, [])


def test_removing_twice_or_restoring_what_never_left_does_nothing(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    assert store.accounts.restore(["weibo/1"], "张三", "", NOW) == []
    store.accounts.remove(["weibo/1"], "张三", "", NOW + days(1))
    assert store.accounts.remove(["weibo/1"], "李四", "", NOW + days(2)) == []
    assert store.accounts.removed()[0].author == "张三"


def test_a_clock_that_went_back_makes_no_version_end_before_it_began(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    store.accounts.remove(["weibo/1"], "张三", "", NOW - days(1))
    assert all(one.until is None or one.until >= one.since for one in store.accounts.versions("weibo/1"))
    assert keys(store) == []


# -- a corrected row


def test_a_corrected_row_takes_over_the_account_a_wrong_one_made(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, WRONG)
    done = filed(store, tmp_path, RIGHT, at=1).done
    assert done.taken_over == (("wechat/gh_0123456789ab", f"wechat/{BIZ}"),)
    assert (done.absent, keys(store)) == ((), [f"wechat/{BIZ}"])
    (gone,) = store.accounts.removed()
    assert (gone.author, gone.comment, gone.source) == (None, f"由 wechat/{BIZ} 更正", "l.xlsx")


def test_the_old_row_in_an_old_file_makes_no_second_account(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, WRONG)
    filed(store, tmp_path, RIGHT, at=1)
    done = filed(store, tmp_path, WRONG, at=2).done
    assert (done.left_removed, keys(store)) == (("wechat/gh_0123456789ab",), [f"wechat/{BIZ}"])


def test_a_ghost_from_before_take_overs_goes_with_the_next_import(store: Store, tmp_path: Path) -> None:
    for key in ("gh_0123456789ab", BIZ):
        store.accounts.upsert([an_account(key, "wechat", name="某市发布", unit="某市政府办")], NOW)
    assert filed(store, tmp_path, RIGHT, at=1).done.taken_over == (("wechat/gh_0123456789ab", f"wechat/{BIZ}"),)
    assert filed(store, tmp_path, RIGHT, at=2).done.taken_over == ()


def test_of_two_known_that_both_open_neither_goes(store: Store, tmp_path: Path) -> None:
    store.accounts.upsert([an_account(key, name="甲", unit="某局") for key in ("1234567890", "2234567890")], NOW)
    assert filed(store, tmp_path, ("甲", "微博", "2234567890", "某局", None), at=1).done.taken_over == ()


def test_an_account_that_failed_only_is_taken_over(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, ("甲", "微博", "1234567890", "某局", None))
    with store.judgements.judging() as judging:
        judging.observed.add_probes([a_probe(NOW, Outcome.GONE, platform="weibo", account_id="1234567890")])
    done = filed(store, tmp_path, ("甲", "微博", "2234567890", "某局", None), at=1).done
    assert done.taken_over == (("weibo/1234567890", "weibo/2234567890"),)


def test_an_account_ever_proved_is_never_taken_over(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, ("甲", "微博", "1234567890", "某局", None))
    with store.judgements.judging() as judging:
        judging.observed.add_probes([a_probe(NOW, Outcome.OK, platform="weibo", account_id="1234567890")])
    done = filed(store, tmp_path, ("甲", "微博", "2234567890", "某局", None), at=1).done
    assert (done.taken_over, done.absent) == ((), ("weibo/1234567890",))


def test_the_old_id_in_the_new_row_s_cell_tells_too(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, ("旧名", "微博", "gdfb", "某局", None))
    done = filed(store, tmp_path, ("新名", "微博", "gdfb", "某委", "https://weibo.com/u/1234567890"), at=1).done
    assert done.taken_over == (("weibo/gdfb", "weibo/1234567890"),)


def test_a_short_link_gives_way_to_the_address_it_led_to(store: Store, tmp_path: Path) -> None:
    token = "MS4wLjABAAAAexampleexampleexample"
    filed(store, tmp_path, ("甲", "抖音", None, "某局", "https://v.douyin.com/iRNBho5q/"))
    filed(store, tmp_path, ("甲", "抖音", None, "某局", f"https://www.douyin.com/user/{token}"), at=1)
    assert keys(store) == [f"douyin/{token}"]


@pytest.mark.parametrize(
    "rows",
    [
        [("甲", "微博", "2234567890", "别的局", None)],
        [("乙", "微博", "2234567890", "某局", None)],
        [("甲", "头条", "2234567890", "某局", None)],
        [("甲", "微博", "1234567890", "某局", None), ("甲", "微博", "2234567890", "某局", None)],
        [("甲", "微博", "2234567890", "某局", None), ("甲", "微博", "3234567890", "某局", None)],
        [("甲", "微博", "gdfb", "某局", None)],
    ],
)
def test_what_may_be_another_account_takes_nothing_over(
    store: Store, tmp_path: Path, rows: list[tuple[str | None, ...]]
) -> None:
    filed(store, tmp_path, ("甲", "微博", "1234567890", "某局", None))
    assert filed(store, tmp_path, *rows, at=1).done.taken_over == ()
    assert "weibo/1234567890" in keys(store)


# -- what was not taken


def refused(store: Store) -> list[tuple[str, str, str | None]]:
    return [(one.file, one.name, one.key) for one in store.refusals.current()]


def test_what_was_not_taken_is_kept_as_of_any_moment(store: Store, tmp_path: Path) -> None:
    bad = ("乙", "微搏", "1", "某局", None)
    filed(store, tmp_path, bad, ("甲", "微博", "1234567890", "某局", "没有"), ("丙", "视频号", "x", "某局", None))
    assert refused(store) == [("l.xlsx", "乙", None), ("l.xlsx", "丙", None), ("l.xlsx", "甲", "weibo/1234567890")]
    filed(store, tmp_path, bad, at=1)
    assert refused(store) == [("l.xlsx", "乙", None)]
    assert [one.since for one in store.refusals.current()] == [NOW]
    filed(store, tmp_path, ("甲", "微博", "1234567890", "某局", None), at=2)
    assert refused(store) == []
    assert len(store.refusals.as_of(NOW + days(0.5))) == 3
    assert [one.name for one in store.refusals.as_of(NOW + days(1))] == ["乙"]


def test_another_file_mends_what_one_said_wrong(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, ("乙", "微博", "一", "某局", None), ("丁", "微搏", "1", "某局", None), name="a.xlsx")
    filed(store, tmp_path, ("丙", "微博", "3234567890", "某局", None), at=1, name="b.xlsx")
    assert [name for _, name, _ in refused(store)] == ["乙", "丁"]
    good = (("乙", "微博", "2234567890", "某委", None), ("丁", "微博", "4234567890", "某局", None))
    filed(store, tmp_path, *good, at=2, name="b.xlsx")
    assert refused(store) == []


def test_no_cell_s_own_words_are_kept(store: Store, tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsx", [*HEADER, "联系电话"], ("甲", "微博", "1234567890", "某局", "13a12345678"))
    file_ledger(store, path, NOW)
    (one,) = store.refusals.current()
    assert "13a12345678" not in repr(one)
    assert str(one) == (
        "l.xlsx 台账!E2 甲 联系电话：不是电话号码，填手机号或带区号的座机，如 010-12345678（该行其余内容已导入）"
    )


def test_a_broken_file_changes_nothing(store: Store, tmp_path: Path) -> None:
    filed(store, tmp_path, WRONG)
    (tmp_path / "l.xlsx").write_bytes(b"PK\x03\x04broken")
    with pytest.raises(InputError):
        file_ledger(store, tmp_path / "l.xlsx", NOW + days(1))
    assert keys(store) == ["wechat/gh_0123456789ab"]


def test_an_account_of_today_is_read_as_before(store: Store) -> None:
    account = Account(platform="weibo", id="1", name="甲", unit="某局")
    store.accounts.upsert([account], NOW)
    assert store.accounts.all() == [account]
