"""Where else than on its own page an account can be seen, and how the looks there went."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import Field

from shared.clock import chinese_time
from shared.events import Moment, Outcome, Value

PAGE = "page"
"""The account's own page or feed endpoint on its platform; every account has it, nobody has to give it."""

BRIDGE = "bridge"
"""Somebody else's copy of the account's list, as a feed: believed as far as a control account proves."""


class GivenSource(Value):
    """One further source of one account. `kind`: a file name of services/collector/sources.

    `options` hold no secret: what opens a door lies in the settings or in a file that they name.
    """

    key: str = Field(min_length=1)
    """`platform/id` of the account."""
    kind: str = Field(min_length=1)
    address: str = ""
    """What is opened, as the office wrote it; empty where the kind needs none."""
    options: Mapping[str, str] = Field(default_factory=dict)
    added_at: Moment | None = None
    by: str | None = None

    @property
    def name(self) -> str:
        """What a probe calls it; two of one kind differ in their address."""
        return f"{self.kind}:{self.address}" if self.address else self.kind


class SourceState(Value):
    """How the looks at one source of one account went; written by the collector alone."""

    key: str
    source: str
    """`GivenSource.name`, or `page`."""
    looked_at: Moment
    outcome: Outcome
    reason: str | None = None
    proved_at: Moment | None = None
    """Until when the source's list is proven; null: never. Earlier than the look where it is somebody else's copy."""
    newest_post_at: Moment | None = None
    """Newest publish time it ever showed."""
    failures: int = 0
    """Looks in a row that showed nothing."""
    oldest_post_at: Moment | None = None
    """Of the newest look: how far back it shows."""

    def after(self, earlier: "SourceState | None") -> "SourceState":
        """This look, with what the earlier ones proved."""
        if earlier is None:
            return self
        return self.model_copy(
            update={
                "proved_at": _later(self.proved_at, earlier.proved_at),
                "newest_post_at": _later(self.newest_post_at, earlier.newest_post_at),
                "failures": earlier.failures + 1 if self.failures else 0,
            }
        )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


MOST_LATE = timedelta(days=1)
"""How late one source may show what another has: bridges look once or twice a day."""


def disagreements(states: Iterable[SourceState], names: Mapping[str, str]) -> list[str]:
    """Where one source, looked at long after, lacks the newest item that another shows: said, never averaged.

    `names`: of those that claim to list all, what they are called in the sentence.
    """
    known = list(states)
    said = []
    for one in known:
        newer = [other for other in known if other is not one and _lacks(one, other)]
        if one.source not in names or not newer:
            continue
        other = max(newer, key=lambda state: state.newest_post_at or state.looked_at)
        newest = chinese_time(other.newest_post_at) if other.newest_post_at else ""
        own = f"最新只到{chinese_time(one.newest_post_at)}" if one.newest_post_at else "没有标明时间的内容"
        said.append(f"{names.get(other.source, other.source)}有{newest}的内容，{names[one.source]}{own}")
    return said


def _lacks(one: SourceState, other: SourceState) -> bool:
    if one.outcome not in (Outcome.OK, Outcome.EMPTY) or other.newest_post_at is None:
        return False
    return one.looked_at - other.newest_post_at > MOST_LATE and other.newest_post_at > (
        one.newest_post_at or datetime.min.replace(tzinfo=UTC)
    )
