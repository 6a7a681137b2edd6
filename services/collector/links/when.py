"""When to open a link again: rarely, sooner where it failed, so that one bad hour accuses nobody. Pure."""

from datetime import datetime, timedelta

from services.collector.links.found import Found
from shared.links import Link, LinkState

FIRST_AFTER = timedelta(hours=1)
SERVICE_EVERY, POST_EVERY = timedelta(days=3), timedelta(days=14)
AGAIN = (timedelta(hours=2), timedelta(hours=8), timedelta(hours=14))
"""After each failure in a row, so that three of them span a day."""
POST_FOR = timedelta(days=30)
"""What an older post links to is nobody's news."""


def after(link: Link, found: Found, now: datetime) -> Link:
    """The link as it is known now. What could not be verified changes nothing that is known."""
    if found.state is LinkState.UNVERIFIED and link.state is not LinkState.NEW:
        return link.model_copy(
            update={"looked_at": now, "reason": link.reason if link.state.is_fault else found.reason}
        )
    same = found.state is link.state
    return link.model_copy(
        update={
            "state": found.state,
            "reason": found.reason,
            "since": link.since if same else now,
            "looked_at": now,
            "times": link.times + 1 if same else 1,
            "digest": found.digest,
            "final_url": found.final_url,
        }
    )


def next_look(link: Link, now: datetime, jitter: float) -> datetime:
    """`link` as it is known after its look at `now`; `jitter` 0 to 1 spreads looks over a tenth more."""
    every = SERVICE_EVERY if link.is_service else POST_EVERY
    wait = AGAIN[min(link.times, len(AGAIN)) - 1] if link.state.is_fault and link.times <= len(AGAIN) else every
    return now + wait * (1 + jitter / 10)
