"""A message as programs read it: what the webhook posts, and what `xunjian schema webhook` describes."""

from typing import Literal

from services.alerter.message import Matter, Message, MessageEvent
from shared.account import PLATFORM_NAMES
from shared.events import Clause, Evidence, FindingStatus, Moment, Severity, Value
from shared.state import State

MOST_FINDINGS = 100
MOST_EVIDENCE = 10
"""With both, a body stays under the megabyte at which many servers refuse."""


class ToldAccount(Value):
    """The account, as the ledger holds it. No person's name or number is in it."""

    platform: str
    """File name of the platform: wechat, weibo, douyin, toutiao, feed."""
    platform_name: str
    """In Chinese, for people."""
    id: str
    """The platform's own id, always a string; `*`: the finding is about the whole platform."""
    key: str
    """`platform/id`, the account's name in all programs."""
    name: str | None = None
    """Null, like what follows, when the ledger does not hold the account."""
    url: str | None = None
    unit: str | None = None
    """The unit that owns the account (主办单位)."""
    supervisor: str | None = None
    region: str | None = None


class ToldFinding(Value):
    """One finding: what was measured against which threshold, under which clause, and where to look."""

    number: str
    """The 告警编号 of the messages: eight signs, the beginning of the fingerprint."""
    fingerprint: str
    """Stable identity of the matter: opening, resolution and repeats have the same."""
    status: FindingStatus
    account: ToldAccount
    rule: str
    """File name of the rule."""
    indicator: str
    """Our indicator id, for example U-01."""
    severity: Severity
    state: State | None = None
    """Where this puts the account while it holds; null: it accuses nobody."""
    needs_confirmation: bool
    """True: a person must confirm before it may stand in a circular."""
    sentence: str
    """One Chinese sentence a person can check by hand."""
    clause: Clause
    measured: str
    threshold: str
    window: str
    since: Moment | None = None
    """When the matter began."""
    at: Moment
    """When this status was established."""
    rulebook_version: str
    evidence: tuple[Evidence, ...] = ()
    """Links, and quotes in which personal data is masked already."""
    evidence_total: int
    """How many there are; at most 10 are sent."""
    traceparent: str | None = None
    """W3C Trace Context of the visit that caused this; its second part is the `trace_id` of our log lines."""


class Payload(Value):
    """One message. A field may be added within a version; none is removed or changes its meaning."""

    version: Literal[1] = 1
    id: str
    """The same whenever the message is sent again; take each id once."""
    event: MessageEvent
    unit: str
    """Whom it addresses."""
    title: str
    lines: tuple[str, ...]
    """With the title, what the other channels send."""
    severity: Severity
    """The gravest of the findings'."""
    at: Moment
    numbers: tuple[str, ...] = ()
    """Of all findings."""
    findings: tuple[ToldFinding, ...] = ()
    """Gravest first, at most 100; `numbers` names the others too. Empty in a notice and a test."""

    @classmethod
    def of(cls, message: Message) -> "Payload":
        return cls(
            id=message.id,
            event=message.event,
            unit=message.unit,
            title=message.title,
            lines=message.lines,
            severity=message.severity,
            at=message.at,
            numbers=message.numbers,
            findings=tuple(map(_told, message.matters[:MOST_FINDINGS])),
        )


def _told(matter: Matter) -> ToldFinding:
    finding = matter.finding
    same = {name: getattr(finding, name) for name in ToldFinding.model_fields if hasattr(finding, name)}
    cut = {"evidence": finding.evidence[:MOST_EVIDENCE], "evidence_total": len(finding.evidence)}
    return ToldFinding.model_validate({**same, **cut, "account": _account(matter), "traceparent": matter.trace})


def _account(matter: Matter) -> ToldAccount:
    platform, identity = matter.finding.platform, matter.finding.account_id
    known = matter.account.model_dump(include={"name", "url", "unit", "supervisor", "region"}) if matter.account else {}
    return ToldAccount(
        platform=platform,
        platform_name=PLATFORM_NAMES.get(platform, platform),
        id=identity,
        key=matter.finding.key,
        **known,
    )
