"""Since when nothing may have been published."""

from datetime import datetime, timedelta

from services.analyzer.objection import History
from services.analyzer.reach import LATE, comes_late, may_keep_back, shown_by
from shared.clock import chinese_time
from shared.events import Post, Probe
from shared.stretches import LOOKED_APART, Stretch, holes, merged, named


def silent_since(probe: Probe, history: History) -> datetime | None:
    """The latest moment at which something may have been published; null when the list cannot tell."""
    return None if unseen(probe, history) else last_sign(probe, history)


def last_sign(probe: Probe, history: History) -> datetime | None:
    """The newest that is known to have been published by then; null: what is listed has no date at all.

    An item without a publish time that can be right was published before it was first seen, and no more is known of it.
    Where newer ones
    may have been kept back before the first look, that look counts.
    """
    listed, seen = set(probe.post_ids), history.first_seen
    undated = [
        post.observed_at for post in history.posts if post.published_at is None and post.id in listed - set(seen)
    ]
    undated += [moment for of, moment in seen.items() if of in listed]
    moments = [moment for moment in (history.newest_post_at, may_keep_back(probe, history), *undated) if moment]
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
        more = f"平台显示的内容总数曾比最近一条首次监测到时多{history.unlisted}条"
        return f"{more}，列表中却没有更新的内容（可能登录后才能看到）"
    if missed := _missed(probe, history):
        return f"列表中没有{chinese_time(missed)}已发布的一条内容（此后才监测到），这次的列表不完整或不是最新的"
    if hidden := not_shown(probe, history):
        return f"列表没有显示到最近一次发布，{named(hidden)}发布过什么未能看到"
    return None


def _missed(probe: Probe, history: History) -> datetime | None:
    shown, missed = shown_by(probe, history), history.missed_at
    return missed if shown and missed and missed > shown.since else None


def not_shown(probe: Probe, history: History) -> list[Stretch]:
    """What no list ever showed of the stretch that a silence would be about, up to a feed's delay before the look."""
    since = last_sign(probe, history)
    if since is None:
        return []
    own = shown_by(probe, history)
    until = probe.at - LATE if comes_late(probe) else probe.at
    return holes([*history.listed, *([own] if own else [])], Stretch(since, until)) if since < until else []


def blind_words(since: datetime, probe: Probe, history: History) -> str:
    """For the window: when nobody could look since the newest item. The list shows it afterwards, but for what was
    published and deleted in between."""
    if not history.looked:
        return ""
    began = max(since, history.looked[0].since)
    looked = merged([*history.looked, Stretch(probe.at, probe.at)], LOOKED_APART)
    blind = holes(looked, Stretch(began, probe.at)) if began < probe.at else []
    return f"；{named(blind)}未能核查，依事后所示列表认定，其间发布后又删除的不在其内" if blind else ""


def kept_back_words(probe: Probe, history: History) -> str | None:
    """What is known where newer items may have been kept back; null: there is no such doubt."""
    counted, newest = may_keep_back(probe, history), history.newest_post_at
    if counted is None or newest is None:
        return None
    return (
        f"未登录所见最近一条发布于{chinese_time(newest)}，平台可能不向未登录者显示最新内容；"
        f"平台显示共有{probe.posts_total}条，自{chinese_time(counted)}首次核查起没有增加"
    )


def grace(probe: Probe, feed_grace_hours: float) -> timedelta:
    """How much later silence counts, seen as it was seen."""
    return timedelta(hours=feed_grace_hours) if comes_late(probe) else timedelta(0)


def grace_words(probe: Probe, feed_grace_hours: float) -> str:
    """For the window of a finding."""
    return f"；订阅源显示较晚，另加{feed_grace_hours:g}小时宽限" if grace(probe, feed_grace_hours) else ""


def undated_words(since: datetime, history: History) -> str:
    """Of an item that counts from when it was first seen: why."""
    wrong = (post for post in history.posts if post.published_at and history.first_seen.get(post.id) == since)
    return "标明的发布时间不可信" if next(wrong, None) else "未标明发布时间"


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
