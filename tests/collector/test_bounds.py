"""However much a page says, what is read of it fits into the bus, the database and a person's day."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import convert

from services.collector.capture import MAX_POSTS, Capture, Reading, ShownAccount, ShownPost, bounded_id
from services.collector.platforms.feed import Feed
from shared.events import Coverage, Outcome, Post, Probe

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MOST_BYTES = 700_000
"""The bus refuses an event of 900,000."""
WORST = ("\U00020000", '"', "\\", "\n", "\x0b", "\x00", "\ud800", "\u200b")


def probe_of(reading: Reading) -> Probe:
    return Probe(
        platform="feed",
        account_id="a",
        at=NOW,
        outcome=reading.outcome,
        reason=reading.reason,
        name=reading.account.name if reading.account else None,
        post_ids=tuple(post.id for post in reading.posts),
    )


@pytest.mark.parametrize("sign", WORST)
def test_the_longest_of_everything_makes_a_small_event(sign: str) -> None:
    long = sign * 300_000
    account = ShownAccount(id=long, name=long, verified_as=long, description=long, status=long, followers=10**40)
    posts = tuple(
        ShownPost(id=f"{n}{sign * 255}", url=long, title=long, text=long, ad_signals=(long,) * 200) for n in range(3)
    )
    many = tuple(posts[0].model_copy(update={"id": bounded_id(f"{n}{sign * 280}")}) for n in range(4000))
    reading = Reading(outcome=Outcome.OK, reason=long, account=account, posts=many)
    assert len(probe_of(reading).to_json()) < MOST_BYTES
    for post in posts:
        event = convert(post.model_dump() | {"platform": "feed", "account_id": "a", "observed_at": NOW}, Post)
        assert len(event.to_json()) < MOST_BYTES
    assert len(reading.model_dump_json().encode("utf-8")) > 0
    assert account.followers is None


def test_ids_of_a_usual_length_stay_as_they_are() -> None:
    for plain in ("2247500001_1", "https://example.cn/" + "a" * 237):
        assert bounded_id(plain) == plain


def test_two_long_ids_that_differ_at_their_end_stay_two() -> None:
    one, other = ("https://example.cn/" + "a" * 3900 + end for end in "xy")
    kept = {bounded_id(one), bounded_id(other), bounded_id(one)}
    assert len(kept) == 2
    assert all(len(own_id.encode()) < 1024 and own_id.startswith("https://example.cn/aaa") for own_id in kept)
    assert bounded_id("a\ud800") != bounded_id("a\ud801")


def test_of_too_many_items_the_newest_are_kept_in_their_order_and_it_is_said() -> None:
    posts = [ShownPost(id=str(n), published_at=NOW - timedelta(hours=n)) for n in range(MAX_POSTS + 100)]
    undated = ShownPost(id="undated")
    reading = Reading(outcome=Outcome.OK, posts=(undated, *reversed(posts)), covers=Coverage.LIST)
    assert [post.id for post in reading.posts] == [str(n) for n in reversed(range(MAX_POSTS))]
    assert str(MAX_POSTS) in (reading.reason or "")
    assert Reading(outcome=Outcome.OK, posts=tuple(posts[:MAX_POSTS])).reason is None


def test_a_feed_of_four_thousand_long_ids_is_read() -> None:
    items = "".join(
        f"<item><title>甲{n}</title><guid>{n}-{'x' * 280}</guid><pubDate>Fri, 20 Nov 2026 0{n % 10}:00:00 GMT</pubDate></item>"
        for n in range(4000)
    )
    body = f"<rss version='2.0'><channel><title>某市发布</title>{items}</channel></rss>".encode()
    reading = Feed().read([Capture(body=body, at=NOW)])
    assert (reading.outcome, len(reading.posts), len({post.id for post in reading.posts})) == (
        Outcome.OK,
        MAX_POSTS,
        MAX_POSTS,
    )
    assert len(probe_of(reading).to_json()) < MOST_BYTES
