"""Which items of an export are known already: by id, by link, else by title and time. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from services.collector.exports.reading import Row
from shared.clock import SHANGHAI
from shared.events import Post

SAME_TIME = timedelta(minutes=10)
"""A back office and a page name the time of one item alike, but for the seconds or a review in between."""
SHORTEST_BEGINNING = 6
"""Characters of a title that is cut on one side."""


class Known:
    """The posts of one account that were published before. `id_of` a link, null where it tells none."""

    def __init__(self, posts: Iterable[Post], id_of: Callable[[str], str | None]) -> None:
        self._posts = list(posts)
        self._id_of = id_of
        self._ids = {post.id for post in self._posts}
        self._links = {post.url for post in self._posts if post.url}

    def has(self, row: Row) -> bool:
        own, title = self.own_id(row), folded(row.title)
        if own in self._ids or (row.link and row.link in self._links):
            return True
        return bool(title) and any(_is_same(title, row, post) for post in self._posts if self._may_be(own, post))

    def _may_be(self, own: str | None, post: Post) -> bool:
        """Of two that the platform numbers alike the numbers tell; a short link, or a bridge, numbers otherwise."""
        return own is None or (post.id != own and not (post.url and self._id_of(post.url)))

    def own_id(self, row: Row) -> str | None:
        """The platform's own id, as its pages name it; null where the export has none."""
        linked = self._id_of(row.link) if row.link else None
        return linked or row.id


def made_id(row: Row) -> str:
    """Of an item that the export gives no id: the same at each import."""
    of = row.link or f"{folded(row.title)}\x1f{row.when.day if row.when.is_day else row.when.at.isoformat()}"
    return f"export-{hashlib.sha256(of.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def distinct(rows: Sequence[Row]) -> list[Row]:
    """Each item once: several files of one account overlap."""
    return list({(row.link or "", row.id or "", folded(row.title), row.when.at): row for row in rows}.values())


def folded(title: str) -> str:
    """Without spaces, line breaks and signs, which a page shows in other ways."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title)).casefold()


def _is_same(title: str, row: Row, post: Post) -> bool:
    if post.published_at is None:
        return False
    if row.when.is_day:
        near = post.published_at.astimezone(SHANGHAI).date() == row.when.day
    else:
        near = abs(post.published_at - row.when.at) <= SAME_TIME
    return near and any(_begins_alike(title, folded(text)) for text in (post.title, post.text) if text)


def _begins_alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= SHORTEST_BEGINNING and longer.startswith(shorter))
