"""The collector's values: what to open, what came back, and what it tells.

What is read off a page is bounded here, in the types, so that no reader can make more of it than the bus, the database
and a person can take: a probe of the most and longest ids that are kept stays under 700 kB.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from shared.events import Comments, Coverage, Kind, Moment, Outcome, Value

MAX_ID, MAX_LINE, MAX_URL, MAX_TEXT = 256, 300, 2_000, 50_000
"""Code points. WeChat itself takes 64 of a title and 50,000 of a text."""
MAX_POSTS, MAX_SIGNALS, MAX_LINKS = 500, 50, 50
MAX_COUNT = 10**12

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """The text without what no encoder takes (lone surrogates and NUL become U+FFFD) and without control characters."""
    if text.isprintable() or _is_clean(text):
        return text
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd"))


def _is_clean(text: str) -> bool:
    """Through a page of megabytes bytes are counted in half the time that a pattern takes."""
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return False
    return len(body.translate(None, _CONTROL_BYTES)) == len(body)


def bounded_id(value: Any) -> Any:
    """An id that is short and printable as it is; of any other its beginning and a hash of all of it.

    Two ids that differ still differ, and one id is the same at each visit.
    """
    if not isinstance(value, str) or (len(value) <= MAX_ID and value.isprintable()):
        return value
    kept = "".join(sign for sign in clean(value[:160]) if sign.isprintable())
    return f"{kept}~{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _line(value: Any) -> Any:
    return clean(value[: MAX_LINE * 4])[:MAX_LINE] if isinstance(value, str) else value


def _text(value: Any) -> Any:
    return clean(value[:MAX_TEXT]) if isinstance(value, str) else value


def _url(value: Any) -> Any:
    """A cut address leads nowhere."""
    return (clean(value) if len(value) <= MAX_URL else None) if isinstance(value, str) else value


def _count(value: Any) -> Any:
    return None if isinstance(value, int) and not 0 <= value <= MAX_COUNT else value


def _signals(value: Any) -> Any:
    return tuple(map(_line, value[:MAX_SIGNALS])) if isinstance(value, list | tuple) else value


def _links(value: Any) -> Any:
    """A cut address leads nowhere."""
    if not isinstance(value, list | tuple):
        return value
    whole = (clean(link).strip() for link in value if isinstance(link, str) and len(link) <= MAX_URL)
    return tuple(dict.fromkeys(filter(None, whole)))[:MAX_LINKS]


Id = Annotated[str, BeforeValidator(bounded_id)]
Line = Annotated[str | None, BeforeValidator(_line)]
LongText = Annotated[str | None, BeforeValidator(_text)]
Url = Annotated[str | None, BeforeValidator(_url)]
Count = Annotated[int | None, BeforeValidator(_count)]


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

    @cached_property
    def sha256(self) -> str:
        """Of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


class Captured(Value):
    """`failure` is set (timeout, network, crash) when the browser itself could not look; then `reason` says why,
    in Chinese. `light`: only the feed was asked for, from inside the warm page. `retry_after_seconds`: the platform's
    own wish with its refusal, at most a day. `clock_offset`: our clock minus the other side's, by the newest `Date` of
    the answers, too large by up to the length of the visit; null when none tells. One server may be wrong itself.
    `session`: the name of the login it was seen with; null: as the public sees it.
    """

    captures: tuple[Capture, ...] = ()
    failure: Outcome | None = None
    reason: str | None = None
    final_url: str | None = None
    light: bool = False
    retry_after_seconds: float | None = None
    clock_offset: timedelta | None = None
    session: str | None = None


class Shown(Value):
    """What a page shows. Held to its bounds again where a Reading is made, since a copy with changes is not checked."""

    model_config = ConfigDict(revalidate_instances="always")


class ShownAccount(Shown):
    """What a capture says of an account; null is what it does not tell."""

    id: Id | None = None
    name: Line = None
    verified_as: Line = None
    description: Line = None
    followers: Count = None
    posts_total: Count = None
    status: Line = None


class ShownPost(Shown):
    """One item as a capture shows it; the fields of shared.events.Post that a page can tell.

    `approximate`: the page tells its time in words that move with the clock or name no hour (3小时前, 06-14).
    """

    id: Id
    url: Url = None
    title: Line = None
    text: LongText = None
    published_at: Moment | None = None
    approximate: bool = False
    pinned: bool | None = None
    kind: Kind = Kind.UNKNOWN
    comments: Comments = Comments.UNKNOWN
    ad_signals: Annotated[tuple[str, ...], BeforeValidator(_signals)] = ()
    links: Annotated[tuple[str, ...], BeforeValidator(_links)] = ()
    """Addresses that the item leads to, as they stand in it."""


class Reading(Value):
    """All that a set of captures tells. `reason` is a Chinese sentence for a person whenever `outcome` is not `ok`.

    Of more than MAX_POSTS items the newest are kept, in their order on the page, and `reason` says so.
    """

    outcome: Outcome
    reason: Line = None
    account: ShownAccount | None = None
    posts: tuple[ShownPost, ...] = ()
    covers: Coverage = Coverage.NOTHING

    @model_validator(mode="before")
    @classmethod
    def _newest_only(cls, data: Any) -> Any:
        posts = data.get("posts", ()) if isinstance(data, dict) else ()
        if len(posts) <= MAX_POSTS:
            return data
        said = f"{data.get('reason') or ''}页面列有 {len(posts)} 条内容，只取最新的 {MAX_POSTS} 条"
        return {**data, "posts": newest(posts), "reason": said}


def newest(posts: tuple[ShownPost, ...]) -> tuple[ShownPost, ...]:
    by_time = sorted(range(len(posts)), key=lambda place: posts[place].published_at or _EARLIEST, reverse=True)
    return tuple(posts[place] for place in sorted(by_time[:MAX_POSTS]))


class Plan(Value):
    """What to open for one account.

    `page`: the account's page, opened in the browser; null means plain HTTP without a browser (feeds).
    `keep`: regular expressions; answers whose URL (host and path, without query) matches one are captured.
    `fetch`: answers that may be asked for from inside the platform's warm page instead of loading `page` again;
    empty where the page's own script must sign the request.
    `authorization`: shown to the host of `fetch` alone, by plain HTTP alone.
    """

    page: str | None = None
    keep: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    authorization: SecretStr | None = None


def sha256_of(captures: Sequence[Capture]) -> str | None:
    """Over all that a visit's probe rests on; null where nothing came back."""
    if not captures:
        return None
    digest = hashlib.sha256()
    for capture in captures:
        digest.update(bytes.fromhex(capture.sha256))
    return digest.hexdigest()
