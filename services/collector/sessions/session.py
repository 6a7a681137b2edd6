"""A login that was saved: a Playwright storage state with the platform it is for and a name among several."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.errors import InputError

DEFAULT = "default"
"""The session of who names none, and of a plain `<platform>.json`."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class SessionFileError(InputError):
    """The engineer's mistake and not the ledger's: it says nothing of any account."""


@dataclass(frozen=True)
class Session:
    """`state`: what Playwright's `storage_state()` gave; whoever has it is logged in, so it is never shown."""

    platform: str
    name: str
    saved_at: datetime
    state: dict[str, Any] = field(repr=False)
    address: str | None = field(default=None, repr=False)
    """Where the login ended: WeChat's back office carries a token there that is part of the login."""
    file: str = field(default="", compare=False)
    """Where it lies, for a person."""

    def __post_init__(self) -> None:
        checked_name(self.platform)
        checked_name(self.name)


class Sessions(Protocol):
    """Where sessions are kept. Every method raises InputError, in Chinese with the remedy (SessionFileError)."""

    def save(self, session: Session) -> None:
        """Whole or not at all; one of the same platform and name is replaced."""

    def find(self, platform: str, name: str = DEFAULT) -> Session | None:
        """Null where there is none; never one that was changed, cut or sealed for another."""

    def refresh(self, session: Session) -> bool:
        """What the platform has renewed meanwhile; False where it was not written: another login has taken its place,
        it was saved by hand, or nothing can be written there."""

    def names(self, platform: str) -> tuple[str, ...]:
        """Of the platform's sessions, in order; whether they can be read is not asked."""

    def remove(self, platform: str, name: str = DEFAULT) -> bool:
        """Whether there was one."""


def is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text))


def checked_name(name: str) -> str:
    """The same name, which can be no path. Raises InputError."""
    if not is_name(name):
        raise InputError(name[:60], "登录的名称只能用小写英文字母、数字、- 和 _，40 个以内，例如 duty-phone")
    return name


def unusable(session: Session) -> SessionFileError:
    """What is said of a state that the browser does not take."""
    why = f"登录状态无法使用，请重新登录：xunjian login {session.platform} --name {session.name}；或删除它后不登录核查"
    return SessionFileError(session.file or f"{session.platform}/{session.name}", why)
