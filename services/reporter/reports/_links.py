"""Addresses that may be clicked in a list: only the web's, and as a spreadsheet takes them."""

import re
from urllib.parse import quote, urlsplit

MOST_CHARACTERS = 2079
"""Of one link, in Excel."""
_KEPT = "%/:=&?~#+!$,;'@()*[]"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def safe_link(text: str) -> str | None:
    """`text` as a link's target; null: it stays text (no http, a name before the host, too long, or no address)."""
    if not text.lower().startswith(("http://", "https://")) or re.search(r"[\s\x00-\x1f\"<>\\^`{|}]", text):
        return None
    try:
        host = urlsplit(text).netloc
    except ValueError:
        return None
    target = quote(text, safe=_KEPT)
    return target if _HOST.fullmatch(host) and len(target) <= MOST_CHARACTERS else None


def short(text: str, most: int) -> str:
    """An address as a link shows it: whole where it fits in one line, else whose it is.

    Some programs do not break the text of a link.
    """
    if len(text) <= most:
        return text
    host = urlsplit(text).netloc
    return f"{host}/…" if len(host) + 2 <= most else f"{host[: most - 1]}…"
