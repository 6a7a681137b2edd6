"""What one capture of WeChat tells, before several are put together."""

from services.collector.capture import Reading, ShownAccount, ShownPost
from services.collector.platforms._wechat_identity import Identity
from shared.events import Coverage, Outcome, Value

MAX_TITLE, MAX_TEXT = 300, 50_000
"""Code points kept of a title and of an article; WeChat itself takes 64 and 50,000."""


class Sighting(Value):
    """`details` are what only some pages tell of the account (ShownAccount fields other than id and name)."""

    outcome: Outcome
    reason: str | None = None
    identity: Identity = Identity()
    details: ShownAccount = ShownAccount()
    posts: tuple[ShownPost, ...] = ()
    covers: Coverage = Coverage.NOTHING

    def reading(self) -> Reading:
        account = self.details.model_copy(update={"id": self.identity.id, "name": self.identity.name or None})
        return Reading(
            outcome=self.outcome,
            reason=self.reason,
            account=account if account != ShownAccount() else None,
            posts=self.posts,
            covers=self.covers,
        )


def listed(posts: list[ShownPost], identity: Identity, covers: Coverage = Coverage.LIST) -> Sighting:
    """A list that was proved to be loaded."""
    if posts:
        return Sighting(outcome=Outcome.OK, identity=identity, posts=tuple(posts), covers=covers)
    return Sighting(outcome=Outcome.EMPTY, reason="列表已加载，没有任何内容", identity=identity, covers=covers)


def failed(outcome: Outcome, reason: str, identity: Identity | None = None) -> Sighting:
    return Sighting(outcome=outcome, reason=reason, identity=identity or Identity())
