"""The collector's errands between visits: one link opened now and then, by plain HTTP and without a login."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.collector.capture import Captured, Plan, ShownPost
from services.collector.links.found import Found, found
from services.collector.links.when import FIRST_AFTER, POST_FOR, after, next_look
from services.collector.links.worth import links_of
from shared.account import Account
from shared.clock import Clock
from shared.errors import InputError
from shared.links import Link, LinkState
from shared.storage.links import Links

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=20)
"""Between two links, whoever's they are: an office's sites are small."""
LEASE = timedelta(minutes=10)
ONLINE_FOR = timedelta(minutes=15)
"""So long after anybody answered us, who does not answer is to blame and not our network."""
FORGET_EVERY = timedelta(hours=6)


class Opener(Protocol):
    """What opens an address: a plain download."""

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...]) -> Captured: ...

    def hurry(self, seconds: float) -> None: ...


class Errands:
    """Used by the engine's thread. Each link is leased in the store, so that no two collectors open it."""

    def __init__(self, links: Links, opener: Opener, clock: Clock, chance: random.Random) -> None:
        self._links = links
        self._opener = opener
        self._clock = clock
        self._chance = chance
        self._next_at: datetime | None = None
        self._online_at: datetime | None = None
        self._forgot_at: datetime | None = None
        self._is_leaving = False

    def hurry(self, seconds: float) -> None:
        """The link at hand is given up within `seconds`, and nothing is said of it. Any thread may call."""
        self._is_leaving = True
        self._opener.hurry(seconds)

    def note_answer(self, now: datetime) -> None:
        """Some site answered: we are online."""
        self._online_at = now

    def note_posts(self, account: Account, posts: Sequence[ShownPost], now: datetime) -> None:
        """Links of what an account has published lately."""
        recent = [post for post in posts if post.published_at and timedelta() <= now - post.published_at <= POST_FOR]
        new = [Link(key=account.key, url=url, post_id=post_id, added_at=now) for post_id, url in links_of(recent)]
        if new:
            self._links.note(new, now + FIRST_AFTER)

    def step(self, now: datetime) -> None:
        """Open the link that has waited longest, unless it is too soon after the last. Raises TransientError."""
        if self._next_at is not None and now < self._next_at <= now + EVERY:
            return
        self._next_at = now + EVERY
        if self._forgot_at is None or not self._forgot_at <= now < self._forgot_at + FORGET_EVERY:
            self._links.forget_posts_before(now - POST_FOR, now)
            self._forgot_at = now
        link = self._links.lease_due(now, LEASE)
        if link is not None:
            self._look_at(link)

    def _look_at(self, link: Link) -> None:
        began = self._clock()
        seen = self._opened(link)
        if self._is_leaving:
            return  # its lease ends by itself, and another collector opens it
        now = self._clock()
        if seen.is_answer:
            self._online_at = now
        elif not self._is_online(now):
            seen = Found(state=LinkState.UNVERIFIED, reason=f"本机网络可能不通（{seen.reason}）")
        known = after(link, seen, now)
        self._links.record(known, next_look(known, now, self._chance.random()), now)
        took = (now - began).total_seconds()
        log.info("link_opened", account=link.key, url=link.url, state=str(seen.state), reason=seen.reason, seconds=took)

    def _opened(self, link: Link) -> Found:
        began = self._clock()
        try:
            captured = self._opener.visit("link", Plan(fetch=(link.url,)), ())
        except InputError as error:
            return Found(state=LinkState.UNVERIFIED, reason=f"不能打开：{error}", is_answer=True)
        return found(link.url, captured, self._clock() - began)

    def _is_online(self, now: datetime) -> bool:
        return self._online_at is not None and timedelta() <= now - self._online_at <= ONLINE_FOR
