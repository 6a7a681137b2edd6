"""Whole weeks and months gone by, and whether what is known of an account covers them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from services.analyzer.objection import History
from services.analyzer.reach import is_in_order, may_keep_back
from services.analyzer.rules._silence import unseen
from shared.clock import SHANGHAI, to_shanghai
from shared.events import Outcome, Post, Probe

Unit = Literal["week", "month"]


class Period(NamedTuple):
    """A calendar week (Monday to Sunday) or month in Beijing; `end` is the first moment after it."""

    label: str
    name: str
    start: datetime
    end: datetime


def periods_before(moment: datetime, unit: Unit, count: int) -> list[Period]:
    """The last whole periods before a moment, the newest last."""
    first = to_shanghai(moment).date()
    first -= timedelta(days=first.weekday() if unit == "week" else first.day - 1)
    found: list[Period] = []
    for _ in range(count):
        end, first = first, _before(first, unit)
        found.insert(0, _period(first, end, unit))
    return found


def covers(probe: Probe, history: History, start: datetime) -> bool:
    """True when the look shows everything the account has published since `start`, and we were watching by then.

    The list must reach back to an item from before `start`, pinned ones left out, and every item on it must be known
    with its date; an empty list must be proved to be so.
    """
    if not probe.proves_list or history.watched_since > start or unseen(probe, history):
        return False
    counted = may_keep_back(probe, history)
    if counted is not None and start < counted:
        return False
    if not probe.post_ids:
        return probe.outcome is Outcome.EMPTY and history.newest_post_at is None
    known = {post.id: post for post in history.posts}
    listed = [known.get(identity) for identity in probe.post_ids]
    dated = [post for post in listed if post is not None and post.published_at is not None]
    if len(dated) < len(listed):
        return False
    return any(
        post.published_at is not None and post.published_at < start and is_in_order(post, place)
        for place, post in enumerate(dated)
    )


def published_in(period: Period, history: History) -> list[Post]:
    return [post for post in history.posts if post.published_at and period.start <= post.published_at < period.end]


def count_in(period: Period, posts: Sequence[Post], history: History) -> int:
    """How many were published in it, with the newest one, should it have been deleted since."""
    newest = history.newest_post_at
    is_deleted = newest is not None and all(post.published_at != newest for post in history.posts)
    return len(posts) + bool(is_deleted and newest and period.start <= newest < period.end)


def _before(first: date, unit: Unit) -> date:
    if unit == "week":
        return first - timedelta(days=7)
    return (first - timedelta(days=1)).replace(day=1)


def _period(first: date, end: date, unit: Unit) -> Period:
    last = end - timedelta(days=1)
    start_at, end_at = (datetime.combine(day, datetime.min.time(), SHANGHAI).astimezone(UTC) for day in (first, end))
    if unit == "month":
        return Period(f"{first:%Y-%m}", f"{first.year}年{first.month}月", start_at, end_at)
    year, week, _ = first.isocalendar()
    days = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    return Period(f"{year}-W{week:02}", f"{year}年第{week}周（{days}）", start_at, end_at)
