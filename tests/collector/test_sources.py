"""Several sources of one account: who is asked, what is told, and that none un-proves what another proved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.collector.bridges import BridgeSettings
from shared.account import Account
from shared.events import Coverage, Outcome, Probe
from shared.source import GivenSource
from tests.builders import NOW, an_account, days
from tests.collector.collecting import Bench, bench, posts_of

__all__ = ["bench"]

BASE = "https://bridge.qinghe.example"
FEED = f"{BASE}/weibo/1001"
CONTROL = f"{BASE}/weibo/control"
ARTICLE = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzI&album_id=1"
RSSHUB = BridgeSettings(base_url=BASE, kind="rsshub", control=CONTROL, max_silence_hours=48)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def give(bench: Bench, kind: str, address: str, key: str = "weibo/1001") -> None:
    assert bench.store.sources.add(GivenSource(key=key, kind=kind, address=address), NOW)


def told(bench: Bench) -> list[Probe]:
    return [event for event in bench.published() if isinstance(event, Probe)]


@pytest.fixture
def bridged(tmp_path: Path) -> Iterator[Bench]:
    """An account with a bridge that has a control account."""
    bench = Bench(tmp_path, bridges={"own": RSSHUB})
    bench.store.accounts.upsert([an_account()], NOW)
    give(bench, "bridge", FEED)
    yield bench
    bench.close()


@pytest.fixture
def on_wechat(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.store.accounts.upsert([an_account(platform="wechat")], NOW)
    yield bench
    bench.close()


def test_without_further_sources_all_is_as_ever(bench: Bench) -> None:
    bench.visit("two posts")
    (probe,) = told(bench)
    assert probe.source is None
    assert probe.proves_list
    assert bench.store.sources.states("weibo/1001") == {}


def test_a_bridge_is_asked_when_the_page_wants_a_login_and_proves_as_far_as_its_control_account(bridged: Bench) -> None:
    bridged.visit("login, old posts, control")
    assert bridged.visitor.opened[1:] == [FEED, CONTROL]
    (probe,) = told(bridged)
    assert probe.proves_list
    assert probe.source == f"bridge:{FEED}"
    assert probe.at == NOW - 2 * HOUR  # the control account's newest is an hour old, and RSSHub's delay another
    assert probe.newest_post_at == NOW - days(20)


def test_what_the_page_could_not_tell_stays_known_beside_the_proof_of_the_bridge(bridged: Bench) -> None:
    bridged.visit("login, old posts, control")
    states = bridged.store.sources.states("weibo/1001")
    assert states["page"].outcome is Outcome.LOGIN_WALL
    assert states["page"].proved_at is None
    assert states[f"bridge:{FEED}"].proved_at == NOW - 2 * HOUR


def test_a_proof_by_another_source_counts_as_a_good_visit_for_the_schedule(bridged: Bench) -> None:
    for turn in range(4):
        bridged.visit("login, old posts, control", after=DAY if turn else timedelta())
        bridged.clock.now = NOW  # the script's times do not move
        bridged.store.visits.make_all_due(NOW)
    probes = told(bridged)
    assert all(probe.proves_list for probe in probes)


def test_a_frozen_bridge_is_down_and_says_whose_posts_are_missing(bridged: Bench) -> None:
    bridged.visit("login, old posts, control of long ago")
    (probe,) = told(bridged)
    assert not probe.outcome.is_evidence
    assert "桥接 own 停了：对照账号自" in (probe.reason or "")
    state = bridged.store.sources.states("weibo/1001")[f"bridge:{FEED}"]
    assert state.outcome is Outcome.LOGIN_WALL


@pytest.mark.parametrize("control", ["crash", "blocked", "undated", "timeline", "one article", "nothing yet"])
def test_a_control_account_that_cannot_be_read_proves_nothing(bridged: Bench, control: str) -> None:
    bridged.visit(f"login, old posts, {control}")
    assert not any(probe.proves_list for probe in told(bridged))


def test_an_answer_out_of_the_bridges_cache_proves_nothing(bridged: Bench) -> None:
    bridged.visitor.headers = {"rsshub-cache-status": "HIT"}
    bridged.visit("login, old posts, control")
    assert not any(probe.proves_list for probe in told(bridged))


@pytest.mark.parametrize("kind", ["wewe_rss", "wechat2rss", "we_mp_rss"])
def test_a_bridge_that_sees_pushed_articles_only_proves_activity_unless_the_office_answers_for_it(
    tmp_path: Path, kind: str
) -> None:
    for trusted in (False, True):
        settings = BridgeSettings.model_validate(RSSHUB.model_dump() | {"kind": kind, "trusted": trusted})
        (folder := tmp_path / f"{trusted}").mkdir()
        bench = Bench(folder, bridges={"own": settings})
        bench.store.accounts.upsert([an_account()], NOW)
        give(bench, "bridge", FEED)
        bench.visit("login, old posts, control")
        assert [probe.proves_list for probe in told(bench)] == [trusted]
        bench.close()


def test_a_bridge_that_the_settings_do_not_know_proves_activity_only(bench: Bench) -> None:
    give(bench, "bridge", FEED)
    bench.visit("login, two posts")
    events = bench.published()
    assert posts_of(events) == ["pinned", "new"]
    (probe,) = [event for event in events if isinstance(event, Probe)]
    assert probe.source is None
    assert not probe.outcome.is_evidence
    assert bench.store.sources.states("weibo/1001")[f"bridge:{FEED}"].proved_at is None


def test_a_list_that_lacks_what_another_source_has_shown_proves_no_silence(bridged: Bench) -> None:
    bridged.visit("two posts, old posts, control")
    assert [probe.proves_list for probe in told(bridged)] == [True]
    bridged.store.visits.make_all_due(NOW)
    bridged.visit("login, old posts", after=timedelta(minutes=10))
    probes = told(bridged)
    assert not any(probe.proves_list for probe in probes)
    state = bridged.store.sources.states("weibo/1001")[f"bridge:{FEED}"]
    assert "与其他来源不一致" in (state.reason or "")


def test_undated_items_of_a_bridge_prove_no_silence(bridged: Bench) -> None:
    bridged.visit("login, undated, control")
    assert not any(probe.proves_list for probe in told(bridged))


def test_articles_and_albums_show_activity_and_are_one_look_with_the_page_to_who_judges(on_wechat: Bench) -> None:
    give(on_wechat, "album", ALBUM, "wechat/1001")
    give(on_wechat, "articles", ARTICLE, "wechat/1001")
    on_wechat.visit("login, two posts, one article")
    events = on_wechat.published()
    assert posts_of(events) == ["pinned", "new", "article"]
    (probe,) = [event for event in events if isinstance(event, Probe)]
    assert probe.outcome is Outcome.LOGIN_WALL
    states = on_wechat.store.sources.states("wechat/1001")
    assert states[f"album:{ALBUM}"].newest_post_at == NOW - days(1)
    assert all(state.proved_at is None for state in states.values())


def test_an_empty_album_and_a_deleted_article_say_nothing_of_the_account(on_wechat: Bench) -> None:
    give(on_wechat, "album", ALBUM, "wechat/1001")
    give(on_wechat, "articles", ARTICLE, "wechat/1001")
    on_wechat.visit("login, nothing yet, article gone, article gone")
    (probe,) = told(on_wechat)
    assert probe.outcome is Outcome.LOGIN_WALL
    assert all(not one.outcome.is_evidence for one in on_wechat.store.sources.states("wechat/1001").values())


def test_an_article_is_asked_for_without_a_browser(on_wechat: Bench) -> None:
    give(on_wechat, "articles", ARTICLE, "wechat/1001")
    on_wechat.visit("login, one article")
    assert posts_of(on_wechat.published()) == ["article"]
    assert [page for page, _ in on_wechat.visitor.asked[1:]] == [""]


@pytest.mark.parametrize("wall", ["blocked", "login", "article gone"])
def test_where_the_plain_answer_shows_no_article_the_browser_opens_it_once(on_wechat: Bench, wall: str) -> None:
    give(on_wechat, "articles", ARTICLE, "wechat/1001")
    on_wechat.visit(f"login, {wall}, one article")
    assert posts_of(on_wechat.published()) == ["article"]
    assert [page != "" for page, _ in on_wechat.visitor.asked[1:]] == [False, True]
    on_wechat.visit(f"login, {wall}, {wall}", after=DAY)
    assert [page != "" for page, _ in on_wechat.visitor.asked[4:]] == [False, True]


def test_who_does_not_answer_or_asks_us_to_slow_down_is_not_asked_again_by_browser(on_wechat: Bench) -> None:
    give(on_wechat, "articles", ARTICLE, "wechat/1001")
    on_wechat.visit("login, crash")
    on_wechat.visitor.status = 429
    on_wechat.visit("login, blocked", after=DAY)
    assert len(on_wechat.visitor.asked) == 4


def test_of_many_articles_one_is_asked_at_a_time_each_in_its_turn(on_wechat: Bench) -> None:
    for end in "abc":
        give(on_wechat, "articles", ARTICLE + end, "wechat/1001")
    for _ in range(3):
        on_wechat.visit("login, one article", after=DAY)
    states = on_wechat.store.sources.states("wechat/1001")
    assert {states[f"articles:{ARTICLE}{end}"].looked_at for end in "abc"} == {NOW + turn * DAY for turn in (1, 2, 3)}


def test_a_platform_that_refuses_us_is_asked_for_nothing_else(on_wechat: Bench) -> None:
    give(on_wechat, "album", ALBUM, "wechat/1001")
    on_wechat.visit("blocked")
    assert len(on_wechat.visitor.opened) == 1


def test_an_account_that_is_gone_is_not_kept_alive_by_old_copies(bridged: Bench) -> None:
    bridged.visit("gone, gone")
    (probe,) = told(bridged)
    assert probe.outcome is Outcome.GONE


def test_a_source_that_is_not_needed_is_compared_once_a_day_and_its_failure_is_kept_to_ourselves(
    bridged: Bench,
) -> None:
    bridged.visit("two posts, blocked")
    assert [probe.outcome for probe in told(bridged)] == [Outcome.OK]
    assert bridged.store.sources.states("weibo/1001")[f"bridge:{FEED}"].outcome is Outcome.BLOCKED
    bridged.store.visits.make_all_due(NOW)
    bridged.visit("two posts", after=HOUR)
    assert [probe.proves_list for probe in told(bridged)] == [True]


def test_what_another_source_shows_again_does_not_overwrite_what_the_page_told(bridged: Bench) -> None:
    bridged.visit("one changed, two posts, control")
    assert posts_of(bridged.published()) == ["pinned", "new", "pinned", "new"]
    bridged.store.visits.make_all_due(NOW)
    bridged.visit("login, two posts", after=DAY)
    assert posts_of(bridged.published()) == []


def test_a_bridges_host_keeps_its_own_pace_and_its_own_pause(bridged: Bench) -> None:
    bridged.visit("login, blocked")
    bridged.store.visits.make_all_due(bridged.clock.now + DAY)
    bridged.visit("login", after=timedelta(minutes=30))
    assert bridged.visitor.opened.count(FEED) == 1


def test_a_feed_of_the_ledger_that_lies_on_a_bridge_is_held_to_its_control_account(tmp_path: Path) -> None:
    bench = Bench(tmp_path, bridges={"own": RSSHUB})
    feed = Account(platform="feed", id="f", name="青禾", unit="青禾", url=FEED)
    bench.store.accounts.upsert([feed], NOW)
    bench.visit("old posts, control of long ago")
    bench.store.visits.make_all_due(NOW)
    bench.visit("old posts, control", after=timedelta(minutes=20))
    down, proved = told(bench)
    assert down.outcome is Outcome.LOGIN_WALL
    assert proved.proves_list
    assert proved.at < NOW
    bench.close()


def test_a_feed_of_any_other_site_stays_as_it_was(tmp_path: Path) -> None:
    bench = Bench(tmp_path, bridges={"own": RSSHUB})
    feed = Account(platform="feed", id="f", name="青禾", unit="青禾", url="https://www.qinghe.example/rss.xml")
    bench.store.accounts.upsert([feed], NOW)
    bench.visit("old posts")
    (probe,) = told(bench)
    assert probe.proves_list
    assert probe.at == NOW
    bench.close()


def test_no_pair_of_failures_ever_proves_a_list(tmp_path: Path) -> None:
    words = ("login", "blocked", "crash", "timeline", "comments only", "poison", "undated", "one article")
    for place, pair in enumerate((one, other) for one in ("login", "poison") for other in words):
        (folder := tmp_path / str(place)).mkdir()
        bench = Bench(folder, bridges={"own": RSSHUB})
        bench.store.accounts.upsert([an_account()], NOW)
        give(bench, "bridge", FEED)
        bench.visit(", ".join((*pair, "control")))
        assert not any(probe.outcome.is_evidence and probe.covers is Coverage.LIST for probe in told(bench)), pair
        bench.close()


def test_what_the_ledgers_column_names_is_asked_by_its_address(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store.accounts.upsert([an_account(platform="wechat", other_sources=(ALBUM, ARTICLE, FEED))], NOW)
    bench.visit("login, two posts, one article, two posts")
    states = bench.store.sources.states("wechat/1001")
    assert set(states) == {"page", f"album:{ALBUM}", f"articles:{ARTICLE}", f"bridge:{FEED}"}
    assert not any(probe.proves_list for probe in told(bench))
    bench.close()
