"""What an office gives besides an account's own page: where else the account can be seen, and how the last look went."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from shared.events import Moment, Outcome, Value

PAGE = "page"
"""The account's own page or feed endpoint on its platform; every account has it, nobody has to give it."""


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
