"""Looks of a collector that is logged in: each says as whom it saw, and a login that ends accuses nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.collector.capture import Capture, Captured, Plan
from services.collector.logins.base import Login
from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import Session
from services.collector.sessions.turns import Turns
from shared.events import Outcome, Probe
from shared.plugins import discover
from tests.builders import an_account
from tests.collector.collecting import Bench, ScriptedVisitor
from tests.collector.sessions.test_folder import KEY

ASKED = "https://m.weibo.cn/api/config"


class LoggedInVisitor(ScriptedVisitor):
    """As the scripted one; asked for a proof it says what each login is worth. `seen`: as whom each look was made."""

    says: dict[str, bool | None]
    seen: list[str | None]
    session: Session | None = None

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        name = self.session.name if self.session else None
        if plan.page != ASKED:
            self.seen.append(name)
            return super().visit(platform, plan, hosts, full)
        said = self.says.get(name or "", True)
        body = json.dumps({"ok": 1, "data": {"login": said}}).encode()
        return Captured(captures=(Capture(url=ASKED, status=200, body=body, at=self.clock()),))

    def attend(self, platform: str, session: Session | None) -> None:
        self.session = session

    def state(self, platform: str) -> dict[str, Any] | None:
        return None


class LoggedIn:
    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.visitor = LoggedInVisitor(self.bench.clock)
        self.visitor.says, self.visitor.seen = {}, []
        self.bench.visitor = self.visitor
        self.sessions = SessionFolder(folder / "sessions", Seal(KEY))
        turns = Turns(
            sessions=self.sessions,
            logins={name: kind() for name, kind in discover("services.collector.logins", Login).items()},
            lives=self.bench.store.session_lives,
            notices=self.bench.store.notices,
            opener=self.visitor,
            clock=self.bench.clock,
            owner="test",
        )
        self.bench.put_in(self.visitor, {}, turns)
        self.bench.store.accounts.upsert([an_account()], self.bench.clock())

    def log_in(self, name: str) -> None:
        self.sessions.save(Session("weibo", name, self.bench.clock(), {"cookies": []}))

    def look(self, script: str, after: timedelta = timedelta(hours=13)) -> Probe:
        self.bench.store.visits.make_all_due(self.bench.clock() + after)
        assert self.bench.visit(script, after)
        return [event for event in self.bench.published() if isinstance(event, Probe)][-1]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[LoggedIn]:
    place = LoggedIn(tmp_path)
    yield place
    place.bench.store.close()


def test_a_look_says_as_whom_it_saw(place: LoggedIn) -> None:
    assert place.look("old posts").session is None
    place.log_in("duty-phone")
    assert place.look("old posts").session == "duty-phone"
    place.visitor.says["duty-phone"] = None
    assert place.look("old posts").session == "duty-phone?"


def test_a_login_that_ends_in_mid_round_is_asked_of_the_platform_and_the_public_looks(place: LoggedIn) -> None:
    place.log_in("a")
    assert place.look("old posts").session == "a"
    place.visitor.says["a"] = False
    probe = place.look("login, old posts", after=timedelta(minutes=20))
    assert (probe.outcome, probe.session) == (Outcome.OK, None)
    assert place.visitor.seen == ["a", "a", None]


def test_another_login_looks_where_one_has_ended(place: LoggedIn) -> None:
    place.log_in("a")
    place.log_in("b")
    minutes = timedelta(minutes=10)
    assert [place.look("old posts", minutes).session for _ in range(2)] == ["a", "b"]
    place.visitor.says["a"] = False
    probe = place.look("login, old posts", minutes)
    assert (probe.outcome, probe.session) == (Outcome.OK, "b")
    assert place.visitor.seen[-2:] == ["a", "b"]


def test_a_wall_for_everybody_is_a_wall_and_no_silence(place: LoggedIn) -> None:
    place.log_in("a")
    place.look("old posts")
    probe = place.look("login", after=timedelta(minutes=20))
    assert (probe.outcome, probe.session) == (Outcome.LOGIN_WALL, "a")
    place.visitor.says["a"] = False
    probe = place.look("login, login")
    assert (probe.outcome, probe.session) == (Outcome.LOGIN_WALL, None)


def test_a_login_that_the_platform_refuses_leaves_the_next_look_to_another(place: LoggedIn) -> None:
    place.log_in("a")
    place.log_in("b")
    place.visitor.wish = None
    assert place.look("blocked").session == "a"
    assert place.look("old posts", timedelta(minutes=14)).session == "b"
    (rests,) = [life for life in place.bench.store.session_lives.of("weibo") if life.blocks]
    assert rests.name == "a"


def test_logins_that_cannot_be_read_are_the_engineers_matter(place: LoggedIn, tmp_path: Path) -> None:
    place.log_in("a")
    (tmp_path / "sessions/weibo/a.session").chmod(0o644)
    probe = place.look("")
    assert probe.outcome is Outcome.CRASH
    assert "chmod 600" in (probe.reason or "")
    assert place.visitor.seen == []
