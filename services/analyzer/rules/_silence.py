"""Since when nothing may have been published."""

from datetime import datetime

from services.analyzer.objection import History
from shared.events import Probe


def silent_since(probe: Probe, history: History) -> datetime | None:
    """The latest moment at which something may have been published; null when the list cannot tell.

    An item without a publish time was published before it was first seen, and no more is known of it.
    """
    listed = set(probe.post_ids)
    undated = [post.observed_at for post in history.posts if post.published_at is None and post.id in listed]
    moments = [moment for moment in (history.newest_post_at, *undated) if moment is not None]
    if not moments and listed:
        return None
    return max(moments, default=history.watched_since)


def comes_late(probe: Probe) -> bool:
    """Seen through a feed, which may be hours behind the account itself."""
    return probe.platform == "feed" or (probe.source or "").partition(":")[0] == "bridge"
