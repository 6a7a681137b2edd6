"""What is known of an account, for asking one rule."""

from datetime import datetime

from services.analyzer.objection import History
from shared.account import Account
from shared.events import Post
from tests.builders import NOW, an_account, days

LONG_AGO = NOW - days(400)


def a_history(
    account: Account | None = None,
    *,
    posts: tuple[Post, ...] = (),
    newest_post_at: datetime | None = None,
    watched_since: datetime = LONG_AGO,
) -> History:
    """Newest first, as the store gives them; watched for more than a year unless said otherwise."""
    ordered = sorted(posts, key=lambda post: post.published_at or post.observed_at, reverse=True)
    times = [post.published_at for post in posts if post.published_at]
    return History(
        account=account or an_account(),
        posts=tuple(ordered),
        newest_post_at=newest_post_at or max(times, default=None),
        last_list_at=NOW,
        watched_since=watched_since,
    )
