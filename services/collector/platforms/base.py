"""What a platform is: it says what to open and which answers to keep, and reads what came back without any I/O."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from shared.account import Account
from shared.events import Comments, Coverage, Kind, Moment, Outcome, Value
from shared.plugins import Plugin


class Capture(Value):
    """Bytes as received. `at` is the moment of capture (UTC) and serves as "now" for relative times in the page.

    `url` and `status` are null when a saved file does not tell. `body` is decompressed.
    """

    url: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: bytes
    at: Moment

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def parsed(self) -> Any:
        """The body as JSON with integers kept exact. Raises ValueError."""
        return json.loads(self.body)


class SeenAccount(Value):
    """What a capture says of an account; null is what it does not tell."""

    id: str | None = None
    name: str | None = None
    verified_as: str | None = None
    description: str | None = None
    followers: int | None = None
    posts_total: int | None = None
    status: str | None = None


class SeenPost(Value):
    """One item as a capture shows it; the fields of shared.events.Post that a page can tell."""

    id: str
    url: str | None = None
    title: str | None = None
    text: str | None = None
    published_at: Moment | None = None
    pinned: bool | None = None
    kind: Kind = Kind.UNKNOWN
    comments: Comments = Comments.UNKNOWN
    ad_signals: tuple[str, ...] = ()


class Reading(Value):
    """All that a set of captures tells. `reason` is a Chinese sentence for a person whenever `outcome` is not `ok`."""

    outcome: Outcome
    reason: str | None = None
    account: SeenAccount | None = None
    posts: tuple[SeenPost, ...] = ()
    covers: Coverage = Coverage.NOTHING


class Plan(Value):
    """What to open for one account.

    `page`: the account's page, opened in the browser; null means plain HTTP through the browser's own client (feeds).
    `keep`: regular expressions; answers whose URL (host and path, without query) matches one are captured.
    `fetch`: answers that may be asked for from inside the platform's warm page instead of loading `page` again;
    empty where the page's own script must sign the request.
    """

    page: str | None = None
    keep: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()


class Platform(Plugin):
    """One file per platform, named like the platform. Both methods are pure: the same `read` reads a saved file."""

    hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts that a visit may open; everything else is refused (no SSRF through a ledger row)."""

    min_interval_seconds: float = 6.0
    """Politeness: the least time between two visits to this platform."""
    cool_down_seconds: float = 900.0
    """After a block, first pause; doubles with each block in a row."""

    def plan(self, account: Account) -> Plan:
        """What to open for this account. Raises InputError when the ledger row cannot be opened (wrong id or host)."""
        raise NotImplementedError

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        """What the captures tell, taken together. Never raises on hostile input, never guesses: what they cannot tell
        is null or `unknown`. With an `account`, `ok` and `empty` mean: proved to be that account's page."""
        raise NotImplementedError
