"""A ledger file put into the store: accounts added and changed, what was not taken kept in view."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.ledger.correcting import corrections
from shared.ledger.reading import CellError, LedgerFile, read_ledger
from shared.ledger.refusal import Refusal
from shared.storage.accounts import Upserted
from shared.storage.store import Store


@dataclass(frozen=True)
class Filed:
    """`file` as it was held against the ledger there was; what became of its accounts."""

    file: LedgerFile
    done: Upserted


def file_ledger(store: Store, path: Path, now: datetime) -> Filed:
    """Import a ledger file. What it says twice is said once, so that importing it again changes nothing.

    Raises InputError when it cannot be read; TransientError when the database is away.
    """
    known = store.accounts.all()
    file = read_ledger(path).over(known)
    stands_for = corrections(file.accounts, file.given, known)
    done = store.accounts.upsert(file.accounts, now, path.name, stands_for)
    refusals = [_refusal(path.name, cell, now) for cell in (*file.errors, *file.unsupported, *file.warnings)]
    store.refusals.replace(path.name, refusals, file.accounts, now)
    return Filed(file, done)


def _refusal(file: str, cell: CellError, now: datetime) -> Refusal:
    return Refusal(
        file=file,
        place=cell.place,
        header=cell.header,
        name=cell.name,
        platform=cell.platform,
        unit=cell.unit,
        key=cell.key,
        message=cell.message,
        remedy=cell.remedy,
        since=now,
    )
