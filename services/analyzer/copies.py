"""Posts held against what accounts of other units published earlier; sketches of all of them are in the store."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time, timedelta

from services.analyzer.language.origin.similar import Sketch, letters_of, likeness, marks_of, sketch_of
from services.analyzer.objection import Earlier
from shared.account import Account
from shared.clock import FUTURE_TOLERANCE, to_shanghai
from shared.events import Post
from shared.storage.judgements import Judging
from shared.storage.lost_marks import are_marks_lost, restore_marks
from shared.storage.sketches import SKETCHES, Sketched

LEAST_LETTERS = 80
"""Shorter texts are alike by chance: greetings, warnings, the formula of a notice."""


def keep_sketches(judging: Judging, posts: Sequence[Post], indicators: Collection[str] = ()) -> None:
    """Keep the posts' sketches, so that others can be held against them, of each item one version.

    A version that shows no text changes nothing. The posts in the order in which they were observed. `indicators`: what
    copies are accused under.
    """
    if not posts:
        return
    judging.serialise(SKETCHES)
    items = [(post, _sketched(post)) for post in posts]
    newest = {item.fingerprint: (post, item) for post, item in items if item is not None}
    oldest = {post.fingerprint: post for post in reversed(posts)}
    accused = [post for post, _ in newest.values() if _is_accused(judging, post, indicators)]
    settled = {post.fingerprint for post in accused if _is_as_before(judging, oldest[post.fingerprint], post)}
    kept = judging.sketches.keep([item for _, item in newest.values()], settled)
    waiting = {item.fingerprint for item in kept.again} | {post.fingerprint for post in accused}
    if are_marks_lost(judging.connection):
        # Nobody knows which are alike.
        waiting |= {item.fingerprint for item in kept.added}
    waiting -= settled
    waiting |= {post.fingerprint for post, item in items if item is None and post.text is not None}
    while kept.replaced and restore_marks(judging.connection):
        pass
    waiting |= {copy.fingerprint for before in kept.replaced for copy in copies_of(judging, before)}
    judging.sketches.wait(waiting)


def _is_accused(judging: Judging, post: Post, indicators: Collection[str]) -> bool:
    held = judging.open_findings(post.key)
    return any(finding.subject == post.id and finding.indicator in indicators for finding in held)


def _is_as_before(judging: Judging, oldest: Post, newest: Post) -> bool:
    """The sketch of what it was held against may be forgotten by now, which puts nothing right."""
    before = judging.observed.shown_before(oldest)
    return before is not None and _said(before) == _said(newest)


def _said(post: Post) -> tuple[object, ...]:
    return post.title, post.text, post.kind, post.published_at


def copies_of(judging: Judging, item: Sketched) -> Iterator[Sketched]:
    """Items of other accounts published after this one that are the same text."""
    if not item.marks:
        return
    sketch = Sketch.from_bytes(item.body)
    for other in judging.sketches.later(item.marks, item.key, item.published_at):
        if likeness(Sketch.from_bytes(other.body), sketch).is_same:
            yield other


def earlier_of(judging: Judging, account: Account, post: Post) -> tuple[Earlier, ...]:
    """What accounts of other units published before the post and is the same text; the earliest first."""
    letters = _counted_letters(post)
    if not letters or post.published_at is None:
        return ()
    others = judging.sketches.earlier(marks_of(letters), post.key, post.published_at)
    if not others:
        return ()
    own, found = sketch_of(letters), []
    for other in others:
        alike = likeness(own, Sketch.from_bytes(other.body))
        if not alike.is_same or not _surely_before(other.published_at, post.published_at):
            continue
        owner = judging.account(other.key)
        # One unit says one thing on all its accounts.
        if owner is not None and owner.unit != account.unit:
            found.append(_earlier(owner, other, alike.of_first))
    return tuple(sorted(found, key=lambda earlier: (earlier.published_at, earlier.account, earlier.post_id)))


def _surely_before(moment: datetime, other: datetime) -> bool:
    """Midnight sharp is what a page that shows dates only gives: it may have been any time of that day."""
    day_only = to_shanghai(moment).time() == time.min
    return moment + timedelta(days=1) <= other if day_only else moment < other


def _earlier(owner: Account, item: Sketched, share: float) -> Earlier:
    return Earlier(
        account=owner.name,
        unit=owner.unit,
        post_id=item.post_id,
        title=item.title,
        url=item.url,
        published_at=item.published_at,
        observed_at=item.observed_at,
        share=share,
    )


def _sketched(post: Post) -> Sketched | None:
    """Null without text or publish time. What counts for nothing has no marks to be found by."""
    if post.text is None or post.published_at is None:
        return None
    letters = _counted_letters(post)
    return Sketched(
        fingerprint=post.fingerprint,
        key=post.key,
        post_id=post.id,
        title=post.title,
        url=post.url,
        published_at=post.published_at,
        observed_at=post.observed_at,
        marks=marks_of(letters) if letters else (),
        body=sketch_of(letters).to_bytes() if letters else b"",
    )


def _counted_letters(post: Post) -> str:
    """Those of its text; nothing where it is too short to count, or the date lies ahead."""
    is_dated = post.published_at is not None and post.published_at <= post.observed_at + FUTURE_TOLERANCE
    letters = letters_of(post.text) if post.text and is_dated else ""
    return letters if len(letters) >= LEAST_LETTERS else ""
