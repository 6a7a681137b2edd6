"""Five hundred conventions over a post, beside their automaton alone."""

import random
from collections.abc import Iterator

from ahocorasick_rs import AhoCorasick, Implementation

from bench.posts import make_posts
from bench.table import Goal, Row, faster, in_turns, over
from services.analyzer.language.conventions.convention import Convention, convention_of
from services.analyzer.language.conventions.matcher import Conventions
from services.analyzer.language.text.folding import fold

_POSTS, _PATTERNS, _AGAIN = 400, 500, 5
_NAMES = "纽西兰寮国汉城沙乌地义大利象牙海岸斯威士马其顿锡金"


def measure() -> Iterator[Row]:
    posts = make_posts(2 * _POSTS)
    texts = [(one.text or "") + "\n" + (other.text or "") for one, other in zip(posts[::2], posts[1::2], strict=True)]
    conventions = list(_conventions(random.Random(1)))  # noqa: S311
    forms = list(dict.fromkeys(form for one in conventions for piece in one.pattern.pieces for form in piece))
    automaton, matcher = AhoCorasick(forms, implementation=Implementation.DFA), Conventions(conventions)

    def find(text: str) -> None:
        fold(text)  # every other rule has asked for it
        for _ in range(_AGAIN):
            matcher.find(text)

    def scan(text: str) -> None:
        folded = fold(text).text
        for _ in range(_AGAIN):
            automaton.find_matches_as_indexes(folded, overlapping=True)

    ours, bare = in_turns(over(texts, find), over(texts, scan))
    yield faster("conventions: 500 over a post, to their automaton", ours, bare, "/s", Goal(0.8))
    alone = over(texts, fold)()
    microseconds = (min(cost.seconds for cost in ours) - alone.seconds) / _POSTS / _AGAIN * 1e6
    yield Row("    NamingConvention", f"{microseconds:.0f} us")


def _conventions(chance: random.Random) -> Iterator[Convention]:
    """Every third with a gap and forms to choose from."""
    for row in range(2, _PATTERNS + 2):
        name = "".join(chance.choices(_NAMES, k=4))
        yield convention_of(row, {"pattern": name if row % 3 else f"{name[:2]}…(国家|{name[2:]})"})
