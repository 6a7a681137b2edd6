"""What of a page is news: posts bounded, dated by their first evidenced time, and told from those published before."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.collector.capture import Reading, ShownPost
from shared.account import Account
from shared.events import Post
from shared.storage.published import SHOWN_TO_THE_DAY, Published

MAX_TITLE, MAX_TEXT, MAX_URL = 1_000, 100_000, 4_000
"""Characters: what a page calls a post may be megabytes, and the bus takes one."""

STAMPED_WITHIN = timedelta(seconds=60)
"""Of the fetch, our clock and a server's being a little apart."""


def without_stamps(reading: Reading, fetched: Sequence[datetime]) -> Reading:
    """Some bridges date what has no date by the moment they are asked: an account would never be silent.

    Where two items or more are dated so, they are not taken as dated; each then counts from when it was first seen.
    """
    if not fetched:
        return reading
    first, last = min(fetched) - STAMPED_WITHIN, max(fetched) + STAMPED_WITHIN
    stamped = [post.published_at is not None and first <= post.published_at <= last for post in reading.posts]
    if sum(stamped) < 2:
        return reading
    posts = tuple(
        post.model_copy(update={"published_at": None, "approximate": False}) if is_stamped else post
        for post, is_stamped in zip(reading.posts, stamped, strict=True)
    )
    return reading.model_copy(update={"posts": posts})


def first_times_kept(reading: Reading, known: Mapping[str, Published]) -> Reading:
    """3小时前 is another moment at each visit: the time first evidenced stays, until a page shows the exact one."""
    posts = tuple(_dated(post, known.get(post.id)) for post in reading.posts)
    return reading.model_copy(update={"posts": posts})


def post_of(account: Account, shown: ShownPost, at: datetime) -> Post:
    return Post(
        platform=account.platform,
        account_id=account.id,
        id=shown.id,
        observed_at=at,
        # A cut address leads nowhere.
        url=shown.url if len(shown.url or "") <= MAX_URL else None,
        title=shown.title and shown.title[:MAX_TITLE],
        text=shown.text and shown.text[:MAX_TEXT],
        published_at=shown.published_at,
        pinned=shown.pinned,
        kind=shown.kind,
        comments=shown.comments,
        ad_signals=tuple(signal[:MAX_TITLE] for signal in shown.ad_signals[:50]),
    )


def items_to_remember(
    shown: Sequence[ShownPost], posts: Sequence[Post], known: Mapping[str, Published], at: datetime
) -> dict[str, Published]:
    """Those that are new or changed, and those whose `shown_at` is older than a day. `posts` are of `shown`."""
    items = {
        post.id: Published(post.digest, post.published_at, one.approximate, at)
        for one, post in zip(shown, posts, strict=True)
    }
    return {post_id: item for post_id, item in items.items() if _is_stale(known.get(post_id), item)}


def _dated(shown: ShownPost, known: Published | None) -> ShownPost:
    if known is None or known.published_at is None or not (shown.approximate or shown.published_at is None):
        return shown
    return shown.model_copy(update={"published_at": known.published_at, "approximate": known.approximate})


def _is_stale(known: Published | None, item: Published) -> bool:
    if known is None:
        return True
    changed = (known.digest, known.approximate) != (item.digest, item.approximate)
    return changed or item.shown_at - known.shown_at >= SHOWN_TO_THE_DAY
