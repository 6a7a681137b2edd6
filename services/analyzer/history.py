"""What is known of an account as of a moment, put together from the store for the rules."""

from datetime import UTC, datetime

from services.analyzer.rules.base import History
from shared.account import Account
from shared.clock import SHANGHAI
from shared.events import Post, Probe
from shared.storage.judgements import Judging


def history_of(judging: Judging, account: Account, moment: datetime) -> History:
    """The history a rule may see when it judges `account` at `moment`."""
    looks = judging.looks(account.key, moment)
    posts = judging.posts(account.key, moment)
    evidenced = [looks.newest_post_at, judging.newest_published(account.key, moment)]
    return History(
        account=account,
        posts=tuple(post for post in posts if not is_deleted(post, posts, looks.latest_list)),
        newest_post_at=max((time for time in evidenced if time is not None), default=None),
        last_list_at=looks.latest_list.at if looks.latest_list else None,
        failures=looks.failures,
        watched_since=_watched_since(judging, account, moment),
    )


def is_deleted(post: Post, known: list[Post], look: Probe | None) -> bool:
    """True when the look proves the item is gone: it is missing though an older, unpinned item is still listed.

    An item that merely scrolled off the end of the list, or was found after the look, is not deleted.
    """
    if look is None or not look.post_ids or post.id in look.post_ids:
        return False
    if post.observed_at >= look.at or post.published_at is None:
        return False
    listed = [other for other in known if other.id in look.post_ids and not other.pinned and other.published_at]
    return any(other.published_at < post.published_at for other in listed if other.published_at)


def _watched_since(judging: Judging, account: Account, moment: datetime) -> datetime:
    entered = judging.watched_since(account.key) or moment
    if account.opened_on is None:
        return entered
    # An account filed years ago was not watched then: silence of one that never posted counts from when we knew it.
    opened = datetime.combine(account.opened_on, datetime.min.time(), SHANGHAI).astimezone(UTC)
    return max(entered, opened)
