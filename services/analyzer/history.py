"""What is known of an account as of a moment, put together from the store for the rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from services.analyzer.objection import History
from services.analyzer.reach import KEEPS_BACK, is_in_order
from services.analyzer.timeline import Sitting, Timeline
from shared.account import Account, AccountStatus
from shared.clock import FUTURE_TOLERANCE, SHANGHAI
from shared.events import Post, Probe
from shared.storage.observations import Probed
from shared.stretches import Seen, Stretch, up_to

SHOWN_LATE = timedelta(hours=1)
"""A platform's own pages may lag behind each other so long."""
SOONEST_SILENCE = timedelta(days=1)
"""No rule asks about a shorter one, so of busy accounts nothing further is read."""


def history_of(sitting: Sitting, account: Account, moment: datetime, copied: frozenset[str] = frozenset()) -> History:
    """The history a rule may see when it judges `account` at `moment`."""
    known = sitting.at(account.key, moment)
    posts, probed = known.posts(), known.probed
    deleted = deleted_ids(posts, probed.latest_list)
    evidenced = [probed.newest_post_at, known.newest_published]
    newest = max((time for time in evidenced if time is not None), default=None)
    met = next((known.met_at(post.id) for post in posts if newest and post.published_at == newest), None)
    return History(
        account=account,
        posts=tuple(post for post in posts if post.id not in deleted),
        newest_post_at=newest,
        last_list_at=probed.latest_list.at if probed.latest_list else None,
        failures=probed.failures,
        copied=copied,
        deleted=tuple(post for post in posts if post.id in deleted),
        newest_met_at=met,
        missed_at=known.missed_at(),
        unlisted=_unlisted(sitting, account, probed.latest_list, newest, met),
        first_seen=_first_seen(sitting, account, known, posts, newest),
        listed=_seen(sitting, account, Seen.LISTED, moment),
        looked=_seen(sitting, account, Seen.LOOKED, moment),
        watched_since=_watched_since(account, sitting.judging.watched_since(account.key) or moment),
        cancelled_at=_cancelled_at(sitting, account),
        returned_at=sitting.judging.returned_at(account.key),
    )


def coverage_of(account: Account, probed: Probed, entered: datetime, returned_at: datetime | None) -> History:
    """What the timer needs of an account that nobody looked at: its probes, without its posts."""
    return History(
        account=account,
        newest_post_at=probed.newest_post_at,
        last_list_at=probed.latest_list.at if probed.latest_list else None,
        failures=probed.failures,
        watched_since=_watched_since(account, entered),
        returned_at=returned_at,
    )


def deleted_ids(known: Sequence[Post], look: Probe | None) -> set[str]:
    """Items the look proves to be gone: missing though an older item is still listed that stands in order, or that one
    stands below which is newer.

    An item that merely scrolled off the end of the list, or was found after the look, is not deleted.
    """
    if look is None or not look.post_ids:
        return set()
    by_id = {post.id: post for post in known}
    listed = [by_id[post_id] for post_id in look.post_ids if post_id in by_id]
    places = {post_id: place for place, post_id in enumerate(look.post_ids)}
    reach = min(_times([post for post in listed if is_in_order(post, places[post.id])]), default=None)
    return {
        post.id
        for post in known
        if post.id not in places
        and post.observed_at < look.at
        and post.published_at
        and ((reach and post.published_at > reach) or _lies_between(post.published_at, listed))
    }


def _lies_between(moment: datetime, listed: Sequence[Post]) -> bool:
    """Below an item that is newer stands one that is older: so far down nothing is pinned."""
    times = _times([post for post in listed if not post.pinned])
    return any(upper > moment > lower for upper, lower in pairwise(times))


def _times(posts: Sequence[Post]) -> list[datetime]:
    return [post.published_at for post in posts if post.published_at]


def _unlisted(
    sitting: Sitting, account: Account, look: Probe | None, newest: datetime | None, met: datetime | None
) -> int:
    """By how many the platform's count rose since the look that first showed the newest item; 0: nobody knows of any.

    Held against that look and not against the last one: a rise is news once, and the silence it denies goes on, also
    when the count has fallen again: what was published then was published, deleted or not.
    """
    if account.platform not in KEEPS_BACK or look is None or look.posts_total is None:
        return 0
    if newest is None or met is None or look.at - newest < SOONEST_SILENCE:
        return 0
    first = sitting.judging.observed.first_list(account.key, met)
    if first is None or first.posts_total is None:
        return 0
    # Of looks that were stored before totals had a column only their bodies tell.
    most = max(look.posts_total, sitting.judging.observed.most_total(account.key, met, look.at))
    return max(0, most - first.posts_total)


def _first_seen(
    sitting: Sitting, account: Account, known: Timeline, posts: Sequence[Post], newest: datetime | None
) -> dict[str, datetime]:
    """A date ahead of the look, or one at which a list that reached beyond it did not show the item, is no date.

    Asked only of what came after the newest that counts: nothing else makes a silence shorter.
    """
    look = known.probed.latest_list
    if look is None or (newest and look.at - newest < SOONEST_SILENCE):
        return {}
    listed = set(look.post_ids)
    found: dict[str, datetime] = {}
    for post in posts:
        met = known.met_at(post.id)
        if post.id not in listed or met is None:
            continue
        at = post.published_at
        if (
            at is None
            or at > look.at + FUTURE_TOLERANCE
            or _was_not_there(sitting, account, post, met=met, newest=newest)
        ):
            found[post.id] = met
    return found


def _was_not_there(sitting: Sitting, account: Account, post: Post, *, met: datetime, newest: datetime | None) -> bool:
    """A list that reached beyond its date, and was seen well after that date, did not show it."""
    at = post.published_at
    if at is None or newest is None or not at <= newest < met:
        return False
    before = sitting.judging.observed.last_list(account.key, met)
    if before is None or before.listed_from is None or post.id in before.post_ids:
        return False
    return before.listed_from < at < before.at - SHOWN_LATE


def _seen(sitting: Sitting, account: Account, kind: Seen, moment: datetime) -> tuple[Stretch, ...]:
    return tuple(up_to(sitting.judging.coverage.of(account.key, kind), moment))


def _cancelled_at(sitting: Sitting, account: Account) -> datetime | None:
    return sitting.judging.cancelled_since(account.key) if account.status is AccountStatus.CANCELLED else None


def _watched_since(account: Account, entered: datetime) -> datetime:
    if account.opened_on is None:
        return entered
    # An account filed years ago was not watched then: silence of one that never posted counts from when we knew it.
    opened = datetime.combine(account.opened_on, datetime.min.time(), SHANGHAI).astimezone(UTC)
    return max(entered, opened)
