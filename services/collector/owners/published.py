"""`freepublish/batchget`: of what was published by hand its links, what was deleted, and where comments are open.

Its `update_time` is the last change and no time of publishing, its `total_count` counts no articles: neither is read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.collector.reading.tree import as_dict, as_dicts, as_flag, as_int, as_text, dig
from shared.events import Comments


@dataclass(frozen=True)
class Flags:
    """Of one article."""

    url: str
    comments: Comments
    deleted: bool


def flags_in(answers: Iterable[object], id_of: Callable[[str], str | None]) -> dict[str, Flags]:
    """By the post's id; what cannot be read is left out."""
    return {post_id: flags for answer in answers for post_id, flags in _each(answer, id_of)}


def _each(answer: object, id_of: Callable[[str], str | None]) -> Iterator[tuple[str, Flags]]:
    for item in as_dicts(dig(answer, "item")):
        for article in as_dicts(dig(item, "content", "news_item")):
            url = as_text(article.get("url"))
            post_id = id_of(url) if url else None
            if url and post_id:
                yield post_id, Flags(url, _comments(as_dict(article)), as_flag(article.get("is_deleted")) is True)


def _comments(article: dict[str, object]) -> Comments:
    """0 is also what an article has that was opened for comments by hand later: it closes nothing."""
    if as_int(article.get("need_open_comment")) != 1:
        return Comments.UNKNOWN
    return Comments.OPEN if as_int(article.get("only_fans_can_comment")) == 0 else Comments.RESTRICTED
