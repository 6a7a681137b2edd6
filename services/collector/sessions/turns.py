"""Whose login the next look has: each in turn, and none before its platform said that it still is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.collector.capture import Captured, Plan
from services.collector.logins.base import Login
from services.collector.pace import pause_after
from services.collector.sessions.ends import cookies_end
from services.collector.sessions.session import Session, SessionFileError, Sessions
from shared.addresses import host_of
from shared.clock import Clock, chinese_time
from shared.delivery import Notice
from shared.events import Outcome
from shared.session_life import BROKEN, ENDING, EXPIRED, OVER, UNSURE, Life, Proof, end_of, usual_length
from shared.storage.notices import Notices
from shared.storage.session_lives import SessionLives

log = structlog.get_logger(__name__)

LOOK_AGAIN_EVERY = timedelta(minutes=1)
"""Into the folder: a person may have logged in."""
ASK_AGAIN_AFTER = timedelta(minutes=5)
"""A platform that says once that we are not logged in may have a bad minute; twice, and a person is called."""
HOLD = timedelta(minutes=10)
WARN_BEFORE = timedelta(days=1)
COOL_DOWN_SECONDS = 900.0


class Opener(Protocol):
    """What Turns needs of the browser."""

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured: ...

    def attend(self, platform: str, session: Session | None) -> None:
        """As whom the platform is looked at from now on; null: as the public sees it."""

    def state(self, platform: str) -> dict[str, Any] | None:
        """The storage state as the platform has renewed it; null where no page is open."""


@dataclass(frozen=True)
class Turn:
    """A login that is ours for this look."""

    session: Session
    life: Life

    @property
    def named(self) -> str:
        """For the probe: as whom the account was seen."""
        return self.session.name + ("" if self.life.proof is Proof.IN else UNSURE)


class Turns:
    """One thread uses it. Where nobody has logged in it costs nothing."""

    def __init__(
        self,
        *,
        sessions: Sessions | None,
        logins: Mapping[str, Login],
        lives: SessionLives,
        notices: Notices,
        opener: Opener,
        clock: Clock,
        owner: str,
    ) -> None:
        self._sessions = sessions
        self._logins = logins
        self._lives = lives
        self._notices = notices
        self._opener = opener
        self._clock = clock
        self._owner = owner
        self._looked_at: dict[str, datetime] = {}
        self._turns: dict[str, list[Turn]] = {}
        self._broken: dict[tuple[str, str], SessionFileError] = {}
        self._held_until: dict[str, datetime] = {}
        self._not_mine: dict[str, datetime] = {}

    def take(self, platform: str, renew: Callable[[], None]) -> Turn | None:
        """The login that looked longest ago, which from now on the browser has; null: look as the public sees it.

        `renew`: called before the platform is asked. Raises SessionFileError where logins are kept and none can be
        read; TransientError.
        """
        if self._sessions is None:
            return None
        self._look_into_folder(self._sessions, platform)
        for turn in list(self._turns.get(platform, ())):
            taken = self._held(turn)
            if taken and self._is_to_ask(taken.life, self._logins.get(platform)):
                renew()
                taken = self._asked(taken)
            if taken and self._is_free(taken.life):
                self._turns[platform].remove(self._current(taken))
                self._turns[platform].append(taken)
                self._opener.attend(platform, taken.session)
                return taken
        self._opener.attend(platform, None)
        broken = [error for (of, _), error in self._broken.items() if of == platform]
        if broken and not self._turns.get(platform):
            raise broken[0]
        return None

    def is_over(self, turn: Turn, renew: Callable[[], None]) -> bool:
        """A look met a wall: the platform is asked at once, and True when it says that we are not logged in."""
        renew()
        return self._asked(turn).life.proof is Proof.OUT

    def note(self, turn: Turn, outcome: Outcome, wish_seconds: float) -> None:
        """A refused login rests for itself, longer each time."""
        life = self._current(turn).life
        if outcome is Outcome.BLOCKED:
            pause = pause_after(life.blocks + 1, COOL_DOWN_SECONDS, wish_seconds)
            self._keep(turn, life.model_copy(update={"blocks": life.blocks + 1, "free_at": self._clock() + pause}))
        elif life.blocks and outcome.is_evidence:
            self._keep(turn, life.model_copy(update={"blocks": 0}))

    def close(self) -> None:
        """Others may have them. Raises TransientError."""
        if self._held_until:
            self._held_until.clear()
            self._lives.free([self._owner])

    def _look_into_folder(self, sessions: Sessions, platform: str) -> None:
        now = self._clock()
        last = self._looked_at.get(platform)
        if last is not None and last <= now < last + LOOK_AGAIN_EVERY:
            return
        self._looked_at[platform] = now
        before = {turn.session.name: turn for turn in self._turns.get(platform, ())}
        names = sessions.names(platform)
        for gone in [key for key in self._broken if key[0] == platform and key[1] not in names]:
            del self._broken[gone]
            self._notices.withdraw(BROKEN, "/".join(gone))
        found = [session for name in names if (session := self._read(sessions, platform, name))]
        turns = [self._known(before.get(session.name), session, now) for session in found]
        order = list(before)
        self._turns[platform] = sorted(
            turns, key=lambda turn: order.index(turn.session.name) if turn.session.name in before else -1
        )

    def _known(self, turn: Turn | None, session: Session, now: datetime) -> Turn:
        return turn if turn and turn.session.saved_at == session.saved_at else self._begun(session, now)

    def _read(self, sessions: Sessions, platform: str, name: str) -> Session | None:
        subject = f"{platform}/{name}"
        try:
            session = sessions.find(platform, name)
        except SessionFileError as error:
            self._broken[platform, name] = error
            self._notices.post(Notice(kind=BROKEN, subject=subject, text=str(error), since=self._clock()))
            return None
        if self._broken.pop((platform, name), None):
            self._notices.withdraw(BROKEN, subject)
        return session

    def _begun(self, session: Session, now: datetime) -> Turn:
        platform, name = session.platform, session.name
        since = min(session.saved_at, now)
        is_new = self._lives.begin(platform, name, since, now)
        life = next(
            (one for one in self._lives.of(platform, name) if one.since == since),
            Life(platform=platform, name=name, since=since),
        )
        for kind in (OVER, ENDING) if is_new else ():
            self._notices.withdraw(kind, life.subject)
        self._held_until.pop(life.subject, None)
        return Turn(session, life)

    def _held(self, turn: Turn) -> Turn | None:
        """Ours, unless another collector has it: one login in two browsers is soon none."""
        if turn.life.ended_at:
            return None
        now, subject = self._clock(), turn.life.subject
        until = self._held_until.get(subject)
        if until is not None and now + HOLD / 2 < until <= now + HOLD:
            return turn
        if (since := self._not_mine.get(subject)) and since <= now < since + LOOK_AGAIN_EVERY:
            return None
        life = self._lives.hold(turn.life, self._owner, now, now + HOLD)
        if life is None:
            self._held_until.pop(subject, None)
            self._not_mine[subject] = now
            return None
        self._held_until[subject] = now + HOLD
        return self._replaced(turn, replace(turn, life=life))

    def _is_to_ask(self, life: Life, login: Login | None) -> bool:
        now = self._clock()
        if life.ended_at or (life.free_at and life.free_at > now):
            return False
        every = ASK_AGAIN_AFTER if life.proof is Proof.OUT else (login or Login).ask_every
        return life.asked_at is None or not life.asked_at <= now < life.asked_at + every

    def _is_free(self, life: Life) -> bool:
        rests = life.free_at is not None and life.free_at > self._clock()
        return life.ended_at is None and life.proof is not Proof.OUT and not rests

    def _asked(self, turn: Turn) -> Turn:
        proof, now = self._proof(turn), self._clock()
        life = turn.life
        told: dict[str, Any] = {"asked_at": now, "proof": proof}
        if proof is Proof.IN:
            told["proved_at"] = now
        elif proof is Proof.OUT and life.proof is Proof.OUT:
            told |= {"ended_at": now, "why": EXPIRED}
        log.info("session_asked", session=life.subject, proof=str(proof))
        asked = self._keep(turn, life.model_copy(update=told))
        if proof is Proof.IN:
            asked = self._refreshed(asked)
        self._tell(asked)
        return asked

    def _proof(self, turn: Turn) -> Proof:
        platform = turn.session.platform
        login = self._logins.get(platform)
        address = login.proof_address(turn.session.address or "") if login else None
        if login is None or address is None:
            return Proof.UNKNOWN
        self._opener.attend(platform, turn.session)
        host = host_of(address) or ""
        captured = self._opener.visit(platform, Plan(page=address), (host,), True)
        at = [capture for capture in captured.captures if host_of(capture.url or "") == host]
        return login.proof(at[0].body) if at and captured.failure is None else Proof.UNKNOWN

    def _refreshed(self, turn: Turn) -> Turn:
        """What the platform renewed meanwhile is kept for the next start."""
        state = self._opener.state(turn.session.platform)
        if state is None or state == turn.session.state or self._sessions is None:
            return turn
        session = replace(turn.session, state=state)
        return self._replaced(turn, replace(turn, session=session)) if self._sessions.refresh(session) else turn

    def _tell(self, turn: Turn) -> None:
        life, platform = turn.life, turn.session.platform
        again = f"请运维人员重新登录：xunjian login {platform} --name {life.name}"
        if life.ended_at:
            text = f"{life.subject} 的登录已失效（{chinese_time(life.ended_at)}平台不再认可），"
            text += f"此后按未登录核查，看不到的记为未能核实。{again}"
            self._notices.withdraw(ENDING, life.subject)
            self._notices.post(Notice(kind=OVER, subject=life.subject, text=text, since=self._clock()))
            return
        login = self._logins.get(platform)
        usual = usual_length(self._lives.of(platform), login.life if login else None)
        end = end_of(life, usual, cookies_end(turn.session.state))
        if end is not None and end - self._clock() <= WARN_BEFORE:
            text = f"{life.subject} 的登录预计{chinese_time(end)}前后失效（{chinese_time(life.since)}登录）。{again}"
            self._notices.post(Notice(kind=ENDING, subject=life.subject, text=text, since=self._clock()))

    def _keep(self, turn: Turn, life: Life) -> Turn:
        self._lives.record(life)
        return self._replaced(turn, replace(self._current(turn), life=life))

    def _current(self, turn: Turn) -> Turn:
        mine = self._turns.get(turn.session.platform, ())
        return next((one for one in mine if one.life.subject == turn.life.subject), turn)

    def _replaced(self, turn: Turn, new: Turn) -> Turn:
        turns = self._turns.get(turn.session.platform, [])
        old = self._current(turn)
        self._turns[turn.session.platform] = [new if one is old else one for one in turns]
        return new
