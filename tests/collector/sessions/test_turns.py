"""Logins taken in turn: asked for before they are used, told when they end, never in two browsers."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.collector.capture import Capture, Captured, Plan
from services.collector.logins.base import Login
from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import Session, SessionFileError
from services.collector.sessions.turns import ASK_AGAIN_AFTER, HOLD, LOOK_AGAIN_EVERY, Turns
from shared.delivery import Notice
from shared.events import Outcome
from shared.plugins import discover
from shared.session_life import EXPIRED, REPLACED
from shared.storage.store import Store, open_store
from tests.builders import NOW
from tests.collector.sessions.test_folder import KEY

LOGINS = {name: kind() for name, kind in discover("services.collector.logins", Login).items()}
ASK_EVERY = Login.ask_every
WEEK = timedelta(days=7)


class Platform:
    """Answers for a browser whether a login is one."""

    def __init__(self, clock: "Clock") -> None:
        self.says: dict[str, Any] = {}
        self.asked: list[str] = []
        self.session: Session | None = None
        self.renewed: dict[str, Any] | None = None
        self._clock = clock

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        assert self.session is not None
        self.asked.append(self.session.name)
        said = self.says.get(self.session.name, True)
        if said is None:
            return Captured(failure=Outcome.TIMEOUT, reason="页面打开超时")
        body = json.dumps({"ok": 1, "data": {"login": said}}).encode()
        return Captured(captures=(Capture(url=plan.page, status=200, body=body, at=self._clock()),))

    def attend(self, platform: str, session: Session | None) -> None:
        self.session = session

    def state(self, platform: str) -> dict[str, Any] | None:
        return self.renewed


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, time: timedelta) -> None:
        self.now += time


class Bench:
    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.clock = Clock()
        self.platform = Platform(self.clock)
        self.sessions = SessionFolder(folder, Seal(KEY))
        self.turns = self.collector("one")

    def collector(self, owner: str) -> Turns:
        return Turns(
            sessions=self.sessions,
            logins=LOGINS,
            lives=self.store.session_lives,
            notices=self.store.notices,
            opener=self.platform,
            clock=self.clock,
            owner=owner,
        )

    def log_in(self, name: str = "default", **state: Any) -> None:
        self.sessions.save(Session("weibo", name, self.clock(), {"cookies": [], **state}))

    def take(self, turns: Turns | None = None) -> str | None:
        turn = (turns or self.turns).take("weibo", lambda: None)
        assert (turn and turn.session.name) == (self.platform.session and self.platform.session.name)
        return turn.named if turn else None

    def told(self) -> list[Notice]:
        claimed = self.store.notices.claim(self.clock(), HOLD, "test", "")
        self.store.notices.record_told(claimed, self.clock())
        return claimed


@pytest.fixture
def bench(each_store: Store, tmp_path: Path) -> Bench:
    return Bench(each_store, tmp_path / "sessions")


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Bench]:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield Bench(store, tmp_path / "sessions")
    store.close()


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
    assert LOGINS["douyin"].ask_every < Login.ask_every / 10
