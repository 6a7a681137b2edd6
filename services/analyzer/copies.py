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
NOT_AT_ALL = timedelta(0)


def keep_sketches(
    judging: Judging, posts: Sequence[Post], indicators: Collection[str] = (), also: Collection[str] = ()
) -> None:
    """Keep the posts' sketches, so that others can be held against them, of each item one version.

    A version that shows no text changes nothing. The posts in the order in which they were observed. `indicators`: what
    copies are accused under. `also`: fingerprints of items to be held against others, though they are as they were.
    """
    if not posts and not also:
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
    waiting |= {copy.fingerprint for before in kept.replaced for copy in touched_by(judging, before)}
    judging.sketches.wait(waiting.union(also))


def _is_accused(judging: Judging, post: Post, indicators: Collection[str]) -> bool:
    held = judging.open_findings(post.key)
    return any(finding.subject == post.id and finding.indicator in indicators for finding in held)


def _is_as_before(judging: Judging, oldest: Post, newest: Post) -> bool:
    """The sketch of what it was held against may be forgotten by now, which puts nothing right."""
    before = judging.observed.shown_before(oldest)
    return before is not None and _said(before) == _said(newest)


def _said(post: Post) -> tuple[object, ...]:
    return post.title, post.text, post.kind, post.published_at


def touched_by(judging: Judging, item: Sketched, look_back: timedelta = NOT_AT_ALL) -> Iterator[Sketched]:
    """Items published after this one that are the same text and may be copies, or none, for its sake.

    `look_back`: so long after something was published every rule still asks about it.
    """
    if not item.marks:
        return
    sketch = Sketch.from_bytes(item.body)
    since = item.published_at
    # A notice that a thousand offices pass on: who comes after another changes nothing for those who come after both.
    for before in _said_before(judging, item, sketch) if look_back else ():
        since = max(since, before + look_back)
    for other in judging.sketches.later(item.marks, item.fingerprint, since):
        if likeness(Sketch.from_bytes(other.body), sketch).is_same:
            yield other


def _said_before(judging: Judging, item: Sketched, sketch: Sketch) -> Iterator[datetime]:
    """When others published what is all but the item's text, surely before it."""
    account = judging.account(item.key)
    for other in judging.sketches.earlier(item.marks, item.fingerprint, item.published_at) if account else ():
        alike = likeness(sketch, Sketch.from_bytes(other.body))
        owner = judging.account(other.key)
        is_others = owner is not None and account is not None and owner.unit != account.unit
        if is_others and alike.is_whole and _surely_before(other.published_at, item.published_at):
            yield other.published_at


def earlier_of(judging: Judging, account: Account, post: Post) -> tuple[Earlier, ...]:
    """What accounts of other units published before the post and is the same text; the earliest first.

    Nothing of what its own unit had published before them: who is copied may say it again.
    """
    letters = _counted_letters(post)
    if not letters or post.published_at is None:
        return ()
    same = judging.sketches.earlier(marks_of(letters), post.fingerprint, post.published_at)
    if not same:
        return ()
    mine, found = sketch_of(letters), []
    own_at = [post.published_at]
    for other in same:
        alike = likeness(mine, Sketch.from_bytes(other.body))
        owner = judging.account(other.key)
        if not alike.is_same or owner is None:
            continue
        # One unit says one thing on all its accounts.
        if owner.unit == account.unit:
            own_at.append(other.published_at)
        else:
            found.append(_earlier(owner, other, alike.of_first))
    first = [one for one in found if all(_surely_before(one.published_at, own) for own in own_at)]
    return tuple(sorted(first, key=lambda earlier: (earlier.published_at, earlier.account, earlier.post_id)))


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
