"""What is stored has its time: old probes and sightings are thinned, a few accounts at each tick, round and round."""

from datetime import datetime, timedelta

from shared.storage.leases import Leases
from shared.storage.thinning import Thinning

MOST_ACCOUNTS = 50
"""Of one tick: a hundred thousand accounts take a week, and no tick takes longer for their number."""


class Retention:
    def __init__(
        self, thinning: Thinning, leases: Leases, keep: timedelta, *, keep_sketches: timedelta | None = None
    ) -> None:
        self._thinning = thinning
        self._leases = leases
        self._keep = keep
        self._keep_sketches = keep_sketches or keep

    def prune(self, now: datetime) -> int:
        """Thin what is older than `keep` of the next few accounts; the number of rows that went."""
        keys = self._thinning.accounts_after(self._leases.mark("retention") or "", MOST_ACCOUNTS)
        gone = sum(self._thinning.thin(key, now, self._keep) for key in keys)
        gone += sum(self._thinning.forget_sketches(key, now, self._keep_sketches) for key in keys)
        self._leases.set_mark("retention", keys[-1] if len(keys) == MOST_ACCOUNTS else "")
        return gone
