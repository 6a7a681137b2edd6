"""Takes back what was claimed by files of which something was stated wrongly."""

from collections.abc import Sequence
from datetime import datetime

from shared.account import Account
from shared.events import Coverage, Outcome, Probe
from shared.export import EXPORT, Export


def withdrawal(account: Account, exports: Sequence[Export], now: datetime, why: str) -> Probe | None:
    """The event by which what these proved counts no longer; null where they proved nothing."""
    proofs = dict.fromkeys(proof for export in exports for proof in export.proofs)
    if not proofs:
        return None
    return Probe(
        platform=account.platform,
        account_id=account.id,
        at=now,
        outcome=Outcome.OK,
        reason=f"{why}，据此的核实已撤回",
        covers=Coverage.ITEM,
        source=f"{EXPORT}:withdrawn",
        withdraws=tuple(proofs),
    )
