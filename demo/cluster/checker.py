"""Was anything lost, repeated, or said of one who did not deserve it? Pure: facts in, violations out.

I1 every acknowledged observation is in the database exactly once; I2 every due alert was delivered at least once and,
outside the windows in which a repeat is allowed, at most once; I3 nobody was accused whose truth never crossed the
threshold; I4 nothing is left waiting; I5 no secret is in any log.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from demo.cluster.facts import Claim, Facts, Found, Observation, Told
from demo.cluster.history import Operation

OPEN, RESOLVED = "open", "resolved"
REPEAT_WINDOW = timedelta(seconds=90)
"""From the receiver's yes until it is surely written down: a minute's lease, and what a channel may take."""
KILL, FREEZE, TERMINATE, CUT = "kill", "freeze", "terminate", "cut"
BREAKING = frozenset({KILL, FREEZE, CUT})
"""What may fall between a message sent and the same message written down. `cut`: the receiver took it, and its answer
was lost. A SIGTERM may not: it is obeyed."""
_CLOCKS_APART = timedelta(seconds=2)


@dataclass(frozen=True)
class Violation:
    invariant: str
    subject: str
    words: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.subject}: {self.words}"


def check(facts: Facts) -> list[Violation]:
    """In the order of the invariants."""
    found = (*_stored_once(facts), *_told(facts), *_false(facts), *_left(facts), *_secrets(facts))
    return list(found)


def _stored_once(facts: Facts) -> Iterator[Violation]:
    stored = {(one.kind, one.fingerprint, one.digest) for one in facts.stored}
    for one in _distinct(facts.held):
        if (one.kind, one.fingerprint, one.digest) not in stored:
            yield Violation(
                "I1", one.key, f"{one.kind} {one.post_id or one.at.isoformat()} is on the bus, not in the database"
            )
    yield from _stored_twice(facts.stored, facts.history)
    on_the_bus = {(one.key, one.post_id, one.digest) for one in facts.held if one.kind == "post"}
    for key, post_id, digest in sorted(set(facts.published) - on_the_bus):
        yield Violation("I1", key, f"post {post_id} ({digest[:8]}) was acknowledged and is not on the bus")
    known = {(one.key, one.post_id) for one in facts.stored if one.kind == "post"}
    for key, ids in sorted(facts.shown.items()):
        for post_id in sorted(set(ids) - {known_id for known_key, known_id in known if known_key == key}):
            yield Violation("I1", key, f"post {post_id} is online for all to see, and not in the database")
    for topic, count in sorted(facts.dead_letters.items()):
        if count:
            yield Violation("I1", topic, f"{count} records were put aside as unreadable")


def _distinct(observations: Iterable[Observation]) -> Iterable[Observation]:
    return {(one.kind, one.fingerprint, one.digest): one for one in observations}.values()


def _stored_twice(stored: Iterable[Observation], history: Iterable[Operation]) -> Iterator[Violation]:
    """Of a post a row a version: two in a row that say the same are one too many, unless it was seen again because the
    note that it had been published was lost."""
    versions = defaultdict(list)
    for one in stored:
        versions[one.kind, one.fingerprint].append(one)
    for rows in versions.values():
        rows.sort(key=lambda one: one.at)
        for earlier, later in itertools.pairwise(rows):
            if earlier.digest == later.digest and not _is_seen_again(earlier, later, history):
                yield Violation(
                    "I1", later.key, f"{later.kind} {later.post_id or later.at.isoformat()} is stored twice"
                )


def _is_seen_again(earlier: Observation, later: Observation, history: Iterable[Operation]) -> bool:
    broken = any(done.op in BREAKING and done.overlaps(earlier.at - _CLOCKS_APART, later.at) for done in history)
    return broken and earlier.at != later.at


def _told(facts: Facts) -> Iterator[Violation]:
    yield from _never_found(facts)
    yield from _never_told(facts)
    yield from _told_twice(facts)


def _never_found(facts: Facts) -> Iterator[Violation]:
    """What was true to the end and had to be said of somebody; a post that left the page unseen is nobody's fault."""
    visible = {(key, post_id) for key, ids in facts.shown.items() for post_id in ids}
    visible |= {(one.key, one.post_id) for one in facts.stored}
    open_now = [found for found in facts.findings if found.closed_at is None]
    for claim in facts.claims:
        can_be_known = claim.post_id is None or (claim.key, claim.post_id) in visible
        if (
            claim.is_due
            and can_be_known
            and not any(_is_about(found, claim.key, claim.rule, claim.post_id) for found in open_now)
        ):
            yield Violation("I2", claim.key, f"{claim.rule} {claim.post_id or ''} holds, and no finding says so")


def _is_about(found: Found, key: str, rule: str, post_id: str | None) -> bool:
    return (found.key, found.rule) == (key, rule) and (post_id is None or found.subject == post_id)


def _never_told(facts: Facts) -> Iterator[Violation]:
    """What was over before anybody was told is no longer due; of what was told, its end is due too."""
    reached = {(one.channel, one.number, one.status) for one in facts.told if one.accepted}
    due = [found for found in facts.findings if found.accuses]
    holds = {found.number: found for found in due if found.closed_at is None}
    over = sorted({found.number for found in due} - holds.keys())
    for channel in facts.channels:
        for number, found in holds.items():
            if (channel, number, OPEN) not in reached:
                yield Violation("I2", found.key, f"告警编号 {number} ({found.rule}) never reached {channel}")
        for number in over:
            if (channel, number, OPEN) in reached and (channel, number, RESOLVED) not in reached:
                yield Violation("I2", number, f"{channel} was told that it began and never that it ended")
    for row in facts.waiting:
        yield Violation("I2", row.number, f"{row.channel}: left {row.state} {row.error}")


def _told_twice(facts: Facts) -> Iterator[Violation]:
    slots: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for one in facts.told:
        if one.accepted:
            slots[one.channel, one.number, one.status].append(one)
    for (channel, number, status), messages in slots.items():
        messages.sort(key=lambda one: one.received_at)
        for earlier, later in itertools.pairwise(messages):
            if not (_is_news(earlier, later, facts.findings) or _may_repeat(earlier, later, facts.history)):
                when = f"{earlier.received_at:%H:%M:%S} and {later.received_at:%H:%M:%S}"
                yield Violation("I2", number, f"{channel} was told {status} at {when}, and nothing broke in between")


def _is_news(earlier: Told, later: Told, findings: Iterable[Found]) -> bool:
    """The matter came up, or ended, once more."""
    moments = (
        one.opened_at if later.status == OPEN else one.closed_at for one in findings if one.number == later.number
    )
    times = sorted(moment for moment in moments if moment is not None and moment <= later.received_at + _CLOCKS_APART)
    return sum(moment > earlier.received_at for moment in times[1:]) > 0


def _may_repeat(earlier: Told, later: Told, history: Iterable[Operation]) -> bool:
    """Before the first message can have been written down something broke: its sender, the database, or its answer."""
    start = earlier.received_at - _CLOCKS_APART
    end = min(earlier.received_at + REPEAT_WINDOW, later.received_at)
    return any(
        done.op in BREAKING
        and done.target.startswith(("alerter", "postgres", earlier.channel))
        and done.overlaps(start, end)
        for done in history
    )


def _false(facts: Facts) -> Iterator[Violation]:
    told = Counter(one.number for one in facts.told)
    known = {found.number for found in facts.findings}
    for number in sorted(told.keys() - known):
        yield Violation("I3", number, f"told {told[number]} times of a finding that nobody made")
    for found in facts.findings:
        if found.accuses and not _was_true(found, facts.claims):
            said = f"finding {found.number} of {found.rule} ({found.subject})"
            yield Violation("I3", found.key, f"{said}, told {told[found.number]} times, was never so")


def _was_true(found: Found, claims: Iterable[Claim]) -> bool:
    return any(
        claim.since <= found.opened_at + _CLOCKS_APART and _is_about(found, claim.key, claim.rule, claim.post_id)
        for claim in claims
    )


def _left(facts: Facts) -> Iterator[Violation]:
    for group, lag in sorted(facts.lags.items()):
        if lag:
            yield Violation("I4", group, f"{lag} records are still waiting")


def _secrets(facts: Facts) -> Iterator[Violation]:
    for name, text in facts.logs:
        for number, secret in enumerate(sorted(facts.secrets), start=1):
            if secret in text:
                line = next(line for line in text.splitlines() if secret in line)
                yield Violation("I5", name, f"secret {number} is in the log: {line.replace(secret, '***')[:200]}")
