"""What a test wants to know of a reading, and the saved answers it is read from."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import strategies as st

from services.collector.capture import Capture, Reading
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.events import Comments, Coverage, Kind, Outcome
from tests.paths import SHARED

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    """The facts of a reading that judgements rest on. `newest` is UTC; counts leave out what no post has."""

    outcome: Outcome
    covers: Coverage
    account: str | None = None
    posts: int = 0
    newest: str | None = None
    pinned: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)
    comments: dict[Comments, int] = field(default_factory=dict)
    ads: tuple[str, ...] = ()


def facts_of(reading: Reading) -> Facts:
    times = [post.published_at for post in reading.posts if post.published_at]
    return Facts(
        outcome=reading.outcome,
        covers=reading.covers,
        account=reading.account.name or reading.account.id if reading.account else None,
        posts=len(reading.posts),
        newest=f"{max(times):%Y-%m-%d %H:%M:%S}" if times else None,
        pinned=sum(post.pinned is True for post in reading.posts),
        kinds=dict(Counter(post.kind for post in reading.posts)),
        comments=dict(Counter(post.comments for post in reading.posts)),
        ads=tuple(signal for post in reading.posts for signal in post.ad_signals),
    )


def saved(platform: str, name: str, at: datetime = NOW) -> Capture:
    return Capture(body=(SHARED / "captures" / platform / name).read_bytes(), at=at)


def spoilt(platform: str, name: str) -> Iterator[bytes]:
    """The saved answer cut off, and with rubbish in it, at places that are the same in every run."""
    body, chance = saved(platform, name).body, random.Random(name)
    for _ in range(4):
        cut = chance.randrange(len(body))
        yield body[:cut]
        yield body[:cut] + chance.randbytes(20) + body[cut + 20 :]


def saved_names(platform: str) -> set[str]:
    folder = SHARED / "captures" / platform
    return {path.name for path in folder.iterdir() if path.suffix != ".md"} if folder.is_dir() else set()


def answer(body: object, url: str | None = None, status: int | None = None, at: datetime = NOW) -> Capture:
    """A hand-written answer; text is taken as it is, anything else as JSON."""
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Capture(url=url, status=status, body=raw.encode("utf-8", "surrogatepass"), at=at)


def account(platform: str, account_id: str, name: str = "某市发布") -> Account:
    return Account(platform=platform, id=account_id, name=name, unit="某市人民政府办公室")


def never_raises(platform: Platform, body: bytes) -> None:
    """Reads hostile bytes; the reading must also survive being written down."""
    capture = Capture(body=body, at=NOW)
    for wanted in (None, account("any", "2803301701")):
        reading = platform.read([capture, capture], wanted)
        assert reading.outcome is Outcome.OK or reading.reason
        reading.model_dump_json()


def hostile_json(fields: str) -> st.SearchStrategy[object]:
    """JSON of a platform's own field names holding values of every wrong kind."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from(
            ["", "0", "1", "4857881961438732", "\ud800", "Sat Jan 14 18:39:37 +0800 2023", "06-14", "刚刚", "[]"]
        ),
        st.sampled_from([0, 1, -100, 4857881961438732, 10**30, 1499994305]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(fields.split()), inner, max_size=8)
        ),
        max_leaves=25,
    )
