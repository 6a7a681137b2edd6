"""The gauges of logins: when the newest was saved, and when the last of a platform ends."""

from datetime import timedelta
from pathlib import Path

from services.collector.sessions.shown import shown
from shared.runtime.metrics import Answer, Metrics
from tests.builders import NOW
from tests.collector.sessions.turning import ASK_EVERY, Bench

DAY = timedelta(days=1)


def gauges(bench: Bench) -> tuple[dict[str, float], dict[str, float]]:
    metrics = Metrics()
    told: Answer = shown(metrics, bench.sessions, bench.store.session_lives, ("weibo", "douyin"))
    saved, ends = told[metrics.session_saved], told[metrics.session_expires]
    return {of[0]: value for of, value in saved.items()}, {of[0]: value for of, value in ends.items()}


def ending(after: timedelta) -> list[dict[str, object]]:
    return [{"name": "ALF", "value": "x", "expires": (NOW + after).timestamp()}]


def test_a_platform_is_blind_when_its_last_login_ends(light: Bench) -> None:
    light.log_in("a", cookies=ending(2 * DAY))
    light.clock.wait(DAY)
    light.log_in("b", cookies=ending(9 * DAY))
    saved, ends = gauges(light)
    assert saved == {"weibo": (NOW + DAY).timestamp()}
    assert ends == {"weibo": (NOW + 9 * DAY).timestamp()}


def test_a_login_that_the_platform_took_no_longer_ended_then_whatever_its_cookies_say(light: Bench) -> None:
    light.log_in("a", cookies=ending(9 * DAY))
    light.platform.says["a"] = False
    for _ in range(2):
        light.take()
        light.clock.wait(ASK_EVERY)
    (life,) = light.store.session_lives.of("weibo")
    assert life.ended_at is not None
    assert gauges(light)[1] == {"weibo": life.ended_at.timestamp()}


def test_one_that_cannot_be_read_is_left_to_the_doctor(light: Bench, tmp_path: Path) -> None:
    light.log_in("a", cookies=ending(DAY))
    (tmp_path / "sessions/weibo/a.session").write_bytes(b"broken")
    assert gauges(light) == ({}, {})


def test_where_no_folder_is_set_there_are_none(light: Bench) -> None:
    metrics = Metrics()
    told = shown(metrics, None, light.store.session_lives, ("weibo",))
    assert [dict(values) for values in told.values()] == [{}, {}]
