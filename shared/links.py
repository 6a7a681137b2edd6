"""Links that an account offers: its menu and service columns, and those in its posts, with how they were last found."""

from datetime import timedelta
from enum import StrEnum

from shared.events import Moment, Value

SLOW = timedelta(seconds=15)
"""长时间无法加载: what the offices' own checks call slow."""


class LinkState(StrEnum):
    """How a link was found. Only `dead`, `empty`, `slow` and `foreign` say something against it."""

    NEW = "new"
    """Nobody has opened it yet."""
    GOOD = "good"
    DEAD = "dead"
    EMPTY = "empty"
    SLOW = "slow"
    FOREIGN = "foreign"
    """It leads to another site than it names."""
    UNVERIFIED = "unverified"
    """It could not be opened, for a reason that may be ours or a guard's: nothing is said of it."""

    @property
    def is_fault(self) -> bool:
        return self in (LinkState.DEAD, LinkState.EMPTY, LinkState.SLOW, LinkState.FOREIGN)

    @property
    def words(self) -> str:
        """For a person, in Chinese."""
        return _WORDS[self]


_WORDS = {
    LinkState.NEW: "尚未检查",
    LinkState.GOOD: "正常",
    LinkState.DEAD: "打不开",
    LinkState.EMPTY: "页面没有内容",
    LinkState.SLOW: "长时间无法加载",
    LinkState.FOREIGN: "转到其他网站",
    LinkState.UNVERIFIED: "未能核实",
}


class Link(Value):
    """One link of one account. `post_id` null: of its menu or service columns, with `label` as people see it there.

    `times`: looks in a row that found it in this state; `since` the first of them. `digest`: of what it shows, so that
    two columns that show the same are seen to; null while it does not open.
    """

    key: str
    url: str
    label: str | None = None
    post_id: str | None = None
    added_at: Moment
    state: LinkState = LinkState.NEW
    reason: str | None = None
    since: Moment | None = None
    looked_at: Moment | None = None
    times: int = 0
    digest: str | None = None
    final_url: str | None = None

    @property
    def is_service(self) -> bool:
        return self.post_id is None
