"""Since when nothing may have been published."""

from datetime import datetime, timedelta

from services.analyzer.objection import History
from shared.clock import chinese_time
from shared.events import Post, Probe


def silent_since(probe: Probe, history: History) -> datetime | None:
    """The latest moment at which something may have been published; null when the list cannot tell.

    An item without a publish time was published before it was first seen, and no more is known of it.
    """
    if unseen(probe, history):
        return None
    listed = set(probe.post_ids)
    undated = [post.observed_at for post in history.posts if post.published_at is None and post.id in listed]
    moments = [moment for moment in (history.newest_post_at, *undated) if moment is not None]
    if not moments and listed:
        return None
    return max(moments, default=history.watched_since)


def unseen(probe: Probe, history: History) -> str | None:
    """Why the list may lack what was published last, in Chinese; null: nothing speaks for that."""
    if not probe.proves_list:
        return None
    if probe.posts_total and not probe.post_ids:
        return f"平台显示共有{probe.posts_total}条内容，列表中却一条也没有"
    if history.unlisted > 0:
        more = f"平台显示的内容总数比最近一条首次监测到时多{history.unlisted}条"
        return f"{more}，列表中却没有更新的内容（可能登录后才能看到）"
    return None


def grace(probe: Probe, feed_grace_hours: float) -> timedelta:
    """How much later silence counts, seen as it was seen."""
    return timedelta(hours=feed_grace_hours) if comes_late(probe) else timedelta(0)


def grace_words(probe: Probe, feed_grace_hours: float) -> str:
    """For the window of a finding."""
    return f"；订阅源显示较晚，另加{feed_grace_hours:g}小时宽限" if grace(probe, feed_grace_hours) else ""


def newest_words(since: datetime, history: History) -> str:
    """When the newest item was published, when it was first seen, and what of it is left."""
    met, deleted = history.newest_met_at, _deleted_since_listed(history)
    added = [f"{chinese_time(met)}首次监测到"] if met else []
    if deleted:
        listed = next((post.published_at for post in history.posts if post.published_at), None)
        shown = f"现存最新一条发布于{chinese_time(listed)}，" if listed else ""
        added.append(f"{shown}此后发布的内容中{len(deleted)}条已删除")
    told = f"（{'；'.join(added)}）" if added else ""
    return f"最近一次发布于{chinese_time(since)}{told}"


def _deleted_since_listed(history: History) -> list[Post]:
    listed = max((post.published_at for post in history.posts if post.published_at), default=None)
    return [post for post in history.deleted if post.published_at and (listed is None or post.published_at > listed)]


def comes_late(probe: Probe) -> bool:
    """Seen through a feed, which may be hours behind the account itself."""
    return probe.platform == "feed" or (probe.source or "").partition(":")[0] == "bridge"
