"""What the public asks under an account's posts: whether it asks, whether it was answered, and nothing else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from demo.internet import Internet
from demo.proxy import Proxy
from demo.world import DemoAccount, DemoComment, DemoPost, World
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.capture import Capture
from services.collector.clock_watch import ClockWatch
from services.collector.inquiry import Inquiry
from services.collector.looker import Looker
from services.collector.platforms.weibo import Weibo
from services.collector.reading.questions import asks
from shared.clock import utc_now
from shared.questions import Question
from shared.runtime.metrics import Metrics
from shared.storage.store import Store
from tests.builders import NOW, an_account, days

UID = "1000001"
HOTFLOW = "https://m.weibo.cn/comments/hotflow?id=5001&mid=5001&max_id_type=0"
ACCOUNT = an_account(UID)


def comment(text: str, uid: int = 42, answers: Any = False, total: int = 0, own_id: str = "77") -> dict[str, Any]:
    user = {"id": uid, "screen_name": "张三丰收", "followers_count": 3}
    written = {"id": own_id, "created_at": "Sat Nov 07 09:00:00 +0800 2026", "text": text, "user": user}
    return written | {"comments": answers, "total_number": total}


def answer(uid: int) -> dict[str, Any]:
    written = "Sat Nov 07 10:00:00 +0800 2026"
    return {"id": "78", "created_at": written, "text": "您好", "user": {"id": uid, "followers_count": 1}}


def read(*comments: dict[str, Any], status: int = 200, url: str = HOTFLOW) -> tuple[Question, ...]:
    body = json.dumps({"ok": 1, "data": {"data": comments}}).encode()
    return Weibo().read_questions([Capture(url=url, status=status, body=body, at=NOW + days(365))], ACCOUNT)


@pytest.mark.parametrize(
    "text",
    ["请问医保怎么交？", "这个证在哪里办", "周六上班吗", "什么时候能通水啊", "求助，路灯坏了三天了", "需要带什么材料"],
)
def test_what_asks_is_a_question(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text", ["为家乡点赞！", "转发微博", "好", "", "我们县越来越好了", "不是吗？", "哈哈哈哈？", "？" * 600]
)
def test_what_asks_nothing_is_none(text: str) -> None:
    assert not asks(text)


def test_neither_the_words_nor_who_asked_go_any_further() -> None:
    (question,) = read(comment("请问张三丰收的低保怎么办？"))
    told = question.model_dump_json()
    assert not any(word in told for word in ("张三", "低保", '"42"', '"77"'))
    assert question.answered_at is None


def test_an_answer_of_the_account_answers_and_one_of_another_reader_does_not() -> None:
    (answered,) = read(comment("请问怎么办？", answers=[answer(int(UID))], total=1))
    (still_open,) = read(comment("请问怎么办？", answers=[answer(43)], total=1))
    assert answered.answered_at is not None
    assert still_open.answered_at is None


def test_a_question_whose_answers_are_not_all_shown_tells_nothing() -> None:
    assert read(comment("请问怎么办？", total=3)) == ()
    assert read(comment("请问怎么办？", answers=[answer(43)], total=9)) == ()


def test_the_accounts_own_question_is_none() -> None:
    assert read(comment("你知道吗？今天开放日", uid=int(UID))) == ()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"ok":0}', b'{"ok":1,"data":{"data":[1,null,{"id":{}}]}}', b"<html>432"]
)
def test_hostile_answers_hold_no_question(body: bytes) -> None:
    assert Weibo().read_questions([Capture(url=HOTFLOW, status=200, body=body, at=NOW)], ACCOUNT) == ()


def test_a_refusal_holds_no_question() -> None:
    assert read(comment("请问怎么办？"), status=418) == ()


def test_an_answer_once_seen_stays_and_what_is_old_is_forgotten(each_store: Store) -> None:
    asked = Question(key=ACCOUNT.key, post_id="p", id="q", asked_at=NOW, seen_at=NOW)
    questions = each_store.questions
    questions.note(ACCOUNT.key, [asked])
    questions.note(ACCOUNT.key, [asked.model_copy(update={"answered_at": NOW, "seen_at": NOW + days(1)})])
    questions.note(ACCOUNT.key, [asked.model_copy(update={"seen_at": NOW + days(2)})])
    assert [(one.answered_at, one.seen_at) for one in questions.of(ACCOUNT.key)] == [(NOW, NOW + days(2))]
    later = NOW + days(100)
    questions.note(ACCOUNT.key, [asked.model_copy(update={"id": "new", "asked_at": later, "seen_at": later})])
    assert [one.id for one in questions.of(ACCOUNT.key)] == ["new"]


@pytest.fixture
def browser() -> Iterator[Browser]:
    now = utc_now()
    said = (
        DemoComment(now - days(20), "请问怎么预约？"),
        DemoComment(now - days(20), "几点开门？", answered_at=now - days(19)),
        DemoComment(now - days(20), "点赞！"),
    )
    posts = (
        DemoPost(at=now - days(21), text="开放日。", comments=said),
        DemoPost(at=now - timedelta(hours=1), text="通知。"),
    )
    with Proxy(Internet(World([DemoAccount("weibo", UID, "青禾发布", "示例单位", posts)]))) as proxy:
        browser = Browser(BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=100), utc_now)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell")
def test_the_page_that_is_warm_is_asked_for_comments(browser: Browser, each_store: Store) -> None:
    platforms = {"weibo": Weibo()}
    looker = Looker(
        visits=each_store.visits,
        platforms=platforms,
        visitor=browser,
        metrics=Metrics(),
        clock=utc_now,
        watch=ClockWatch(),
    )
    inquiry = Inquiry(platforms, browser, each_store.questions)
    visit = looker.look(ACCOUNT, full=True, renew=lambda: None)
    found = inquiry.ask(ACCOUNT, visit)
    assert [question.answered_at is None for question in found] == [True, False]
    assert browser.visit("weibo", Weibo().plan(ACCOUNT), Weibo.hosts).light, "the page stays warm"
