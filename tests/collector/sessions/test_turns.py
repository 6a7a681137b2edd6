"""Logins taken in turn: asked for before they are used, never in two browsers."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.collector.sessions.session import SessionFileError
from services.collector.sessions.turns import HOLD, LOOK_AGAIN_EVERY
from shared.events import Outcome
from tests.builders import NOW
from tests.collector.sessions.turning import ASK_EVERY, LOGINS, WEEK, Bench


def test_where_nobody_logged_in_the_public_looks(bench: Bench) -> None:
    assert bench.take() is None
    assert bench.platform.asked == []


def test_the_platform_is_asked_before_a_round_and_not_before_each_look(bench: Bench) -> None:
    bench.log_in()
    assert [bench.take(), bench.take()] == ["default", "default"]
    assert bench.platform.asked == ["default"]
    bench.clock.wait(ASK_EVERY)
    bench.take()
    assert bench.platform.asked == ["default", "default"]


def test_several_are_taken_in_turn(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        bench.log_in(name)
    assert [bench.take() for _ in range(7)] == ["a", "b", "c", "a", "b", "c", "a"]


def test_one_that_joins_is_next_and_one_that_is_removed_is_not_used(light: Bench) -> None:
    light.log_in("a")
    light.take()
    light.log_in("b")
    light.clock.wait(LOOK_AGAIN_EVERY)
    assert [light.take(), light.take()] == ["b", "a"]
    light.sessions.remove("weibo", "b")
    light.clock.wait(LOOK_AGAIN_EVERY)
    assert [light.take(), light.take()] == ["a", "a"]


def test_what_the_platform_does_not_answer_is_neither_in_nor_out(bench: Bench) -> None:
    bench.log_in()
    bench.platform.says["default"] = None
    assert bench.take() == "default?"
    assert bench.told() == []
    bench.clock.wait(ASK_EVERY)
    bench.platform.says["default"] = True
    assert bench.take() == "default"


def test_a_wall_has_the_platform_asked_at_once(bench: Bench) -> None:
    bench.log_in("a")
    bench.log_in("b")
    turn = bench.turns.take("weibo", lambda: None)
    assert turn is not None
    assert not bench.turns.is_over(turn, lambda: None), "the platform says that we are logged in"
    bench.platform.says["a"] = False
    assert bench.turns.is_over(turn, lambda: None)
    assert [bench.take(), bench.take()] == ["b", "b"]


def test_a_refused_login_rests_longer_each_time_and_the_others_go_on(bench: Bench) -> None:
    bench.log_in("a")
    bench.log_in("b")
    turn = bench.turns.take("weibo", lambda: None)
    assert turn is not None
    bench.turns.note(turn, Outcome.BLOCKED, 0)
    assert [bench.take(), bench.take()] == ["b", "b"]
    bench.clock.wait(timedelta(seconds=900))
    assert "a" in (bench.take(), bench.take())
    bench.turns.note(turn, Outcome.BLOCKED, 0)
    bench.clock.wait(timedelta(seconds=900))
    assert [bench.take(), bench.take()] == ["b", "b"]
    bench.clock.wait(timedelta(seconds=900))
    assert "a" in (bench.take(), bench.take())


def test_a_rest_outlives_the_collector(light: Bench) -> None:
    light.log_in()
    turn = light.turns.take("weibo", lambda: None)
    assert turn is not None
    light.turns.note(turn, Outcome.BLOCKED, 7200)
    light.turns.close()
    light.turns = light.collector("after a restart")
    light.clock.wait(timedelta(seconds=7199))
    assert light.take() is None
    light.clock.wait(timedelta(seconds=1))
    assert light.take() == "default"


def test_no_login_is_in_two_browsers(bench: Bench) -> None:
    bench.log_in("a")
    other = bench.collector("two")
    assert bench.take() == "a"
    assert bench.take(other) is None
    bench.log_in("b")
    bench.clock.wait(LOOK_AGAIN_EVERY)
    assert bench.take(other) == "b"
    assert [bench.take(), bench.take()] == ["a", "a"]
    bench.turns.close()
    bench.clock.wait(LOOK_AGAIN_EVERY)
    assert {bench.take(other), bench.take(other)} == {"a", "b"}


def test_who_died_holds_a_login_for_minutes_only(bench: Bench) -> None:
    bench.log_in()
    bench.take()
    other = bench.collector("two")
    bench.clock.wait(HOLD)
    assert bench.take(other) == "default"
    assert bench.take() is None


def test_what_the_platform_renewed_is_saved(light: Bench) -> None:
    light.log_in()
    light.platform.renewed = {"cookies": [{"name": "SUB", "value": "renewed"}]}
    light.take()
    found = light.sessions.find("weibo")
    assert found is not None
    assert (found.saved_at, found.state) == (NOW, light.platform.renewed)
    light.clock.wait(LOOK_AGAIN_EVERY)
    assert light.take() == "default"
    assert len(light.store.session_lives.of("weibo")) == 1


def test_one_that_cannot_be_read_is_told_and_the_others_look(light: Bench, tmp_path: Path) -> None:
    light.log_in("a")
    light.log_in("b")
    file = tmp_path / "sessions/weibo/a.session"
    file.write_bytes(file.read_bytes()[:-1])
    assert [light.take(), light.take()] == ["b", "b"]
    (notice,) = light.told()
    assert "a.session" in notice.text
    light.log_in("a")
    light.clock.wait(LOOK_AGAIN_EVERY)
    assert light.take() == "a"


def test_where_none_can_be_read_nobody_looks_as_somebody_else(light: Bench, tmp_path: Path) -> None:
    light.log_in()
    file = tmp_path / "sessions/weibo/default.session"
    file.chmod(0o644)
    for _ in range(2):
        with pytest.raises(SessionFileError, match="chmod 600"):
            light.turns.take("weibo", lambda: None)
    file.chmod(0o600)
    light.clock.wait(LOOK_AGAIN_EVERY)
    assert light.take() == "default"


def test_a_clock_that_was_set_back_asks_again(light: Bench) -> None:
    light.log_in()
    light.clock.wait(WEEK)
    light.take()
    light.clock.now = NOW
    assert light.take() == "default"
    assert len(light.platform.asked) == 2


def test_where_a_login_that_has_ended_shows_less_and_no_wall_the_platform_is_asked_often(light: Bench) -> None:
    for platform in ("douyin", "weibo"):
        light.platform.asked.clear()
        light.log_in(platform=platform)
        for _ in range(3):
            assert light.take(platform=platform) == "default"
            light.clock.wait(LOGINS["douyin"].ask_every)
        assert len(light.platform.asked) == {"douyin": 3, "weibo": 1}[platform]
