"""The settings' `ledger:`, imported when the process starts that visits its accounts: all in one, or the collector."""

from datetime import datetime
from pathlib import Path

from shared.ledger.reading import read_ledger
from shared.storage.accounts import Accounts


def import_ledger(ledger: Path | None, accounts: Accounts, now: datetime) -> list[str]:
    """What was refused or doubtful, a sentence each; nothing where no ledger is set.

    Any number may do it at once: the store takes one after the other, and the same file changes nothing the second
    time. Raises InputError when the file cannot be read.
    """
    if ledger is None:
        return []
    file = read_ledger(ledger).over(accounts.all())
    accounts.upsert(file.accounts, now)
    return [str(said) for said in (*file.errors, *file.warnings)]
