"""The collector's values: what to open, what came back, and what it tells."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from shared.events import Comments, Coverage, Kind, Moment, Outcome, Value


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


class Captured(Value):
    """`failure` is set (timeout, network, crash) when the browser itself could not look; then `reason` says why,
    in Chinese. `light`: only the feed was asked for, from inside the warm page. `retry_after_seconds`: the platform's
    own wish with its refusal, at most a day. `clock_offset`: our clock minus the other side's, by the newest `Date` of
    the answers, too large by up to the length of the visit; null when none tells. One server may be wrong itself.
    """

    captures: tuple[Capture, ...] = ()
    failure: Outcome | None = None
    reason: str | None = None
    final_url: str | None = None
    light: bool = False
    retry_after_seconds: float | None = None
    clock_offset: timedelta | None = None


class ShownAccount(Value):
    """What a capture says of an account; null is what it does not tell."""

    id: str | None = None
    name: str | None = None
    verified_as: str | None = None
    description: str | None = None
    followers: int | None = None
    posts_total: int | None = None
    status: str | None = None


class ShownPost(Value):
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
    account: ShownAccount | None = None
    posts: tuple[ShownPost, ...] = ()
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
