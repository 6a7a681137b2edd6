"""`xunjian simulate schedule`: posting timelines played against the collector's schedule."""

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from shared.errors import InputError
from tests.builders import NOW, days
from tests.paths import ROOT
from tests.xunjian.simulating import simulate as run
from xunjian.schedule.play import Rules, outcome_of, play
from xunjian.schedule.timelines import Timeline, saved

FEEDS = ROOT.parent / "shared/captures/feeds"
DAILY = Timeline("daily", tuple(NOW - days(n) for n in range(40, 0, -1)), NOW)
SILENT = Timeline("silent", (NOW - days(40), NOW - days(39)), NOW)


simulate = partial(run, "schedule")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> str:
    rows = [f"weibo/1001,{push.isoformat()}" for push in DAILY.pushes]
    (tmp_path / "posts.csv").write_text("key,published_at\n" + "\n".join(rows), encoding="utf-8")
    return str(tmp_path / "posts.csv")


def test_the_same_seed_says_the_same(table: str) -> None:
    said = simulate(table, "--seed", "7")
    assert said == simulate(table, "--seed", "7")
    assert said != simulate(table, "--seed", "8")
    assert "固定间隔要同样快" in said
    assert "新浪微博：间隔 6 秒" in said


def test_a_slower_pace_in_the_settings_serves_fewer_accounts(table: str, tmp_path: Path) -> None:
    (tmp_path / "xunjian.yaml").write_text("platforms: {wechat: {min_interval_seconds: 60}}\n")
    assert "微信公众号：间隔 60 秒" in simulate(table)


def test_every_push_of_the_second_half_is_seen_once() -> None:
    played = play(DAILY, Rules(failing=0.2), random.Random(1))
    assert len(played.delays) == len(DAILY.pushes) - len(DAILY.pushes) // 2
    assert min(played.delays) >= 0


def test_every_line_of_a_silent_account_is_looked_at_within_the_hour() -> None:
    outcome = outcome_of([DAILY, SILENT], Rules())
    assert outcome is not None
    assert outcome.lines == 5 * Rules().rounds
    assert outcome.latest_warning < 60


def test_an_account_of_one_habit_is_seen_sooner_than_by_a_fixed_interval() -> None:
    outcome = outcome_of([DAILY], Rules())
    assert outcome is not None
    assert outcome.fixed_looks_per_day > 1.5 * outcome.looks_per_day


def test_a_feed_is_watched_until_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "one.xml"
    item = "<item><title>公告</title><link>https://x.gov.cn/1</link><pubDate>{}</pubDate></item>"
    items = "".join(item.format(f"{day} Jun 2021 09:00:00 +0800") for day in ("3", "2", "1"))
    made = "<pubDate>Thu, 17 Jun 2021 13:21:54 +0800</pubDate>"
    file.write_text(f'<rss version="2.0"><channel><title>青禾</title>{made}{items}</channel></rss>', encoding="utf-8")
    (timeline,) = saved([tmp_path])
    assert timeline.until == datetime(2021, 6, 17, 5, 21, 54, tzinfo=UTC)
    assert timeline.pushes[-1] - timeline.pushes[0] == timedelta(days=2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "第一行须有 key 和 published_at"),
        ("key,published_at\nweibo/1,昨天吧\n", "时间认不出"),
        ("key,published_at\nweibo/1,2026-11-21 08:30\n", "太少"),
    ],
)
def test_a_table_that_cannot_be_played_is_refused_saying_what_to_do(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        simulate(str(tmp_path / "posts.csv"))


def test_without_a_store_it_says_what_to_run() -> None:
    with pytest.raises(InputError, match="还没有数据"):
        simulate("--config", str(_settings()))


def _settings() -> Path:
    file = Path("xunjian.yaml")
    file.write_text("data_dir: nothing\n", encoding="utf-8")
    return file


@pytest.mark.skipif(not FEEDS.is_dir(), reason="needs ../shared/captures/feeds")
def test_on_saved_feeds_no_warning_is_an_hour_late_and_looks_are_fewer() -> None:
    outcome = outcome_of(saved([FEEDS]), Rules(rounds=1))
    assert outcome is not None
    assert outcome.latest_warning <= 60
    assert outcome.fixed_looks_per_day > 1.5 * outcome.looks_per_day
    assert outcome.delay_95 <= 2.2 * outcome.fixed_delay_95
