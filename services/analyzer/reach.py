"""How far back one look at a list shows what was published (docs/decisions/0042-what-coverage-is.md)."""

from datetime import datetime, timedelta

from services.analyzer.objection import History
from shared.events import Post, Probe
from shared.session_life import is_sure
from shared.stretches import Stretch

KEEPS_BACK = frozenset({"douyin"})
"""Platforms that show visitors without a login a list without its newest items (research: Evil0ctal#665, 2025-09)."""
MOST_PINNED = 3
A_DAY = LATE = timedelta(hours=24)
"""What a feed shows at a moment is whole up to so long before it."""


def shown_by(probe: Probe, history: History) -> Stretch | None:
    """The stretch of which the look showed everything that was published and is not deleted; null: of none."""
    since = _shown_since(probe, history) if probe.proves_list else None
    until = probe.at - LATE if comes_late(probe) else probe.at
    return Stretch(since, until) if since is not None and since <= until else None


def comes_late(probe: Probe) -> bool:
    """Seen through a feed, which may be hours behind the account itself."""
    return probe.platform == "feed" or (probe.source or "").partition(":")[0] == "bridge"


def may_keep_back(probe: Probe, history: History) -> datetime | None:
    """Since when the platform's own count is known not to have risen, where it may hide newer items from visitors and
    nothing older is there to hold the count against; null: there is no such doubt.

    The newest item was old when the account was first looked at: what came between the two may have been kept back.
    """
    met, newest = history.newest_met_at, history.newest_post_at
    if probe.platform not in KEEPS_BACK or is_sure(probe.session) or met is None or newest is None:
        return None
    if met - newest < A_DAY or (history.looked and met > history.looked[0].since):
        return None
    return met if probe.posts_total is not None and probe.posts_total > len(probe.post_ids) else None


def is_in_order(post: Post, place: int) -> bool:
    """An old item at the top may be pinned where the page does not tell."""
    return post.pinned is False or (post.pinned is None and place >= MOST_PINNED)


def _shown_since(probe: Probe, history: History) -> datetime | None:
    told = probe.listed_from or probe.counted_newest
    if not probe.post_ids:
        return told or _beginning(history)
    if probe.posts_total == len(probe.post_ids):
        return _beginning(history)  # All there are.
    known = {post.id: post for post in history.posts}
    shown = [(place, known[one]) for place, one in enumerate(probe.post_ids) if one in known]
    if sure := [_published_by(post) for place, post in shown if is_in_order(post, place)]:
        return min(sure)
    # The newest of those that may be in order: nothing came after it.
    if likely := [_published_by(post) for _, post in shown if not post.pinned]:
        # Cut short after what may be pinned it lacks what is known to be newer.
        is_cut = history.newest_post_at is not None and history.newest_post_at > max(likely)
        return None if is_cut else max(likely)
    return told if len(shown) < len(probe.post_ids) else None


def _published_by(post: Post) -> datetime:
    return post.published_at or post.observed_at


def _beginning(history: History) -> datetime:
    return min(filter(None, (history.watched_since, history.newest_post_at)))
