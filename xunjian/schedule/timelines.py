"""When accounts posted: from the store, from saved feeds, from a table."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.collector.capture import Capture
from services.collector.platforms.base import Platform
from services.collector.reading.moments import from_text
from shared.errors import InputError
from shared.event_json import read
from shared.events import Post
from shared.plugins import discover
from shared.storage.store import Store
from xunjian.typed.saved_file import read_body

_FIRST_ITEM = re.compile(rb"<(?:item|entry)\b", re.IGNORECASE)
_MADE_AT = re.compile(rb"<(?:lastBuildDate|pubDate|updated)>([^<]{1,80})<", re.IGNORECASE)
_NAMES = {"key", "published_at"}


@dataclass(frozen=True)
class Timeline:
    """`pushes`: the moments it posted at, ascending, each once. `until`: nothing else was posted before it."""

    key: str
    pushes: tuple[datetime, ...]
    until: datetime


def stored(store: Store, since: datetime, until: datetime) -> Iterator[Timeline]:
    """Of the office's own accounts. Raises TransientError."""
    for account in store.accounts.all():
        batches = store.posts.published(account.key, since, until)
        posts = [read(Post, body) for batch in batches for body in batch]
        yield from _timeline(account.key, (post.published_at for post in posts), until, since)


def saved(files: Iterable[Path]) -> Iterator[Timeline]:
    """Feeds (.xml), tables (.csv, columns key and published_at), or folders of them. Raises InputError."""
    for file in files:
        if file.is_dir():
            yield from saved(sorted(one for one in file.iterdir() if one.suffix in {".xml", ".csv"}))
        elif file.suffix == ".csv":
            yield from _of_table(file)
        else:
            yield from _of_feed(file)


def _of_feed(file: Path) -> Iterator[Timeline]:
    """A feed says itself when it was made: until then the account was silent after its newest item."""
    body = read_body(file)
    first = _FIRST_ITEM.search(body)
    made = _MADE_AT.search(body[: first.start()] if first else body)
    until = from_text(made.group(1).decode("utf-8", "replace")) if made else None
    reading = discover("services.collector.platforms", Platform)["feed"]().read([Capture(body=body, at=_far(until))])
    yield from _timeline(file.stem, (post.published_at for post in reading.posts), until)


def _of_table(file: Path) -> Iterator[Timeline]:
    rows = csv.DictReader(io.StringIO(read_body(file).decode("utf-8-sig", "replace")))
    if _NAMES - set(rows.fieldnames or ()):
        raise InputError(str(file), "第一行须有 key 和 published_at 两列；如 key,published_at")
    times: dict[str, list[datetime]] = {}
    for row in rows:
        moment = from_text(row["published_at"])
        if not row["key"] or moment is None:
            raise InputError(f"{file}:{rows.line_num}", "缺账号或时间认不出；时间写成 2026-11-21 08:30（北京时间）")
        times.setdefault(row["key"], []).append(moment)
    for key, moments in times.items():
        yield from _timeline(key, moments, None)


def _timeline(
    key: str, times: Iterable[datetime | None], until: datetime | None, since: datetime | None = None
) -> Iterator[Timeline]:
    pushes = sorted({time.replace(second=0, microsecond=0) for time in times if time and (not since or time >= since)})
    if pushes:
        yield Timeline(key, tuple(pushes), max(until or pushes[-1], pushes[-1]))


def _far(until: datetime | None) -> datetime:
    """When the feed was read: no item is then refused as one to come."""
    return until or datetime(2100, 1, 1, tzinfo=UTC)
