"""How old the saved logins are, and when they end: their cookies say so, though sites often end them earlier."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

LOGIN_COOKIES = frozenset({"SCF", "ALF", "sessionid", "sid_tt", "sid_guard", "slave_sid"})
"""What the platforms give to who logged in; visitors get others, which say nothing of a login."""


class SessionAge(NamedTuple):
    """`expires_at`: null where nothing tells."""

    saved_at: datetime
    expires_at: datetime | None


def session_ages(folder: Path | None, platforms: Iterable[str]) -> dict[str, SessionAge]:
    """By platform, of those that have a saved login."""
    files = ((name, folder / f"{name}.json") for name in platforms) if folder else ()
    return {name: age for name, file in files if (age := _age(file))}


def _age(file: Path) -> SessionAge | None:
    try:
        saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
    try:
        return SessionAge(saved_at, _expires_at(json.loads(file.read_bytes())))
    except (OSError, ValueError, RecursionError):
        return SessionAge(saved_at, None)


def _expires_at(state: Any) -> datetime | None:
    """The first end of a login's cookies; of a login we do not know, the last end of any."""
    cookies = state.get("cookies") if isinstance(state, dict) else None
    known = [cookie for cookie in cookies if isinstance(cookie, dict)] if isinstance(cookies, list) else []
    ends = {str(cookie.get("name")): end for cookie in known if (end := _end(cookie.get("expires")))}
    of_login = [end for name, end in ends.items() if name in LOGIN_COOKIES]
    return min(of_login) if of_login else max(ends.values(), default=None)


def _end(expires: Any) -> datetime | None:
    """Null for a cookie that ends with the browser."""
    try:
        return datetime.fromtimestamp(expires, UTC) if expires > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
