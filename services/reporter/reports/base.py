"""What a report is: a file for officials, reproducible for any past period."""

from datetime import datetime
from pathlib import Path

from shared.plugins import Plugin
from shared.storage.store import Store


class Report(Plugin):
    """One file per report."""

    def write(self, store: Store, cut_off: datetime, folder: Path) -> Path:
        """Write the report as of `cut_off` into `folder`; returns its path. Same store and cut-off, same bytes.

        Raises TransientError when the database is away, OSError when the folder cannot be written.
        """
        raise NotImplementedError
