"""Weibo: an empty list, a wall or a refusal is never taken for silence."""

import pytest

from shared.events import Outcome
from tests.collector.platforms.facts import account, answer
from tests.collector.platforms.weibo_answers import (
    BLOCKED,
    BROKEN,
    HOME,
    LIST,
    NOTHING,
    OK,
    PROFILE,
    UID,
    WALL,
    WEIBO,
    cards,
    mblog,
    profile,
)


def test_an_item_in_two_answers_keeps_the_links_of_both() -> None:
    linked = [mblog("4857881961438733", text=f'<a href="https://qinghe.example/{n}">链接</a>') for n in (1, 2)]
    bodies = [answer(cards(one)) for one in linked]
    (post,) = WEIBO.read(bodies, HOME).posts
    assert set(post.links) >= {"https://qinghe.example/1", "https://qinghe.example/2"}


def test_a_loaded_list_of_no_posts_is_empty() -> None:
    for bodies in ([cards(total=0)], [profile(total=0), cards(total=0)]):
        reading = WEIBO.read([answer(body) for body in bodies], HOME)
        assert (reading.outcome, reading.covers) == (Outcome.EMPTY, LIST)


def test_an_empty_list_of_another_account_is_not_empty() -> None:
    assert WEIBO.read([answer(cards(total=0, uid="1111681197"))], HOME).outcome is BROKEN


def test_an_empty_list_of_an_account_with_posts_was_not_loaded() -> None:
    for body in (cards(total=0), cards(total=5), {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}):
        reading = WEIBO.read([answer(profile(total=12)), answer(body)], HOME)
        assert reading.outcome is BROKEN
        assert reading.reason is not None
        assert "列表未加载" in reading.reason


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"ok": 0, "message": "该账号因被投诉违反《微博社区公约》的相关规定，现已无法查看。查看帮助"}, Outcome.GONE),
        ({"ok": 0, "msg": "该账号已关闭，现无法查看。"}, Outcome.GONE),
        ({"ok": 0, "url": "https://weibo.com/sorry?usernotexists&code=100001"}, Outcome.GONE),
        ({"ok": 0, "url": "https://weibo.com/sorry?sysbusy&msg=%E8%AF%A5%E8%B4%A6%E5%8F%B7%E5%B7%B2%E6%B3%A8%E9%94%80"}, Outcome.GONE),
        ("<title>微博-出错了</title><p class='h5-4con'>该账号已被永久封禁。</p>", Outcome.GONE),
        ({"ok": 0, "message": "该账号行为异常，存在安全风险，用户验证之前暂时不能查看。查看帮助"}, BROKEN),
        ({"ok": 0, "msg": "该账号申请注销中"}, BROKEN),
        ({"ok": 0, "url": "https://weibo.com/sorry?sysbusy"}, BROKEN),
    ],
)  # fmt: skip
def test_the_end_of_an_account_is_told_by_its_own_sentence(body: object, outcome: Outcome) -> None:
    reading = WEIBO.read([answer(body)], HOME)
    assert (reading.outcome, reading.covers) == (outcome, PROFILE if outcome is Outcome.GONE else NOTHING)


def test_a_refusal_beside_an_empty_list_is_a_refusal() -> None:
    refusal = answer({"ok": -100, "url": "https://passport.weibo.cn/signin/welcome"})
    assert WEIBO.read([answer(cards(total=0)), refusal], HOME).outcome is WALL


def test_an_ok_of_zero_alone_proves_nothing() -> None:
    assert WEIBO.read([answer({"ok": 0, "msg": "x"})], HOME).outcome is BROKEN


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("", 432, BLOCKED),
        ("", 418, BLOCKED),
        ("", 403, BLOCKED),
        ("", 200, BLOCKED),
        ("oops", 502, Outcome.NETWORK),
        ({"error": "Forbidden"}, None, BLOCKED),
        ({"ok": -100, "url": "https://weibo.com/login.php?url=x"}, 200, WALL),
        ({"ok": 0, "url": "https://passport.weibo.com/sso/signin?x"}, 200, WALL),
        ({"code": 100098}, 200, WALL),
        ("<html><title>Sina Visitor System</title>", 200, BLOCKED),
        ("<script>$CONFIG['bpType']='sorry'</script><p>您的帐号存在异常(20003)</p>", 200, BLOCKED),
        ("<title>登录 - 微博</title>", 200, WALL),
        ({"ok": 0, "msg": "该用户不存在"}, 200, Outcome.GONE),
        ("<html><div id=app></div></html>", 200, BROKEN),
        ('{"ok":1,"data":{"cards":[{"mblog":{"text":"登录时请输入验证码', 200, BROKEN),
        ({"ok": 1, "data": {"something": "else"}}, 200, BROKEN),
        ("null", 200, BROKEN),
    ],
)
def test_a_wall_is_not_silence(body: object, status: int | None, outcome: Outcome) -> None:
    reading = WEIBO.read([answer(body, status=status)], HOME)
    assert reading.outcome is outcome
    assert reading.reason


def test_a_refused_list_is_not_made_good_by_a_profile() -> None:
    reading = WEIBO.read([answer(profile()), answer({"ok": -100, "msg": "请先登录"})], HOME)
    assert (reading.outcome, reading.account.name if reading.account else None) == (WALL, "某市发布")


def test_the_visitor_page_on_the_way_does_not_matter_once_the_list_is_there() -> None:
    door = answer("<title>Sina Visitor System</title>", "https://visitor.passport.weibo.cn/visitor/visitor", 200)
    assert WEIBO.read([door, answer(cards(mblog("1")))], HOME).outcome is OK


def test_a_renamed_account_is_the_same_account() -> None:
    reading = WEIBO.read([answer(profile(name="新名")), answer(cards(mblog("1")))], account("weibo", UID, "旧名"))
    assert (reading.outcome, reading.account.name if reading.account else None) == (OK, "新名")
