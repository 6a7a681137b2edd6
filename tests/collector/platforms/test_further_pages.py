"""A later page, another tab or a search shows that an account is active, never that it is silent."""

from typing import Any

import pytest

from services.collector.capture import Capture, Reading
from shared.events import Coverage, Outcome
from tests.collector.platforms import test_douyin as douyin
from tests.collector.platforms import test_toutiao as toutiao
from tests.collector.platforms import weibo_answers as weibo
from tests.collector.platforms.facts import answer

MOBILE = f"https://m.weibo.cn/api/container/getIndex?type=uid&value={weibo.UID}&containerid=107603{weibo.UID}"
DESK = f"https://weibo.com/ajax/statuses/mymblog?uid={weibo.UID}"
WORKS = f"https://www.douyin.com/aweme/v1/web/aweme/post/?sec_user_id={douyin.SEC_UID}"
FEED = f"https://www.toutiao.com/api/pc/list/user/feed?token={toutiao.USER}"
ALL = f"230413{weibo.UID}_-_WEIBO_SECOND_PROFILE_WEIBO"

CARDS = weibo.cards(weibo.mblog("4857881961438732"), weibo.mblog("4857881961438731"))
DESK_LIST = {"ok": 1, "data": {"list": [weibo.mblog("4857881961438732"), weibo.mblog("4857881961438731")]}}
DOUYIN_LIST = douyin.posts(douyin.aweme(), douyin.aweme("7331282358999584036"), has_more=1)
TOUTIAO_LIST = toutiao.feed(toutiao.cell(), toutiao.cell("6872991989982298628"))


def of_weibo(*captures: Capture) -> Reading:
    return weibo.WEIBO.read([answer(weibo.profile()), *captures], weibo.HOME)


def of_douyin(*captures: Capture) -> Reading:
    return douyin.DOUYIN.read([answer(douyin.profile()), *captures], douyin.HOME)


def of_toutiao(*captures: Capture) -> Reading:
    return toutiao.TOUTIAO.read(captures, toutiao.HOME)


def in_container(name: str) -> dict[str, Any]:
    data: dict[str, Any] = CARDS["data"]
    return {"ok": 1, "data": data | {"cardlistInfo": {"containerid": name, "total": 2}}}


FIRST = [
    (of_weibo, MOBILE, CARDS),
    (of_weibo, f"{MOBILE}&page=1&since_id=&luicode=10000011", CARDS),
    (of_weibo, f"{MOBILE}&since_id=0", CARDS),
    (of_weibo, f"https://m.weibo.cn/api/container/getIndex?containerid={ALL}&page_type=03", in_container(ALL)),
    (of_weibo, DESK, DESK_LIST),
    (of_weibo, f"{DESK}&page=1&feature=0", DESK_LIST),
    (of_douyin, f"{WORKS}&max_cursor=0&locate_query=false&time_list_query=0&count=18", DOUYIN_LIST),
    (of_douyin, WORKS, DOUYIN_LIST),
    (of_douyin, f"https://www.iesdouyin.com/web/api/v2/aweme/post/?sec_uid={douyin.SEC_UID}&max_cursor=0", DOUYIN_LIST),
    (of_toutiao, f"{FEED}&category=profile_all&max_behot_time=0&entrance_gid=&aid=24", TOUTIAO_LIST),
    (of_toutiao, f"{FEED}&category=&max_behot_time=", TOUTIAO_LIST),
    (of_toutiao, FEED.replace("feed?", "feed/?"), TOUTIAO_LIST),
]
FURTHER = [
    (of_weibo, f"{MOBILE}&page=2", CARDS),
    (of_weibo, f"{MOBILE}&page=1&since_id=4900000", CARDS),
    (of_weibo, f"{MOBILE}&page=1&page=2", CARDS),
    (of_weibo, f"{DESK}&page=2&feature=0", DESK_LIST),
    (of_weibo, f"{DESK}&page=1&feature=1", DESK_LIST),
    (of_weibo, f"{DESK}&page=1&feature=0&displayYear=2022&curMonth=3&stat_date=202203", DESK_LIST),
    (of_weibo, f"{MOBILE}&is_ori=1", CARDS),
    (of_weibo, "https://[weibo.com/ajax/statuses/mymblog", DESK_LIST),
    (of_weibo, f"https://weibo.com/ajax/statuses/searchProfile?uid={weibo.UID}&page=1&q=abc&hasori=1", DESK_LIST),
    (of_weibo, MOBILE, in_container(f"{ALL}_ORI")),
    (of_weibo, None, in_container(f"{ALL}_ORI")),
    (of_weibo, f"https://m.weibo.cn/api/container/getIndex?containerid={ALL}_PIC", in_container(ALL)),
    (of_weibo, f"{MOBILE}&page=2", {"ok": 1, "data": {"cards": CARDS["data"]["cards"]}}),
    (of_douyin, f"{WORKS}&max_cursor=1781000000000", DOUYIN_LIST),
    (of_douyin, f"{WORKS}&max_cursor=0&time_list_query=1", DOUYIN_LIST),
    (of_douyin, WORKS.replace("/post/", "/favorite/") + "&max_cursor=0", DOUYIN_LIST),
    (of_toutiao, f"{FEED}&category=profile_all&max_behot_time=1781000000", TOUTIAO_LIST),
    (of_toutiao, f"{FEED}&category=pc_profile_article&max_behot_time=0", TOUTIAO_LIST),
    (of_toutiao, f"{FEED}&category=pc_profile_video", TOUTIAO_LIST),
]  # fmt: skip


@pytest.mark.parametrize(("read", "url", "body"), FIRST)
def test_the_first_page_of_all_posts_is_the_accounts_list(read: Any, url: str, body: object) -> None:
    reading = read(answer(body, url, 200))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.LIST, 2)


@pytest.mark.parametrize(("read", "url", "body"), FURTHER)
def test_anything_else_shows_posts_and_no_silence(read: Any, url: str | None, body: object) -> None:
    reading = read(answer(body, url, 200))
    assert (reading.outcome, reading.covers, len(reading.posts)) == (Outcome.OK, Coverage.ITEM, 2)
    assert "不能据此认定没有更新" in reading.reason


@pytest.mark.parametrize(
    ("read", "first", "refusal", "later", "body", "outcome"),
    [
        (of_toutiao, f"{FEED}&max_behot_time=0", "", f"{FEED}&max_behot_time=9", TOUTIAO_LIST, Outcome.BLOCKED),
        (of_toutiao, f"{FEED}&max_behot_time=0", {"message": "error", "data": {"decision": "x"}}, f"{FEED}&max_behot_time=9", TOUTIAO_LIST, Outcome.BLOCKED),
        (of_toutiao, f"{FEED}&max_behot_time=0", toutiao.feed(), f"{FEED}&max_behot_time=9", TOUTIAO_LIST, Outcome.PARSE_ERROR),
        (of_douyin, f"{WORKS}&max_cursor=0", "", f"{WORKS}&max_cursor=9", DOUYIN_LIST, Outcome.BLOCKED),
        (of_douyin, f"{WORKS}&max_cursor=0", douyin.posts(), f"{WORKS}&max_cursor=9", DOUYIN_LIST, Outcome.PARSE_ERROR),
        (of_weibo, MOBILE, "", f"{MOBILE}&page=2", CARDS, Outcome.BLOCKED),
        (of_weibo, MOBILE, weibo.cards(total=9), f"{MOBILE}&page=2", CARDS, Outcome.PARSE_ERROR),
    ],
)  # fmt: skip
def test_a_first_page_that_was_not_shown_decides_over_later_ones(
    read: Any, first: str, refusal: object, later: str, body: object, outcome: Outcome
) -> None:
    captures = [answer(refusal, first, 200), answer(body, later, 200)]
    for order in (captures, captures[::-1]):
        reading = read(*order)
        assert reading.outcome is outcome
        assert reading.reason


def test_a_later_page_adds_to_the_first() -> None:
    more = weibo.cards(weibo.mblog("4857881961438700"))
    reading = of_weibo(answer(CARDS, MOBILE, 200), answer(more, f"{MOBILE}&page=2", 200))
    assert (reading.covers, len(reading.posts), reading.reason) == (Coverage.LIST, 3, None)


def test_an_empty_later_page_proves_no_empty_account() -> None:
    captures = [answer(weibo.profile(total=0)), answer(weibo.cards(total=0), f"{MOBILE}&page=2", 200)]
    assert weibo.WEIBO.read(captures, weibo.HOME).outcome is Outcome.PARSE_ERROR
    works = [answer(douyin.profile(total=0)), answer(douyin.posts(), f"{WORKS}&max_cursor=9", 200)]
    assert douyin.DOUYIN.read(works, douyin.HOME).outcome is Outcome.PARSE_ERROR
