"""What a report is: a file for officials, reproducible for any past period."""

from datetime import datetime
from pathlib import Path
from typing import Any

from shared.plugins import Plugin


class Report(Plugin):
    """One file per report."""

    def write(self, store: Any, cut_off: datetime, folder: Path) -> Path:
        """Write the report as of `cut_off` into `folder`; returns its path. Same store and cut-off, same content."""
        raise NotImplementedError
