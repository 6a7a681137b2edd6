"""Lives of logins: begun once, ended by the platform's word, told before and after."""

from datetime import timedelta

from services.collector.sessions.session import Session
from services.collector.sessions.turns import ASK_AGAIN_AFTER, HOLD, LOOK_AGAIN_EVERY
from shared.session_life import EXPIRED, REPLACED, usual_length
from tests.builders import NOW
from tests.collector.sessions.turning import ASK_EVERY, WEEK, Bench


def test_an_end_is_told_once_after_the_platform_said_so_twice(bench: Bench) -> None:
    bench.log_in()
    bench.take()
    bench.platform.says["default"] = False
    bench.clock.wait(ASK_EVERY)
    assert bench.take() is None
    assert bench.told() == []
    assert len(bench.platform.asked) == 2
    bench.clock.wait(ASK_AGAIN_AFTER)
    assert bench.take() is None
    (notice,) = bench.told()
    assert notice.subject == "weibo/default"
    assert "登录已失效" in notice.text
    assert "xunjian login weibo --name default" in notice.text
    for _ in range(5):
        bench.clock.wait(ASK_EVERY)
        assert bench.take() is None
    assert bench.take(bench.collector("another")) is None
    assert bench.told() == []
    assert len(bench.platform.asked) == 3, "of a login that ended nobody asks"
    (life,) = bench.store.session_lives.of("weibo")
    assert (life.since, life.proved_at, life.ended_at, life.why) == (
        NOW,
        NOW,
        NOW + ASK_EVERY + ASK_AGAIN_AFTER,
        EXPIRED,
    )


def test_a_bad_minute_of_the_platform_ends_no_login(bench: Bench) -> None:
    bench.log_in()
    bench.platform.says["default"] = False
    assert bench.take() is None
    bench.platform.says["default"] = True
    bench.clock.wait(ASK_AGAIN_AFTER)
    assert bench.take() == "default"
    assert bench.told() == []


def test_a_new_login_begins_a_new_life_and_may_end_again(bench: Bench) -> None:
    bench.log_in()
    bench.platform.says["default"] = False
    bench.take()
    bench.clock.wait(ASK_AGAIN_AFTER)
    bench.take()
    bench.told()
    bench.clock.wait(ASK_EVERY)
    bench.log_in()
    bench.platform.says["default"] = True
    assert bench.take() == "default"
    bench.platform.says["default"] = False
    for _ in range(2):
        bench.clock.wait(ASK_EVERY)
        bench.take()
    assert ["已失效" in notice.text for notice in bench.told()] == [True]
    assert len(bench.store.session_lives.of("weibo")) == 2


def test_a_login_that_was_renewed_in_time_ends_as_replaced(light: Bench) -> None:
    light.log_in()
    light.take()
    light.clock.wait(WEEK / 2)
    light.log_in()
    light.take()
    new, old = light.store.session_lives.of("weibo", "default")
    assert (new.ended_at, old.why) == (None, REPLACED)


def test_an_end_that_is_known_is_told_before_it_comes_and_once(bench: Bench) -> None:
    bench.log_in()
    bench.take()
    assert bench.told() == []
    bench.clock.wait(WEEK - timedelta(hours=23))
    bench.take()
    (notice,) = bench.told()
    assert "预计2026-11-28 12:00前后失效" in notice.text
    bench.clock.wait(ASK_EVERY)
    bench.take()
    bench.turns = bench.collector("after a restart")
    bench.clock.wait(HOLD)
    bench.take()
    assert bench.told() == []


def test_cookies_that_end_sooner_are_believed(light: Bench) -> None:
    light.log_in(cookies=[{"name": "ALF", "expires": (NOW + timedelta(hours=20)).timestamp()}])
    light.take()
    assert "2026-11-22 08:00" in light.told()[0].text


def test_our_own_shortest_life_is_what_is_expected_next(light: Bench) -> None:
    light.log_in()
    light.take()
    light.clock.wait(timedelta(days=2))
    light.take()
    light.platform.says["default"] = False
    for _ in range(2):
        light.clock.wait(ASK_EVERY)
        light.take()
    light.told()
    light.platform.says["default"] = True
    light.log_in()
    light.take()
    assert light.told() == []
    light.clock.wait(timedelta(days=1, minutes=1))
    light.take()
    assert "预计" in light.told()[0].text


def test_a_login_saved_by_a_clock_ahead_has_one_life_whoever_starts_anew(bench: Bench) -> None:
    ahead = NOW + 2 * WEEK
    bench.sessions.save(Session("weibo", "default", ahead, {"cookies": []}))
    bench.take()
    for owner in ("two", "three"):
        bench.turns.close()
        bench.clock.wait(timedelta(minutes=6))
        bench.turns = bench.collector(owner)
        bench.take()
    (life,) = bench.store.session_lives.of("weibo")
    assert (life.since, life.length, life.ended_at) == (ahead, timedelta(), None)
    assert bench.platform.asked == ["default"]


def test_one_that_ended_stays_ended_though_its_clock_was_ahead(light: Bench) -> None:
    light.sessions.save(Session("weibo", "default", NOW + 2 * WEEK, {"cookies": []}))
    light.platform.says["default"] = False
    light.take()
    light.clock.wait(ASK_AGAIN_AFTER)
    light.take()
    light.turns.close()
    light.turns = light.collector("two")
    light.clock.wait(ASK_AGAIN_AFTER)
    assert light.take() is None
    (life,) = light.store.session_lives.of("weibo")
    assert life.why == EXPIRED
    assert len(light.platform.asked) == 2
    assert usual_length([life], WEEK) == WEEK


def test_a_login_by_a_right_clock_takes_the_place_of_one_by_a_clock_ahead(light: Bench) -> None:
    light.sessions.save(Session("weibo", "default", NOW + 2 * WEEK, {"cookies": []}))
    light.take()
    light.clock.wait(LOOK_AGAIN_EVERY)
    light.log_in()
    assert light.take() == "default"
    ahead, right = light.store.session_lives.of("weibo")
    assert (ahead.why, right.why) == (REPLACED, None)
