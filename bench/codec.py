"""An event to and from the bus beside a msgspec Struct of the same fields (P14)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from pydantic import TypeAdapter, create_model

from bench.posts import make_posts
from bench.table import Cost, Goal, Row, in_turns, longer, over
from shared.bus.envelope import decode, encode, headers, sealed
from shared.event_json import read
from shared.events import Comments, Kind, Post

EVENTS, ROUNDS = 4_000, 9


class Bare(msgspec.Struct):
    """The fields of a Post, of which only the types are checked."""

    event: str
    version: int
    platform: str
    account_id: str
    id: str
    observed_at: datetime
    url: str | None
    title: str | None
    text: str | None
    published_at: datetime | None
    pinned: bool | None
    kind: Kind
    comments: Comments
    ad_signals: tuple[str, ...]


_writer, _reader = msgspec.json.Encoder(), msgspec.json.Decoder(Bare)
_fields: dict[str, Any] = {name: (kind, ...) for name, kind in Bare.__annotations__.items()}
_plain = TypeAdapter(create_model("Plain", **_fields))


def measure() -> Iterator[Row]:
    goal = Goal(1.5, at_least=False)
    bodies = [encode(post) for post in make_posts(EVENTS)]
    posts, structs = [read(Post, body) for body in bodies], [_reader.decode(body) for body in bodies]
    ours, bare = in_turns(lambda: _ours(bodies), lambda: _bare(bodies, structs), rounds=ROUNDS)
    yield longer("codec: there and back, to a Struct, both with headers (P14)", ours, bare, goal)
    plain = [_plain.validate_json(body) for body in bodies]
    ours, bare, model = in_turns(over(posts, _trip), over(structs, _bare_trip), over(plain, _plain_trip), rounds=ROUNDS)
    yield longer("codec: there and back, to a Struct, both without", ours, bare, goal)
    yield longer("codec: there and back, to a pydantic model, both without", ours, model, Goal(0.5, at_least=False))
    ours, bare = in_turns(over(bodies, decode), over(bodies, _reader.decode), rounds=ROUNDS)
    yield longer("codec: decode and check alone, to a Struct", ours, bare)
    ours, bare = in_turns(over(posts, encode), over(structs, _writer.encode), rounds=ROUNDS)
    yield longer("codec: encode alone, to a Struct", ours, bare)


def _trip(post: Post) -> None:
    decode(encode(post))


def _bare_trip(struct: Bare) -> None:
    _reader.decode(_writer.encode(struct))


def _plain_trip(model: Any) -> None:
    _plain.validate_json(_plain.dump_json(model))


def _ours(bodies: list[bytes]) -> Cost:
    def trip(post: Post) -> None:
        sent = sealed(post, "bench")
        decode(sent.body, sent.headers)

    return over(_fresh(bodies), trip)()


def _bare(bodies: list[bytes], structs: list[Bare]) -> Cost:
    def trip(pair: tuple[Bare, Post]) -> None:
        struct, post = pair
        body = _writer.encode(struct)
        headers(post, "bench")
        _reader.decode(body)

    return over(list(zip(structs, _fresh(bodies), strict=True)), trip)()


def _fresh(bodies: list[bytes]) -> list[Post]:
    """A post remembers its digest: those measured must not have been asked for it before."""
    return [read(Post, body) for body in bodies]
