"""When a saved login ends by its own cookies, though sites often end it earlier."""

from datetime import UTC, datetime
from typing import Any

LOGIN_COOKIES = frozenset({"SCF", "ALF", "sessionid", "sid_tt", "sid_guard", "slave_sid"})
"""What the platforms give to who logged in; visitors get others, which say nothing of a login."""


def cookies_end(state: Any) -> datetime | None:
    """The first end of a login's cookies; of a login we do not know, the last end of any; null: nothing tells."""
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
