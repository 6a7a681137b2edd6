"""What travels on the bus: Post, Probe, Finding. Immutable, versioned, each with a stable identity."""

import hashlib
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from json.encoder import encode_basestring_ascii as _quoted
from typing import Annotated, ClassVar

from annotated_types import Ge, MinLen
from msgspec import Meta
from pydantic import AfterValidator, BaseModel, ConfigDict

from shared.clock import FUTURE_TOLERANCE
from shared.fact import Fact, InUtc, are_takeable, in_utc, takeable, to_json, utc
from shared.outcome import Outcome as Outcome  # noqa: PLC0414 - part of what events say
from shared.state import State

SCHEMA_VERSION = 1

_WRITTEN = "_written"

OBSERVATIONS = "observations"
"""One topic for all of a visit, keyed by account: its posts come before their probe, and the bus keeps that order."""

Moment = Annotated[datetime, Meta(tz=True), InUtc()]
"""A timezone-aware time, kept in UTC."""

Words = Annotated[str, AfterValidator(takeable)]
"""Text from a page, made so that every encoder, database and bus takes it."""

Filled = Annotated[str, Meta(min_length=1), MinLen(1)]


class Kind(StrEnum):
    ORIGINAL = "original"
    REPOST = "repost"
    UNKNOWN = "unknown"


class Comments(StrEnum):
    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """`veto`, `deduction` and `reminder` ask the unit to act; the others accuse nobody."""

    VETO = "veto"
    DEDUCTION = "deduction"
    REMINDER = "reminder"
    HINT = "hint"
    MENTION = "mention"
    INFO = "info"
    UNVERIFIED = "unverified"

    @property
    def gravity(self) -> int:
        """Higher is graver; the one order of severities."""
        return _GRAVITY[self]

    @property
    def accuses(self) -> bool:
        return self in (Severity.VETO, Severity.DEDUCTION, Severity.REMINDER)

    @property
    def state(self) -> State | None:
        """Where a finding of this severity puts an account, unless its rule knows better."""
        if self is Severity.UNVERIFIED:
            return State.UNVERIFIED
        return (State.CHECK if self is Severity.REMINDER else State.PROBLEM) if self.accuses else None


_GRAVITY = {severity: len(Severity) - place for place, severity in enumerate(Severity)}


class FindingStatus(StrEnum):
    """`superseded`: a graver finding of the same matter took its place; nobody is told."""

    OPEN = "open"
    RESOLVED = "resolved"
    SUPERSEDED = "superseded"


class Value(BaseModel):
    """Base of the frozen values that do not travel. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Fact, frozen=True, kw_only=True, tag_field="event", tag=str.lower, dict=True):
    """One fact about one account, keyed by the account so that its events stay in order."""

    topic: ClassVar[str]

    version: Annotated[int, Meta(ge=1), Ge(1)] = SCHEMA_VERSION
    """Of the writer; a reader takes what it knows of a newer one."""
    platform: Filled
    account_id: Filled

    def to_json(self) -> bytes:
        """UTF-8. What a newer version wrote stays as it is, with what we do not know of it."""
        if self.version > SCHEMA_VERSION and _WRITTEN in self.__dict__:
            written: bytes = self.__dict__[_WRITTEN]
            return written
        return to_json(self)

    def keep_written(self, body: bytes | str) -> None:
        """`body` is what this event was read from."""
        self.__dict__[_WRITTEN] = body.encode() if isinstance(body, str) else body

    def __post_init__(self) -> None:
        if self.version < 1 or not self.platform or not self.account_id:
            raise ValueError("version、platform 和 account_id 不能空缺")

    @property
    def key(self) -> str:
        """`platform/account_id`; partitions and histories go by it."""
        return f"{self.platform}/{self.account_id}"

    @property
    def occurred_at(self) -> datetime:
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        """Stable identity: the same fact seen twice has the same fingerprint, which makes a replay harmless."""
        raise NotImplementedError


class Post(Event, frozen=True, kw_only=True):
    """One published item as seen at `observed_at`. The same item seen changed: same `fingerprint`, another `digest`."""

    topic: ClassVar[str] = OBSERVATIONS

    id: Filled
    """The platform's own id of the item; a string, since 16-19 digits do not survive a float."""
    observed_at: Moment
    """When we saw it (UTC)."""
    url: str | None = None
    title: str | None = None
    text: str | None = None
    """Plain text without markup; what the capture did not hold is null."""
    published_at: Moment | None = None
    """The platform's publish time (UTC); null when the capture does not tell."""
    pinned: bool | None = None
    kind: Kind = Kind.UNKNOWN
    comments: Comments = Comments.UNKNOWN
    ad_signals: tuple[str, ...] = ()
    """The platform's own marks of commerce, as `field=value` words; never text heuristics."""

    def __post_init__(self) -> None:
        """In one piece: asked of every post that comes in."""
        if not (self.id and self.platform and self.account_id and self.version > 0):
            raise ValueError("version、platform、account_id 和 id 不能空缺")
        published = self.published_at
        if not (in_utc(self.observed_at) and (published is None or in_utc(published))):
            _keep_in_utc(self, "observed_at", "published_at")
        if not are_takeable((self.id, self.url, self.title, self.text, self.ad_signals)):
            _mend_texts(self, "id", "url", "title", "text")
            self.mend(ad_signals=tuple(map(takeable, self.ad_signals)))

    @property
    def occurred_at(self) -> datetime:
        return self.observed_at

    @cached_property
    def fingerprint(self) -> str:
        return post_fingerprint(self.platform, self.account_id, self.id)

    @cached_property
    def digest(self) -> str:
        """Changes when the content changes (edited, comments closed, unpinned), not when it is merely seen again."""
        signals = ", ".join(map(_quoted, self.ad_signals))
        published = None if self.published_at is None else f"{self.published_at.isoformat()[:-6]}Z"
        return _hash(
            f"account_id={_quoted(self.account_id)}",
            f"ad_signals=[{signals}]",
            f"comments={_quoted(self.comments)}",
            'event="post"',
            f"id={_quoted(self.id)}",
            f"kind={_quoted(self.kind)}",
            f"pinned={_JSON[self.pinned]}",
            f"platform={_quoted(self.platform)}",
            f"published_at={_optional(published)}",
            f"text={_optional(self.text)}",
            f"title={_optional(self.title)}",
            f"url={_optional(self.url)}",
        )


_JSON = {None: "null", False: "false", True: "true"}


class Coverage(StrEnum):
    """What the captures were, taken together. Only `list` can prove silence."""

    LIST = "list"
    ITEM = "item"
    PROFILE = "profile"
    TIMELINE = "timeline"
    NOTHING = "nothing"


class Probe(Event, frozen=True, kw_only=True):
    """One look at one account: when, how it ended, what was seen of the account."""

    topic: ClassVar[str] = OBSERVATIONS

    at: Moment
    outcome: Outcome
    reason: str | None = None
    """For a person: why the look did not succeed, or what was seen; Chinese."""
    name: str | None = None
    """The account's name as the platform shows it now."""
    covers: Coverage = Coverage.LIST
    newest_post_at: Moment | None = None
    """Newest publish time among the items seen, future ones left out; never simply the first item's."""
    post_ids: tuple[str, ...] = ()
    """Every item id on the list, so that a deleted item can be told from one that scrolled away."""
    url: str | None = None
    source: str | None = None
    """Which of the account's sources was looked at; null: its own page on its platform."""
    session: str | None = None
    """Name of the login it was seen with; null: seen as anybody sees it."""
    listed_from: Moment | None = None
    """The list shows everything published since (its oldest dated item that is not pinned); null: it does not tell."""
    posts_total: Annotated[int, Meta(ge=0), Ge(0)] | None = None
    """How many items the platform says the account has."""
    evidence_sha256: str | None = None
    """SHA-256 of the look's manifest (shared/evidence/look.py), kept or not."""
    duration_ms: int | None = None
    withdraws: tuple[str, ...] | None = None
    """Fingerprints of looks at the account that are to count no longer: people had stated wrongly what they showed;
    null: it withdraws none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not are_takeable((self.reason, self.name, self.url, self.source, self.session, self.post_ids)):
            _mend_texts(self, "reason", "name", "url", "source", "session")
            self.mend(post_ids=tuple(map(takeable, self.post_ids)))
        _keep_in_utc(self, "at", "newest_post_at", "listed_from")

    @property
    def occurred_at(self) -> datetime:
        return self.at

    @property
    def proves_list(self) -> bool:
        """True when this look may be used to say how long the account has been silent."""
        return self.outcome.is_evidence and self.covers is Coverage.LIST

    @property
    def counted_newest(self) -> datetime | None:
        """The newest publish time that counts: a date far ahead would stop the clock for ever."""
        newest = self.newest_post_at
        return newest if newest is not None and newest <= self.at + FUTURE_TOLERANCE else None

    @cached_property
    def fingerprint(self) -> str:
        own = (self.source,) if self.source else ()
        return _hash(self.platform, self.account_id, self.at.isoformat(), *own)


class Clause(Fact, frozen=True, kw_only=True):
    """Where the rule stands written: document number and its words."""

    document: str
    words: str


class Evidence(Fact, frozen=True, kw_only=True):
    """What a person can look at to check the finding by hand."""

    post_id: str | None = None
    title: str | None = None
    """The post's, masked like the quote."""
    url: str | None = None
    quote: str | None = None
    at: Moment | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        if not are_takeable(self.title):
            _mend_texts(self, "title")
        _keep_in_utc(self, "at")


class Finding(Event, frozen=True, kw_only=True):
    """One rule's objection to one account or post, with everything needed to check it by hand.

    `subject` names the matter (a post id, or the moment silence began), so that indicator + subject is one finding
    however often it is met; two entries of one rule are two matters. `since` is when the matter began, `at` when this
    status was established.
    """

    topic: ClassVar[str] = "findings"

    rule: str
    """File name of the rule in services/analyzer/rules."""
    indicator: str
    """Our indicator id, for example U-01."""
    severity: Severity
    status: FindingStatus = FindingStatus.OPEN
    subject: str
    stage: str = ""
    """Step of a ladder inside the rule (for example `10d`); part of the identity."""
    state: State | None = None
    """Where this puts the account while it holds; null: it accuses nobody."""
    at: Moment
    since: Moment | None = None
    sentence: str
    """One Chinese sentence a person can check by hand."""
    clause: Clause
    measured: str
    threshold: str
    window: str
    evidence: tuple[Evidence, ...] = ()
    rulebook_version: str
    needs_confirmation: bool = False
    """True when a person must confirm before it may stand in a circular."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _keep_in_utc(self, "at", "since")

    @property
    def occurred_at(self) -> datetime:
        return self.at

    @cached_property
    def fingerprint(self) -> str:
        return _hash(self.platform, self.account_id, self.rule, self.indicator, self.subject, self.stage)

    @property
    def number(self) -> str:
        """Short 告警编号 printed in messages, so that people can see two messages are about the same matter."""
        return self.fingerprint[:8].upper()


def post_fingerprint(platform: str, account_id: str, post_id: str) -> str:
    """Of every version of one item."""
    return _hash(platform, account_id, post_id)


def _mend_texts(fact: Fact, *names: str) -> None:
    for name in names:
        text = getattr(fact, name)
        if text is not None:
            fact.mend(**{name: takeable(text)})


def _keep_in_utc(fact: Fact, *names: str) -> None:
    for name in names:
        moment = getattr(fact, name)
        if moment is None or in_utc(moment):
            continue
        try:
            fact.mend(**{name: utc(moment)})
        except ValueError as error:
            raise ValueError(f"{name}：{error}") from None


def _optional(text: str | None) -> str:
    return "null" if text is None else _quoted(text)


def _hash(*parts: str) -> str:
    return _sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
