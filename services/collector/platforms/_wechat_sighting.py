"""What one capture of WeChat tells, before several are put together."""

from services.collector.capture import Reading, ShownAccount, ShownPost
from services.collector.platforms._wechat_identity import Identity
from services.collector.reading.sight import UNREAD
from shared.events import Coverage, Outcome, Value


class Sighting(Value):
    """`details` are what only some pages tell of the account (ShownAccount fields other than id and name).

    `unread`: something in the list was not recognised, which may be its newest item.
    """

    outcome: Outcome
    reason: str | None = None
    identity: Identity = Identity()
    details: ShownAccount = ShownAccount()
    posts: tuple[ShownPost, ...] = ()
    covers: Coverage = Coverage.NOTHING
    unread: bool = False

    def reading(self) -> Reading:
        details = self.details.model_dump(exclude={"id", "name"})
        account = ShownAccount(id=self.identity.id, name=self.identity.name or None, **details)
        return Reading(
            outcome=self.outcome,
            reason=self.reason,
            account=account if account != ShownAccount() else None,
            posts=self.posts,
            covers=self.covers,
        )


def listed(posts: list[ShownPost], identity: Identity, covers: Coverage = Coverage.LIST) -> Sighting:
    """A list that was loaded. No answer of WeChat's tells how many items an account has, so that an empty one proves
    nothing of the account."""
    if posts:
        return Sighting(outcome=Outcome.OK, identity=identity, posts=tuple(posts), covers=covers)
    reason = "列表是空的，平台没有说明账号共有多少内容，不能据此认定账号没有内容"
    return Sighting(outcome=Outcome.PARSE_ERROR, reason=reason, identity=identity)


def with_unread(sighting: Sighting, is_unread: bool) -> Sighting:
    """What it shows was published; what it does not show may have been."""
    if not is_unread or sighting.covers is not Coverage.LIST:
        return sighting
    return sighting.model_copy(update={"unread": True, "covers": Coverage.ITEM, "reason": sighting.reason or UNREAD})


def failed(outcome: Outcome, reason: str, identity: Identity | None = None) -> Sighting:
    return Sighting(outcome=outcome, reason=reason, identity=identity or Identity())
