"""An event to and from the bus beside the bare model behind it (P14 asks for twice its speed)."""

from collections.abc import Iterator

from bench.posts import make_posts
from bench.table import Goal, Row, faster, in_turns, over
from shared.bus.envelope import decode, sealed
from shared.events import Post

EVENTS, ROUNDS = 4_000, 9


def measure() -> Iterator[Row]:
    posts = make_posts(EVENTS)
    bodies = [sealed(post, "bench").body for post in posts]
    ours, plain = in_turns(over(posts, _ours), over(posts, _plain), rounds=ROUNDS)
    yield faster("codec: event to message and back, to plain pydantic (P14)", ours, plain, "/s", Goal(2))
    ours, plain = in_turns(over(bodies, decode), over(bodies, Post.model_validate_json), rounds=ROUNDS)
    yield faster("codec: decode alone", ours, plain, "/s")
    write = over(posts, lambda post: sealed(post, "bench"))
    ours, plain = in_turns(write, over(posts, Post.model_dump_json), rounds=ROUNDS)
    yield faster("codec: encode alone, ours with its eight attributes", ours, plain, "/s")


def _ours(post: Post) -> None:
    sent = sealed(post, "bench")
    decode(sent.body, sent.headers)


def _plain(post: Post) -> None:
    Post.model_validate_json(post.model_dump_json().encode())
