"""Weibo: whose a post is: reposts, quick forwards, likes, posts of other people in the list."""

from typing import Any

import pytest

from tests.collector.platforms.facts import answer
from tests.collector.platforms.weibo_answers import BROKEN, HOME, LIST, OK, REPOST, UID, WEIBO, cards, mblog, only


def test_cards_in_a_group_are_read_and_other_peoples_are_left_out() -> None:
    foreign = mblog("4857881961438733", user={"id": 1111681197, "screen_name": "别人"})
    group = [{"card_type": 9, "mblog": mblog("4857881961438732")}, {"card_type": 9, "mblog": foreign}]
    body = cards()
    body["data"]["cards"] = [{"card_type": 11, "card_group": group}]
    assert [post.id for post in WEIBO.read([answer(body)], HOME).posts] == ["4857881961438732"]


def test_a_repost_of_others_is_still_the_accounts_own_post() -> None:
    quoted = mblog("4857857415321937", user={"id": 7467277921, "screen_name": "西部决策"})
    post = only(cards(mblog("4857880680859822", retweeted_status=quoted)))
    assert (post.id, post.kind) == ("4857880680859822", REPOST)


def quick(post_id: str, **more: Any) -> dict[str, Any]:
    """A quick forward: its user is the first author, the forwarder stands in the suffix."""
    suffix = [{"content": "某省文旅"}, {"content": "被"}, {"content": "@某市发布"}, {"content": "快转了"}]
    return mblog(post_id, user={"id": 61, "screen_name": "某省文旅"}, screen_name_suffix_new=suffix, **more)


@pytest.mark.parametrize("body", [cards(quick("4857881961438732", ori_uid=int(UID))), cards(quick("4857881961438732"))])
def test_a_quick_forward_is_the_forwarders_repost(body: dict[str, Any]) -> None:
    for wanted in (HOME, None):
        reading = WEIBO.read([answer(body)], wanted)
        assert (reading.outcome, reading.covers) == (OK, LIST)
        assert reading.account is not None
        assert reading.account.id == UID
        assert [post.kind for post in reading.posts] == [REPOST]


def test_a_quick_forward_without_a_suffix_is_told_by_the_list_it_stands_in() -> None:
    forwarded = mblog("4857881961438732", user={"id": 61, "screen_name": "某省文旅"}, ori_uid=int(UID))
    body = cards(forwarded)
    body["data"]["cards"][0]["itemid"] = f"107603{UID}_-_4857881961438732"
    assert [post.kind for post in WEIBO.read([answer(body)], HOME).posts] == [REPOST]


def test_a_quick_forward_beside_own_posts_leaves_the_list_the_accounts() -> None:
    body = {"ok": 1, "data": {"list": [mblog("4857881961438731"), quick("4857881961438732")], "since_id": ""}}
    reading = WEIBO.read([answer(body)])
    assert (reading.covers, len(reading.posts)) == (LIST, 2)


@pytest.mark.parametrize("user", [None, {"id": 61, "screen_name": "某省文旅"}])
@pytest.mark.parametrize("heading", ["她赞过的微博", "TA赞过的微博", "某市发布 赞了"])
def test_a_liked_post_is_not_the_accounts_own(user: object, heading: str) -> None:
    liked = mblog("4857881961438732", user=user, title={"text": heading})
    reading = WEIBO.read([answer(cards(liked, mblog("4857881961438731")))], HOME)
    assert [post.id for post in reading.posts] == ["4857881961438731"]
    alone = WEIBO.read([answer(cards(liked, total=0))])
    assert (alone.outcome, alone.posts) == (BROKEN, ())
    assert alone.account is None or alone.account.id == UID
