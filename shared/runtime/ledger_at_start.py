"""The settings' `ledger:`, imported when the process starts that visits its accounts: all in one, or the collector."""

from datetime import datetime
from pathlib import Path

from shared.errors import InputError
from shared.filing import file_ledger
from shared.storage.store import Store


def import_ledger(ledger: Path | None, store: Store, now: datetime) -> list[str]:
    """What was refused or doubtful, a sentence each; nothing where no ledger is set.

    Any number may do it at once: the store takes one after the other, and the same file changes nothing the second
    time. A file that cannot be read stops nobody who has a ledger already. Raises InputError when there is none yet.
    """
    if ledger is None:
        return []
    try:
        file = file_ledger(store, ledger, now).file
    except InputError as error:
        if store.accounts.began_at() is None:
            raise
        return [f"{error}；台账文件未导入，继续使用数据库里原有的台账，改好文件后请重启"]
    return [str(said) for said in (*file.errors, *file.warnings)]
