import csv
from datetime import UTC, datetime, timedelta

import pytest

from demo.stories import LEDGER, demo_world
from demo.world import Behaviour, DemoAccount, DemoPost, World

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = "weibo/1000001"


def world() -> World:
    posts = tuple(DemoPost(at=NOW - timedelta(days=day), text=f"第{day}天。") for day in (3, 1, 2))
    return World([DemoAccount("weibo", "1000001", "青禾发布", "示例单位", posts)])


def texts(world: World) -> list[str]:
    account = world.account(KEY)
    assert account
    return [post.text for post in account.posts]


def test_posts_are_shown_newest_first() -> None:
    assert texts(world()) == ["第1天。", "第2天。", "第3天。"]


def test_a_published_post_comes_first_and_a_deleted_one_is_gone() -> None:
    here = world()
    post = here.publish(KEY, DemoPost(at=NOW, text="刚刚。"))
    assert post.id
    assert texts(here)[0] == "刚刚。"
    here.delete(KEY, post.id)
    assert texts(here)[0] == "第1天。"


def test_an_old_pinned_post_stands_first() -> None:
    here = world()
    here.behave(KEY, "pinned_old")
    account = here.account(KEY)
    assert account
    assert account.posts[0].pinned
    assert account.posts[0].at < NOW - timedelta(days=900)
    assert not account.posts[1].pinned


def test_a_platforms_behaviour_is_each_accounts_until_it_is_healthy_again() -> None:
    here = world()
    here.behave("weibo", "captcha")
    here.behave(KEY, "slow")
    assert here.behaviours(KEY) == {Behaviour.CAPTCHA, Behaviour.SLOW}
    here.behave("weibo")
    here.behave(KEY)
    assert here.behaviours(KEY) == frozenset()


def test_an_unknown_behaviour_is_refused() -> None:
    with pytest.raises(ValueError, match="captchas"):
        world().behave(KEY, "captchas")


def test_comments_close_on_every_post() -> None:
    here = world()
    here.behave(KEY, "comments_closed")
    account = here.account(KEY)
    assert account
    assert not any(post.comments_open for post in account.posts)


def test_a_renamed_account_keeps_its_posts() -> None:
    here = world()
    here.rename(KEY, "青禾新名")
    account = here.account(KEY)
    assert account
    assert (account.name, len(account.posts)) == ("青禾新名", 3)


def test_ids_are_the_same_every_time_and_never_two_alike() -> None:
    first, second = demo_world(NOW), demo_world(NOW)
    assert first.accounts() == second.accounts()
    for account in first.accounts():
        ids = [post.id for post in account.posts]
        assert len(set(ids)) == len(ids)


def test_the_second_of_a_video_is_in_the_upper_half_of_its_id() -> None:
    account = demo_world(NOW).account("douyin/MS4wLjABAAAAQingheDemo000000000000000000000000000000001")
    assert account
    post = account.posts[0]
    assert int(post.id) >> 32 == int(post.at.timestamp())
    assert len(post.id) == 19


def test_the_ledger_is_of_the_kind_officials_keep() -> None:
    assert LEDGER.read_bytes().startswith(b"\xef\xbb\xbf")
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 16
    assert {row["平台"] for row in rows} == {"微信公众号", "新浪微博", "抖音", "今日头条", "订阅源"}
    assert len({(row["平台"], row["账号ID"]) for row in rows}) == len(rows)


def test_the_leaked_number_is_well_formed_and_nobodys() -> None:
    texts = [post.text for account in demo_world(NOW).accounts() for post in account.posts]
    number = next(text for text in texts if "身份证号" in text).split("身份证号")[1][:18]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    assert number[-1] == "10X98765432"[total % 11]
    assert number.startswith("659999")
    assert number[14:17] == "000"
