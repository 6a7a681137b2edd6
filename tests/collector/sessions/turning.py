"""One collector's turns over a folder of logins, and a platform that says what each is worth."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.collector.capture import Capture, Captured, Plan
from services.collector.logins.base import Login
from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import Session
from services.collector.sessions.turns import HOLD, Turns
from shared.delivery import Notice
from shared.events import Outcome
from shared.plugins import discover
from shared.storage.store import Store
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
        body = json.dumps({"ok": 1, "data": {"login": said, "user_id": 7 if said else 0}}).encode()
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

    def log_in(self, name: str = "default", platform: str = "weibo", **state: Any) -> None:
        self.sessions.save(Session(platform, name, self.clock(), {"cookies": [], **state}))

    def take(self, turns: Turns | None = None, platform: str = "weibo") -> str | None:
        turn = (turns or self.turns).take(platform, lambda: None)
        assert (turn and turn.session.name) == (self.platform.session and self.platform.session.name)
        return turn.named if turn else None

    def told(self) -> list[Notice]:
        claimed = self.store.notices.claim(self.clock(), HOLD, "test", "")
        self.store.notices.record_told(claimed, self.clock())
        return claimed
