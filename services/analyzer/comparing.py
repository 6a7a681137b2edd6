"""The second step of a batch: posts that came or changed are held against what others published.

A transaction of its own, after the batch is committed: of two analyzers that judged a post and its copy at the same
time, the one that compares later finds both. What waits is written down, so that no crash forgets it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

import structlog

from services.analyzer.copies import copies_of, earlier_of
from services.analyzer.history import deleted_ids
from services.analyzer.matters import Case, Matters, always
from services.analyzer.objection import Earlier
from services.analyzer.timeline import END, Sitting
from shared.account import Account
from shared.errors import TransientError
from shared.events import Post
from shared.storage.judgements import Judgements

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 200


class Comparing:
    """Opens and closes the findings of rules whose scope is `copy`."""

    def __init__(
        self, judgements: Judgements, matters: Matters, judge_again: Callable[[Sitting, Account], None]
    ) -> None:
        self._judgements = judgements
        self._matters = matters
        self._judge_again = judge_again

    def compare_waiting(self) -> None:
        """Until nothing waits. Repeated, it changes nothing. Raises TransientError."""
        while self._judgements.anything_waits():
            self._compare_some()

    def _compare_some(self) -> None:
        with self._judgements.judging() as judging:
            sitting = Sitting(judging)
            asked: dict[str, dict[str, bool]] = defaultdict(dict)
            waiting = judging.sketches.waiting(MOST_AT_ONCE)
            sharing = judging.sketches.sharing(waiting)
            for item in waiting:
                for copy in copies_of(judging, item) if item.fingerprint in sharing else ():
                    asked[copy.key].setdefault(copy.fingerprint, False)
                asked[item.key][item.fingerprint] = True
            alone = {item.fingerprint: item.observed_at for item in waiting if item.fingerprint not in sharing}
            # By key, as in the first step, so that two analyzers never wait for each other's accounts.
            for key, items in sorted(asked.items()):
                judging.serialise(key)
                self._compare_apart(sitting, key, items, alone)
                judging.sketches.compared(fingerprint for fingerprint, waited in items.items() if waited)

    def _compare_apart(
        self, sitting: Sitting, key: str, fingerprints: Iterable[str], alone: Mapping[str, datetime]
    ) -> None:
        """`alone`: items whose version of that moment shares nothing with any other."""
        try:
            with sitting.judging.part():
                self._compare_account(sitting, key, fingerprints, alone)
        except TransientError:
            raise
        except Exception:
            sitting.forget()
            log.exception("not_compared", account=key)

    def _compare_account(
        self, sitting: Sitting, key: str, fingerprints: Iterable[str], alone: Mapping[str, datetime]
    ) -> None:
        account = sitting.judging.account(key)
        if account is None:
            return
        posts = sitting.judging.observed.newest_of(list(fingerprints))
        before = sitting.judging.open_findings(key)
        for post in posts:
            is_alone = alone.get(post.fingerprint) == post.observed_at
            self._compare_post(sitting, account, post, () if is_alone else earlier_of(sitting.judging, account, post))
        if sitting.judging.open_findings(key) != before:
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
        return latest is not None and post.id in deleted_ids(sitting.at(post.key, latest.at).posts(), latest)
