"""A 公众号 seen through its owner's interface: as of yesterday, and never more than it tells."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.collector.owners.desk import Desk
from services.collector.owners.options import OwnerAccount, owners_in
from services.collector.owners.wechat_days import WechatDays
from services.collector.platforms.base import Platform
from services.collector.sources.base import Source
from shared.errors import InputError
from shared.events import Comments, Coverage, Outcome, Post, Probe
from shared.plugins import discover
from shared.source import GivenSource
from tests.builders import NOW, an_account
from tests.collector.collecting import Bench
from tests.fakes.wechat_api import APP, BIZ, DAYS, PUBLISHED, SECRET, TOKEN, WechatApi, article

KEY = f"wechat/{BIZ}"
OWNER = OwnerAccount(app_id=APP, secret=SecretStr(SECRET))
YESTERDAY = date(2026, 11, 20)
END = datetime.fromisoformat("2026-11-21T00:00:00+08:00")
DAY = timedelta(days=1)


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[tuple[Bench, WechatApi]]:
    """Its page wants a login; its owner has given the interface."""
    bench = Bench(tmp_path, owners={KEY: OWNER})
    api = WechatApi(bench.clock)
    bench.teller = WechatDays(Desk(api, bench.store.owners, bench.clock))
    bench.put_in(bench.visitor, {"wechat": discover("services.collector.platforms", Platform)["wechat"]()})
    bench.store.accounts.upsert([an_account(BIZ, "wechat")], NOW)
    yield bench, api
    bench.close()


def look(bench: Bench, after: timedelta = timedelta()) -> tuple[list[Post], Probe]:
    """One visit, whose page shows nothing; what it published."""
    bench.clock.now += after
    bench.store.visits.make_all_due(bench.clock.now)
    bench.store.visits.ask_again(bench.clock.now, bench.clock.now)
    bench.visitor.script = ["no page"] * 3
    assert bench.engine.step(bench.clock.now)
    events = bench.published()
    return [one for one in events if isinstance(one, Post)], [one for one in events if isinstance(one, Probe)][-1]


def test_what_was_published_yesterday_is_told_as_of_its_end(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100), article(YESTERDAY, 101, publish_type=1)]
    posts, probe = look(bench)
    assert [post.id for post in posts] == ["100_1", "101_1"]
    assert {post.published_at for post in posts} == {END - timedelta(seconds=1)}
    assert (probe.source, probe.at, probe.proves_list) == ("wechat_owner", END, True)
    assert (probe.post_ids, probe.newest_post_at) == ((), END - timedelta(seconds=1))
    assert api.days_asked() == ["2026-11-20"]


def test_silence_rests_on_every_day_since_the_newest_article(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    silent_since = YESTERDAY - 5 * DAY
    api.articles[silent_since] = [article(silent_since, 100)]
    _, probe = look(bench)
    assert (probe.at, probe.proves_list) == (END - DAY, True)  # yesterday has not settled
    assert probe.newest_post_at == END - 5 * DAY - timedelta(seconds=1)
    assert api.days_asked() == [(YESTERDAY - number * DAY).isoformat() for number in range(6)]


def test_an_empty_yesterday_ends_no_proof_before_its_figures_have_settled(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    silent_since = YESTERDAY - 3 * DAY
    api.articles[silent_since] = [article(silent_since, 100)]
    assert look(bench)[1].at == END - DAY
    api.articles[YESTERDAY] = [article(YESTERDAY, 101)]  # its figures were not whole
    probe = look(bench, timedelta(hours=11))[1]
    assert (probe.at, probe.newest_post_at) == (END - DAY, END - 3 * DAY - timedelta(seconds=1))
    assert look(bench, DAY)[1].newest_post_at == END - timedelta(seconds=1)


def test_an_empty_yesterday_behind_nothing_known_proves_nothing(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.late = {YESTERDAY - DAY}
    _, probe = look(bench)
    assert not probe.outcome.is_evidence
    assert "还没有" in (probe.reason or "")


def test_a_long_past_is_asked_about_in_parts_and_proves_nothing_meanwhile(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    silent_since = YESTERDAY - 20 * DAY
    api.articles[silent_since] = [article(silent_since, 100)]
    first, second = look(bench)[1], look(bench, timedelta(hours=1))[1]
    third = look(bench, timedelta(hours=1))[1]
    assert [probe.proves_list for probe in (first, second, third)] == [False, False, True]
    assert third.newest_post_at == END - 20 * DAY - timedelta(seconds=1)
    assert len(api.days_asked()) == 21


def test_a_day_is_asked_about_once_and_an_empty_one_once_more_when_it_has_settled(
    owned: tuple[Bench, WechatApi],
) -> None:
    bench, api = owned
    busy = YESTERDAY - DAY
    api.articles[busy] = [article(busy, 100)]
    look(bench)
    look(bench, timedelta(hours=2))
    assert api.days_asked() == ["2026-11-20", "2026-11-19"]
    api.articles[YESTERDAY] = [article(YESTERDAY, 101)]  # the platform's figures were not whole
    posts, probe = look(bench, timedelta(hours=24))
    assert api.days_asked()[2:] == ["2026-11-21", "2026-11-20"]
    assert [post.id for post in posts] == ["101_1"]
    assert (probe.at, probe.proves_list) == (END, True)


def test_before_eight_yesterday_is_not_asked_about(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    bench.clock.now = END + timedelta(hours=7, minutes=59)
    api.articles[YESTERDAY - DAY] = [article(YESTERDAY - DAY, 100)]
    _, probe = look(bench)
    assert api.days_asked() == ["2026-11-19"]
    assert (probe.at, probe.proves_list) == (END - DAY, True)


def test_figures_that_are_late_prove_the_day_before_and_are_asked_for_again(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.late = {YESTERDAY}
    api.articles[YESTERDAY - DAY] = [article(YESTERDAY - DAY, 100)]
    assert look(bench)[1].at == END - DAY
    api.late, api.articles[YESTERDAY] = set(), [article(YESTERDAY, 101)]
    assert look(bench, timedelta(hours=1))[1].at == END


def test_figures_that_are_late_for_two_days_prove_nothing(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.late = {YESTERDAY, YESTERDAY - DAY}
    _, probe = look(bench)
    assert not probe.outcome.is_evidence
    assert "还没有算出近两日的数据" in (probe.reason or "")


def test_a_gap_proves_no_silence(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.late = {YESTERDAY - 2 * DAY}
    api.articles[YESTERDAY - 4 * DAY] = [article(YESTERDAY - 4 * DAY, 100)]
    _, probe = look(bench)
    assert not probe.proves_list
    assert "更早的还没有核实" in (probe.reason or "")


def test_what_was_published_by_hand_proves_nothing_alone_and_adds_links_and_comments(
    owned: tuple[Bench, WechatApi],
) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100), article(YESTERDAY, 101), article(YESTERDAY, 102)]
    news = [
        {
            "title": "一",
            "url": str(article(YESTERDAY, mid)["content_url"]),
            "need_open_comment": one,
            "only_fans_can_comment": fans,
            "is_deleted": mid == 102,
        }
        for mid, one, fans in ((100, 1, 0), (101, 1, 1), (102, 0, 0), (999, 1, 0))
    ]
    api.published = [{"article_id": "a", "update_time": 1_795_000_000, "content": {"news_item": news}}]
    posts, probe = look(bench)
    assert {post.id: post.comments for post in posts} == {
        "100_1": Comments.OPEN,
        "101_1": Comments.RESTRICTED,
        "102_1": Comments.UNKNOWN,
    }
    assert probe.reason == "其中1条已被删除"
    assert api.asked[-1] == (PUBLISHED, {"offset": 0, "count": 20, "no_content": 1})


def test_what_was_published_by_hand_is_asked_for_every_three_hours(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100)]
    for hours in (0, 1, 1, 1):
        look(bench, timedelta(hours=hours))
    assert api.paths().count(PUBLISHED) == 2


def test_the_interface_is_asked_although_the_page_has_blocked_us(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100)]
    bench.put_in(bench.visitor, {})
    bench.visitor.script = ["blocked"]
    bench.engine.step(bench.clock.now)
    assert DAYS in api.paths()


def test_a_page_that_proves_more_is_not_overruled(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY - 8 * DAY] = [article(YESTERDAY - 8 * DAY, 100)]
    bench.put_in(bench.visitor, {})
    bench.visitor.script = ["two posts"]
    bench.engine.step(bench.clock.now)
    (probe,) = [one for one in bench.published() if isinstance(one, Probe)]
    assert probe.source is None


REFUSALS = [
    (DAYS, {"errcode": 48001, "errmsg": "api unauthorized"}, Outcome.LOGIN_WALL, "没有该接口的权限"),
    (DAYS, {"errcode": 45009, "errmsg": "reach max api daily quota limit"}, Outcome.BLOCKED, "今日调用次数已用完"),
    (DAYS, {"errcode": "47009", "errmsg": "this api is offline"}, Outcome.PARSE_ERROR, "该接口已下线"),
    (DAYS, {"errcode": 61007}, Outcome.LOGIN_WALL, "没有把这项权限授权"),
    (DAYS, {"errcode": 40001}, Outcome.LOGIN_WALL, "AppSecret 或 access_token 不对"),
    (TOKEN, {"errcode": 40001}, Outcome.LOGIN_WALL, "AppSecret 或 access_token 不对"),
    (TOKEN, {"errcode": 40164, "errmsg": "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6"}, Outcome.LOGIN_WALL, "（203.0.113.7）"),
    (TOKEN, {"errcode": 40164, "errmsg": "<script>"}, Outcome.LOGIN_WALL, "IP白名单"),
    (DAYS, {"errcode": 99999, "errmsg": SECRET}, Outcome.PARSE_ERROR, "返回码 99999"),
    (DAYS, {"errcode": [1]}, Outcome.PARSE_ERROR, "返回码无法识别"),
    (DAYS, {"errcode": True}, Outcome.PARSE_ERROR, "返回码无法识别"),
    (DAYS, {}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": None}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": {"ref_date": "2026-11-20"}}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": ["x"]}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [{"ref_date": "2026-11-20", "title": "无编号"}]}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [article(YESTERDAY - DAY, 100)]}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [article(YESTERDAY, 100, content_url="https://mp.weixin.qq.com/s?__biz=MzI1MDAwMDAwMg==&mid=1&idx=1")]}, Outcome.PARSE_ERROR, "另一个公众号"),
    (DAYS, {"list": [], "total_count": 5}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [], "is_end": False, "total": 5}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [], "total": "5"}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [], "is_end": False}, Outcome.PARSE_ERROR, "无法识别"),
    (DAYS, {"list": [], "is_delay": "yes"}, Outcome.PARSE_ERROR, "还没有算出"),
    (DAYS, [], Outcome.PARSE_ERROR, "不是完整的 JSON"),
    (DAYS, b"<html><body>403</body></html>", Outcome.PARSE_ERROR, "不是完整的 JSON"),
    (DAYS, b'{"list": [{"ref_date": "2026-11', Outcome.PARSE_ERROR, "不是完整的 JSON"),
    (DAYS, b"", Outcome.PARSE_ERROR, "不是完整的 JSON"),
    (DAYS, b"[" * 100_000, Outcome.PARSE_ERROR, "不是完整的 JSON"),
    (DAYS, json.dumps({"list": [], "x": "x" * 1_000_001}).encode(), Outcome.PARSE_ERROR, "无法识别"),
    (TOKEN, {"access_token": "", "expires_in": 7200}, Outcome.PARSE_ERROR, "没有给出可用的"),
    (TOKEN, {"access_token": "a" * 513, "expires_in": 7200}, Outcome.PARSE_ERROR, "没有给出可用的"),
    (TOKEN, {"access_token": ["a"], "expires_in": 7200}, Outcome.PARSE_ERROR, "没有给出可用的"),
    (TOKEN, {"access_token": "a", "expires_in": "7200"}, Outcome.PARSE_ERROR, "没有给出可用的"),
    (TOKEN, {"access_token": "a\r\nHost: x", "expires_in": 7200}, Outcome.PARSE_ERROR, "没有给出可用的"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "answer", "outcome", "said"), REFUSALS)
def test_a_refusal_or_nonsense_proves_nothing_and_says_what_to_do(
    owned: tuple[Bench, WechatApi], path: str, answer: object, outcome: Outcome, said: str
) -> None:
    bench, api = owned
    api.instead[path] = answer
    _, probe = look(bench)
    assert not probe.proves_list
    assert said in (probe.reason or "")
    assert SECRET not in (probe.reason or "")
    state = bench.store.sources.states(KEY)["wechat_owner"]
    assert (state.outcome, state.proved_at) == (outcome, None)


def test_an_answer_that_is_no_success_proves_nothing(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.status = 502
    _, probe = look(bench)
    assert "HTTP 502" in (probe.reason or "")


def test_a_refusal_today_leaves_no_proof_of_yesterday_standing(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100)]
    assert look(bench)[1].proves_list
    api.instead[DAYS] = {"errcode": 48001}
    assert not look(bench, DAY)[1].proves_list


def test_a_quota_that_is_used_up_is_not_tried_again_that_day(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.instead[DAYS] = {"errcode": 45009}
    for _ in range(3):
        look(bench, timedelta(hours=1))
    assert api.paths().count(DAYS) == 1
    del api.instead[DAYS]
    api.articles[YESTERDAY + DAY] = [article(YESTERDAY + DAY, 100)]
    assert look(bench, DAY)[1].proves_list


def test_calls_are_counted_for_all_collectors_and_end_before_the_platforms_limit(
    owned: tuple[Bench, WechatApi],
) -> None:
    bench, _ = owned
    taken = [bench.store.owners.take_call(APP, "freepublish", NOW, 60) for _ in range(61)]
    assert taken == [True] * 60 + [False]
    assert bench.store.owners.take_call(APP, "datacube", NOW, 60)
    assert bench.store.owners.take_call(APP, "freepublish", NOW + timedelta(hours=12, seconds=1), 60)  # after midnight


def test_one_token_is_used_until_it_ends_and_none_is_forced(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.articles[YESTERDAY] = [article(YESTERDAY, 100)]
    look(bench)
    api.late = {YESTERDAY + DAY}
    look(bench, timedelta(minutes=90))
    assert api.paths().count(TOKEN) == 1
    look(bench, timedelta(hours=3))
    tokens = [asked for path, asked in api.asked if path == TOKEN]
    assert len(tokens) == 2
    assert all(asked["force_refresh"] is False for asked in tokens)


def test_a_token_that_was_renewed_elsewhere_is_asked_for_once_more(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    api.late = {YESTERDAY}
    api.articles[YESTERDAY - DAY] = [article(YESTERDAY - DAY, 100)]
    look(bench)
    api.token, api.late = "token-2", set()
    api.articles[YESTERDAY] = [article(YESTERDAY, 101)]
    assert look(bench, timedelta(hours=1))[1].at == END
    assert api.paths().count(TOKEN) == 2


def test_answers_with_a_day_missing_in_between_are_no_list(owned: tuple[Bench, WechatApi]) -> None:
    bench, api = owned
    oldest = YESTERDAY - 3 * DAY
    api.articles[oldest] = [article(oldest, 100)]
    whole = bench.teller.captured(KEY, OWNER, NOW).captures if bench.teller else ()
    platforms = discover("services.collector.platforms", Platform)
    source = discover("services.collector.sources", Source)["wechat_owner"]()
    read = partial(
        source.read,
        account=an_account(BIZ, "wechat"),
        given=GivenSource(key=KEY, kind="wechat_owner"),
        platforms={"wechat": platforms["wechat"]()},
    )
    assert len(whole) == 4  # three days, and what was published by hand
    assert read(whole).covers is Coverage.LIST
    assert read((whole[0], *whole[2:])).covers is Coverage.ITEM
    assert read(whole[1:]).covers is Coverage.ITEM


def test_no_secret_and_no_token_is_kept_or_told(
    owned: tuple[Bench, WechatApi], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench, api = owned
    api.token = "token-unmistakable"
    api.articles[YESTERDAY] = [article(YESTERDAY, 100)]
    _, probe = look(bench)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    told = capsys.readouterr()
    for words in (SECRET, "token-unmistakable"):
        assert words not in told.out + told.err + repr(probe) + repr(bench.teller) + repr(OWNER)
        assert words.encode() not in stored


def test_an_account_whose_owner_gave_nothing_has_no_such_source(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store.accounts.upsert([an_account(BIZ, "wechat")], NOW)
    bench.visit("login")
    assert "wechat_owner" not in bench.store.sources.states(KEY)
    bench.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"weibo/1001": {"app_id": APP, "secret": SECRET}}, "目前只有微信公众号"),
        ({"wechat": {"app_id": APP, "secret": SECRET}}, "应写台账里的账号"),
        ({KEY: {"app_id": "gh_1", "secret": SECRET}}, "owner_accounts.wechat/"),
        ({KEY: {"app_id": APP}}, "secret"),
        ({KEY: {"app_id": APP, "secret": SECRET, "token": "x"}}, "token"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_quoting_the_secret(
    options: dict[str, dict[str, object]], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        owners_in(options, None)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
