"""The analyzer's values: what a rule may know, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.account import Account
from shared.events import Evidence, Moment, Post, Probe, Severity, Value
from shared.state import State
from shared.stretches import Stretch


class Earlier(Value):
    """A post of another unit that is the same text and was published before.

    `share`: from 0 to 1, how much of the text that is judged stands in it. `observed_at`: when we knew of it.
    """

    account: str
    unit: str
    post_id: str
    title: str | None = None
    url: str | None = None
    published_at: Moment
    observed_at: Moment
    share: float


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of one account as of a moment; but for `missed_at` nothing observed later is in it.

    `posts`: newest first by publish time (items without one last), the newest version of each item, deleted ones left
    out. `newest_post_at`: newest publish time ever evidenced, deleted items included, future ones not.
    `last_list_at`: the last look that proved the account's list. `failures`: looks since then that proved nothing,
    oldest first. `copied`: ids of posts found to be copies of others' earlier ones.
    `deleted`: of the items known those that the last list proves to be deleted, newest first. `newest_met_at`: when
    the item of `newest_post_at` was first seen; null: only a look's summary told of it. `unlisted`: so many more items
    than then the platform counts, though its list shows none that is newer; only of platforms known to keep their
    newest from visitors. `missed_at`: when the newest was published of what the last list should have shown and did
    not; it was seen later, so this is the one thing here that was not known at the moment.
    `first_seen`: of listed items that have no date, or one that cannot be right, when each was first seen.
    `listed`, `looked`: when it was really seen, oldest first (shared/stretches.py).
    `watched_since`: when the account entered the ledger or was opened, whichever is later known.
    `cancelled_at`: since when the ledger has had it as cancelled; null: it has not. `returned_at`: when it came back
    to the ledger after a removal, in which nobody looked; null: it never left. No model: one is made for every event,
    of what was checked when it came, and its posts may be hundreds.
    """

    account: Account
    posts: tuple[Post, ...] = ()
    newest_post_at: datetime | None = None
    last_list_at: datetime | None = None
    failures: tuple[Probe, ...] = ()
    copied: frozenset[str] = frozenset()
    deleted: tuple[Post, ...] = ()
    newest_met_at: datetime | None = None
    unlisted: int = 0
    missed_at: datetime | None = None
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    listed: tuple[Stretch, ...] = ()
    looked: tuple[Stretch, ...] = ()
    watched_since: datetime
    cancelled_at: datetime | None = None
    returned_at: datetime | None = None


class Objection(Value):
    """What a rule has to say; the engine adds clause, indicator and rulebook version to make it a Finding.

    `severity` null means the rulebook's severity for this rule.
    """

    subject: str
    stage: str = ""
    severity: Severity | None = None
    state: State | None = None
    """Where this puts the account; null: as the severity says."""
    since: Moment | None = None
    at: Moment | None = None
    """When it became true, if that is not the moment of the event (coverage lapses between two looks)."""
    sentence: str
    measured: str
    threshold: str
    window: str
    evidence: tuple[Evidence, ...] = ()
    confirm: bool | None = None
    """Null means the rulebook's own answer to whether a person must confirm."""


class Hit(Value):
    """A place in a text. `start` and `end` are code points of the text as given: `text[start:end]` is `text`.

    `suggestion` is what would replace the span, where there is such a thing; `advice` is the sentence for people.
    `kind` names what a personal number is (`id_card`, `mobile`...).
    """

    rule: str
    severity: Severity
    start: int
    end: int
    text: str
    suggestion: str | None = None
    advice: str | None = None
    kind: str | None = None
    tag: str | None = None
    reason: str | None = None
