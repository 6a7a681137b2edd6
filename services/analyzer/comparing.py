"""The second step of a batch: posts that came or changed are held against what others published.

A transaction of its own, after the batch is committed: of two analyzers that judged a post and its copy at the same
time, the one that compares later finds both. What waits is written down, so that no crash forgets it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog

from services.analyzer.copies import earlier_of, touched_by
from services.analyzer.history import deleted_ids
from services.analyzer.matters import Case, Matters, always
from services.analyzer.objection import Earlier
from services.analyzer.timeline import END, Sitting
from shared.account import Account
from shared.errors import TransientError
from shared.events import Post
from shared.storage.judgements import Judgements, Judging
from shared.storage.lost_marks import restore_marks
from shared.storage.sketches import SKETCHES, Sketched

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 200

MOST_ASKED = 1000
"""In one transaction, so that it lasts seconds: an item may have a thousand copies."""

_OfAccount = tuple[str, list[str]]
"""Its key, and fingerprints of its items."""


class Comparing:
    """Opens and closes the findings of rules whose scope is `copy`."""

    def __init__(
        self, judgements: Judgements, matters: Matters, judge_again: Callable[[Sitting, Account], None]
    ) -> None:
        self._judgements = judgements
        self._matters = matters
        self._judge_again = judge_again

    def restore_marks(self) -> bool:
        """A part of those that a crash of the database took; true: come again before anything is judged.

        In a batch's own transaction whoever ends it would undo them all. Raises TransientError.
        """
        if not self._judgements.are_marks_lost():
            return False
        with self._judgements.judging() as judging:
            return restore_marks(judging.connection)

    def compare_waiting(self) -> None:
        """Until nothing waits. Repeated, it changes nothing. Raises TransientError."""
        while self._judgements.anything_waits():
            self._compare_some()

    def _compare_some(self) -> None:
        with self._judgements.judging() as judging:
            if restore_marks(judging.connection):
                # Who holds its lock may wait for no account.
                return
            asked: dict[str, set[str]] = defaultdict(set)
            waiting = judging.sketches.waiting(MOST_AT_ONCE)
            sharing = judging.sketches.sharing(waiting)
            done = self._ask(judging, waiting, sharing, asked)
            alone = {item.fingerprint: item.observed_at for item in done if item.fingerprint not in sharing}
            judging.serialise(*asked)
            judging.serialise(SKETCHES)
            self._compare_apart(judging, [(key, sorted(own)) for key, own in sorted(asked.items())], alone)
            judging.sketches.compared([item.fingerprint for item in done])

    def _ask(
        self, judging: Judging, waiting: Sequence[Sketched], sharing: Collection[str], asked: dict[str, set[str]]
    ) -> Sequence[Sketched]:
        """Note in `asked` the items that wait, and those whose answer they may change; which of them were done."""
        look_back = self._matters.rulebooks.looks_back()
        for number, item in enumerate(waiting, start=1):
            touched = touched_by(judging, item, look_back) if item.fingerprint in sharing else ()
            for one in (item, *touched):
                asked[one.key].add(one.fingerprint)
            if sum(map(len, asked.values())) >= MOST_ASKED:
                return waiting[:number]
        return waiting

    def _compare_apart(self, judging: Judging, items: Sequence[_OfAccount], alone: Mapping[str, datetime]) -> None:
        """The items of some accounts; when something raises, of each account by itself.

        `alone`: items whose version of that moment shares nothing with any other.
        """
        try:
            with judging.part():
                self._compare_accounts(Sitting(judging), items, alone)
        except TransientError:
            raise
        except Exception:
            for own in items if len(items) > 1 else ():
                self._compare_apart(judging, [own], alone)
            if len(items) == 1:
                log.exception("not_compared", account=items[0][0])

    def _compare_accounts(self, sitting: Sitting, items: Sequence[_OfAccount], alone: Mapping[str, datetime]) -> None:
        sitting.judging.expect([key for key, _ in items])
        posts: dict[str, list[Post]] = defaultdict(list)
        for post in sitting.judging.observed.newest_of([fingerprint for _, own in items for fingerprint in own]):
            posts[post.key].append(post)
        for key, own in sorted(posts.items()):
            if account := sitting.judging.account(key):
                self._compare_account(sitting, account, own, alone)

    def _compare_account(
        self, sitting: Sitting, account: Account, posts: Sequence[Post], alone: Mapping[str, datetime]
    ) -> None:
        before = sitting.judging.open_findings(account.key)
        for post in posts:
            is_alone = alone.get(post.fingerprint) == post.observed_at
            self._compare_post(sitting, account, post, () if is_alone else earlier_of(sitting.judging, account, post))
        if sitting.judging.open_findings(account.key) != before:
            self._judge_again(sitting, account)

    def _compare_post(self, sitting: Sitting, account: Account, post: Post, earlier: tuple[Earlier, ...]) -> None:
        case = Case(account, post.observed_at)
        if earlier and self._is_deleted(sitting, post):
            earlier = ()
        held = [finding for finding in sitting.judging.open_findings(account.key) if finding.subject == post.id]
        for entry in self._matters.entries(case, "copy"):
            ask = partial(entry.plugin.check_copy, post, account, earlier)
            self._matters.settle(sitting, case, entry, ask, held=held, is_over=always)

    def _is_deleted(self, sitting: Sitting, post: Post) -> bool:
        latest = sitting.at(post.key, END).probed.latest_list
        return latest is not None and post.id in deleted_ids(sitting.at(post.key, END).posts(), latest)
