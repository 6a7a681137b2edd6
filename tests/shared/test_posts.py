"""Reading all posts of an account: the newest version of each, in small parts, on both databases."""

import threading
from datetime import datetime, timedelta

import pytest

from shared import event_json
from shared.events import Post
from shared.storage import posts as reading
from shared.storage.store import Store
from tests.builders import NOW, a_post, days

SINCE, UNTIL = NOW - days(365), NOW


def written(store: Store, *posts: Post) -> None:
    with store.judgements.judging() as judging:
        for post in posts:
            judging.observed.add_posts([post])


def read(store: Store, since: datetime = SINCE, until: datetime = UNTIL) -> list[tuple[str, str | None]]:
    bodies = [body for part in store.posts.published("weibo/1001", since, until) for body in part]
    return [(post.id, post.title) for post in (event_json.read(Post, body) for body in bodies)]


def test_of_several_versions_the_newest_is_read(store: Store) -> None:
    first = a_post("a", NOW - days(3), title="初稿", observed_at=NOW - days(3))
    written(store, first, first.but(title="改后", observed_at=NOW - days(2)))
    assert read(store) == [("a", "改后")]


def test_the_period_begins_with_its_first_and_ends_before_its_last_moment(store: Store) -> None:
    second = timedelta(seconds=1)
    written(
        store,
        a_post("before", SINCE - second),
        a_post("first", SINCE),
        a_post("last", UNTIL - second),
        a_post("after", UNTIL),
    )
    assert {post_id for post_id, _ in read(store)} == {"first", "last"}


def test_an_item_without_a_date_counts_by_when_it_was_observed(store: Store) -> None:
    written(store, a_post("old", None, observed_at=SINCE - days(1)), a_post("new", None, observed_at=NOW - days(1)))
    assert read(store) == [("new", "青禾要闻")]


def test_other_accounts_are_left_out(store: Store) -> None:
    written(store, a_post("a", NOW - days(1)), a_post("b", NOW - days(1), account_id="1002"))
    assert [post_id for post_id, _ in read(store)] == ["a"]


@pytest.mark.parametrize("same_moment", [True, False])
def test_parts_leave_nothing_out_and_repeat_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, same_moment: bool
) -> None:
    monkeypatch.setattr(reading, "_MOST", 3)
    monkeypatch.setattr(reading, "_BATCH", reading._BATCH.limit(3))
    at = [NOW - days(10) + timedelta(minutes=0 if same_moment else number) for number in range(10)]
    written(store, *(a_post(f"p{number}", NOW - days(20), observed_at=at[number]) for number in range(10)))
    assert sorted(post_id for post_id, _ in read(store)) == [f"p{number}" for number in range(10)]


def test_a_writer_goes_on_while_somebody_reads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST", 1)
    monkeypatch.setattr(reading, "_BATCH", reading._BATCH.limit(1))
    written(store, *(a_post(f"p{number}", NOW - days(2), observed_at=NOW - days(2)) for number in range(3)))
    parts = store.posts.published("weibo/1001", SINCE, UNTIL)
    next(parts)
    writer = threading.Thread(target=written, args=(store, a_post("late", NOW - days(1))))
    writer.start()
    writer.join(timeout=10)
    assert not writer.is_alive()
    assert len(list(parts)) == 3
