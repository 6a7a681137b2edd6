"""The life of one login: from when a person logged in until the platform took it no longer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from shared.events import Moment, Value

ENDING, OVER, BROKEN = "session_ending", "session_over", "session_broken"
"""Kinds of notices to the operators; their subject is `platform/name`."""


UNSURE = "?"
"""Behind a session's name in a probe: the platform did not say whether we are logged in."""


def is_sure(session: str | None) -> bool:
    """Whether a look was made as somebody whom the platform knew."""
    return session is not None and not session.endswith(UNSURE)


def as_whom(session: str | None) -> str:
    """What a probe's `session` means, for people."""
    if session is None:
        return "未登录，与公众所见相同"
    if session.endswith(UNSURE):
        return f"以 {session.removesuffix(UNSURE)} 登录，平台没有答复登录是否有效"
    return f"以 {session} 登录，平台已确认"


class Proof(StrEnum):
    """What the server itself says of a session. Cookies say nothing: visitors and expired logins have them, too."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


class Life(Value):
    """`since`: when the person had logged in, by the clock that saved it, which may have been ahead. `proved_at`: when
    the server last said that we are. `ended_at`: when it had said twice that we are not, or another login took its
    place; `why` in Chinese.

    `free_at`: before then nobody looks with it; `blocks`: refusals in a row. Times are UTC.
    """

    platform: str
    name: str
    since: Moment
    asked_at: Moment | None = None
    proof: Proof = Proof.UNKNOWN
    proved_at: Moment | None = None
    ended_at: Moment | None = None
    why: str | None = None
    free_at: Moment | None = None
    blocks: int = 0

    @property
    def subject(self) -> str:
        return f"{self.platform}/{self.name}"

    @property
    def length(self) -> timedelta:
        """As far as it was proved; of one that was never proved, or whose clock was ahead, nothing."""
        return max((self.proved_at or self.since) - self.since, timedelta())


def usual_length(lives: Iterable[Life], told: timedelta | None) -> timedelta | None:
    """How long logins last: the shortest of our own last ones that ended by themselves, or what is `told` of them."""
    own = [life.length for life in lives if life.ended_at and life.why == EXPIRED and life.length]
    return min([*own, *([told] if told else [])], default=None)


EXPIRED, REPLACED = "平台不再认可", "已重新登录"


def end_of(life: Life, usual: timedelta | None, cookies_end: datetime | None) -> datetime | None:
    """When to expect its end; null: nothing tells."""
    return min(filter(None, (life.since + usual if usual else None, cookies_end)), default=None)
