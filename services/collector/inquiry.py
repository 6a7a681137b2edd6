"""Once a day, what the public asked under an account's newest posts, from the page that is warm already."""

from collections.abc import Mapping
from itertools import islice

import structlog

from services.collector.capture import Plan, ShownPost
from services.collector.looker import Visit, Visitor
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.errors import InputError, PermanentError, TransientError
from shared.events import Comments, Outcome
from shared.questions import Question
from shared.storage.questions import Questions

log = structlog.get_logger(__name__)

POSTS = 3
"""The newest with comments: each is one more request, and people ask where something is new."""


class Inquiry:
    """Only where a platform shows comments to everybody. What fails here is nobody's matter: it is asked tomorrow."""

    def __init__(self, platforms: Mapping[str, Platform], visitor: Visitor, questions: Questions) -> None:
        self._platforms = platforms
        self._visitor = visitor
        self._questions = questions

    def ask(self, account: Account, visit: Visit) -> tuple[Question, ...]:
        """The questions under the newest posts of a visit that saw the account."""
        platform = self._platforms.get(account.platform)
        if platform is None or visit.probe.outcome is not Outcome.OK:
            return ()
        urls = tuple(islice(filter(None, map(platform.comments_url, _newest(visit.reading.posts))), POSTS))
        if not urls:
            return ()
        page = platform.plan(account).page
        try:
            captured = self._visitor.visit(account.platform, Plan(page=page, fetch=urls), platform.hosts)
            # A page that had gone cold was loaded instead, and told nothing of comments.
            return platform.read_questions(captured.captures, account) if captured.light else ()
        except (InputError, PermanentError, TransientError) as error:
            log.warning("questions_not_read", account=account.key, error=str(error))
            return ()

    def note(self, account: Account, found: tuple[Question, ...]) -> None:
        """Raises TransientError."""
        if found:
            self._questions.note(account.key, found)


def _newest(posts: tuple[ShownPost, ...]) -> list[ShownPost]:
    dated = [post for post in posts if post.published_at is not None and post.comments is not Comments.CLOSED]
    return sorted(dated, key=lambda post: str(post.published_at), reverse=True)
