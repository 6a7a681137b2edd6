"""What a platform is: it says what to open and which answers to keep, and reads what came back without any I/O."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from services.collector.capture import Capture, Plan, Reading, ShownPost
from shared.account import Account
from shared.plugins import Plugin
from shared.questions import Question


class Platform(Plugin):
    """One file per platform, named like the platform. Both methods are pure: the same `read` reads a saved file."""

    hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts that a visit may open; everything else is refused (no SSRF through a ledger row)."""

    page_hosts: ClassVar[tuple[str, ...]] = ()
    """Whence its pages load their scripts (`*.weibo.cn`: every host below): with `hosts` all that its pages reach."""

    paced_by_host: ClassVar[bool] = False
    """True where accounts lie on hosts of their own: each host has its own pace and its own pauses."""

    min_interval_seconds: float = Field(default=6.0, ge=0, le=86_400)
    """Politeness: the least time between two visits to this platform."""
    cool_down_seconds: float = Field(default=900.0, ge=0, le=86_400)
    """After a block, first pause; doubles with each block in a row."""
    quiet_from_hour: int = Field(default=23, ge=0, le=23)
    quiet_until_hour: int = Field(default=6, ge=0, le=23)
    """Few visits in these Beijing hours, unless the account itself posts then or a deadline falls there; the same hour
    twice is no quiet."""

    def plan(self, account: Account) -> Plan:
        """What to open for this account. Raises InputError when the ledger row cannot be opened (wrong id or host)."""
        raise NotImplementedError

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        """What the captures tell, taken together. Never raises on hostile input, never guesses: what they cannot tell
        is null or `unknown`. With an `account`, `ok` and `empty` mean: proved to be that account's page."""
        raise NotImplementedError

    def post_id(self, link: str) -> str | None:
        """The id, as its pages name it, of the post that a link leads to; null where the link does not tell. Pure."""
        return None

    def comments_url(self, post: ShownPost) -> str | None:
        """Where anybody can read the comments under a post, from inside the account's page; null: nowhere."""
        return None

    def read_questions(self, captures: Sequence[Capture], account: Account) -> tuple[Question, ...]:
        """Which of the comments ask the account something. Neither words nor names go any further."""
        return ()
