"""The ratio of one's own posts, with its numerator and denominator."""

from services.analyzer.objection import History
from services.analyzer.rules.originality import Originality
from shared.events import Post
from tests.builders import NOW, a_post, a_probe, an_account, days

BODY = "青禾县召开河湖长制工作推进会，部署冬季河道清理。"


def measured(*posts: Post, copied: frozenset[str] = frozenset()) -> list[str]:
    history = History(account=an_account(), posts=posts, watched_since=NOW - days(90), copied=copied)
    return [objection.measured for objection in Originality(at_least_posts=4).check_probe(a_probe(), history)]


def some(count: int, name: str, text: str = BODY, **fields: object) -> list[Post]:
    return [a_post(f"{name}{number}", NOW - days(1), text=text, **fields) for number in range(count)]


def test_a_source_line_counts_against_and_ones_own_name_counts_for() -> None:
    foreign, own = some(4, "f", f"{BODY}（来源：新华社）"), some(1, "o", f"{BODY}\n来源：青禾发布")
    assert measured(*foreign, *own) == ["20.0%（1/5）"]


def test_what_is_unknown_is_left_out_of_both() -> None:
    assert measured(*some(3, "r", kind="repost"), *some(90, "u")) == []
    assert measured(*some(4, "r", kind="repost"), *some(90, "u")) == ["0.0%（0/4）"]


def test_a_copy_counts_against_whatever_it_is_marked() -> None:
    marked = some(4, "o", kind="original")
    assert measured(*marked) == []
    assert measured(*marked, copied=frozenset(("o0", "o1", "o2"))) == ["25.0%（1/4）"]


def test_posts_before_the_window_do_not_count() -> None:
    old = [a_post(f"r{number}", NOW - days(31), kind="repost") for number in range(9)]
    assert measured(*old) == []
