"""Of a long history half is read where the rest cannot matter: the rules see the same."""

import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.analyzer.timeline import Timeline
from shared.events import Post
from shared.storage.observations import HISTORY_POSTS
from shared.storage.store import Store, open_store
from tests.builders import NOW, a_post, days
from tests.each_store import empty

ITEMS = 450


def in_order() -> list[Post]:
    return [a_post(f"p{n}", NOW - days(n), observed_at=NOW - days(n) + timedelta(minutes=10)) for n in range(1, ITEMS)]


def at_random(seed: int, *, most_late: int, share_undated: float, share_again: float) -> list[Post]:
    """Items found late, some without a date, some shown again as they were or changed."""
    chance, posts = random.Random(seed), []
    for number in range(1, ITEMS):
        published = NOW - days(number)
        observed = min(NOW, published + days(chance.randint(0, most_late)) + timedelta(seconds=number))
        post = a_post(f"p{number}", published, observed_at=observed)
        if chance.random() < share_undated:
            post = post.but(published_at=None)
        posts.append(post)
        if chance.random() < share_again:
            text = chance.choice([post.text, "改过的正文"])
            posts.append(post.but(text=text, observed_at=min(NOW, observed + days(chance.randint(1, 90)))))
    return posts


HISTORIES = {
    "in order": in_order(),
    "found at once": [post.but(observed_at=NOW) for post in in_order()[: 2 * HISTORY_POSTS]],
    "an old one shown last": [*in_order(), a_post("old", NOW - days(900), observed_at=NOW)],
    "a new one shown long ago": [*in_order(), a_post("pinned", NOW - timedelta(hours=1), observed_at=NOW - days(250))],
    **{f"late, {seed}": at_random(seed, most_late=3, share_undated=0, share_again=0) for seed in range(3)},
    **{f"very late, {seed}": at_random(seed, most_late=300, share_undated=0, share_again=0) for seed in range(3)},
    **{f"undated, {seed}": at_random(seed, most_late=3, share_undated=0.3, share_again=0) for seed in range(3)},
    **{f"again, {seed}": at_random(seed, most_late=30, share_undated=0.02, share_again=0.3) for seed in range(3)},
}


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("back", [0, 100])
def test_the_rules_see_the_same(name: str, back: int, tmp_path: Path) -> None:
    moment = NOW - days(back)
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store, store.judgements.judging() as judging:
        judging.observed.add_posts(HISTORIES[name])
        known = judging.observed.known(HISTORIES[name][0].key, moment)
    sights = {(post.id, post.observed_at): post for post in reversed(HISTORIES[name])}
    shown = sorted(sights.values(), key=lambda post: post.observed_at)
    whole = [post for post in shown if post.observed_at <= moment][-2 * HISTORY_POSTS :]
    posts = Timeline("weibo/1", moment, known).posts()
    assert posts == Timeline("weibo/1", moment, replace(known, versions=whole)).posts()
    if name == "in order":
        assert [len(known.versions), len(posts)] == [HISTORY_POSTS, HISTORY_POSTS]


def test_of_what_one_visit_saw_the_same_is_known_in_whatever_order_it_was_written(each_store: Store) -> None:
    seen = [a_post(f"p{number}", published_at=None, observed_at=NOW) for number in range(ITEMS)]
    found = []
    for seed in range(3):
        empty(each_store)
        with each_store.judgements.judging() as judging:
            judging.observed.add_posts(random.Random(seed).sample(seen, ITEMS))
        with each_store.judgements.judging() as judging:
            known = judging.observed.known(seen[0].key, NOW)
        found.append(Timeline(seen[0].key, NOW, known).posts())
    assert found[0] == found[1] == found[2]
