"""What a report is: a file for officials, on a calendar of its own, reproducible for any past period."""

from datetime import datetime
from pathlib import Path
from typing import IO, ClassVar

from services.reporter.period import Period
from services.reporter.pictured import Contents
from shared.plugins import Plugin
from shared.storage.store import Store


class Report(Plugin):
    """One file per report. Where its files go, when to write them and how not to leave half of one is not its matter.

    `title`: what it is, in Chinese. `example`: the name of a period, as somebody would type it.
    """

    title: ClassVar[str]
    example: ClassVar[str]

    def period(self, moment: datetime) -> Period:
        """The period that `moment` lies in. Periods follow one another without a gap."""
        raise NotImplementedError

    def named(self, name: str) -> Period:
        """The period of this name. Raises InputError when there is none."""
        raise NotImplementedError

    def schedule(self, period: Period) -> datetime:
        """When the report on a period is due; never before its end."""
        raise NotImplementedError

    def file_name(self, period: Period) -> str:
        raise NotImplementedError

    def is_as_written(self, path: Path) -> bool:
        """False when somebody worked on the file since it was written: it is left alone then.

        A report in which nobody types need not say.
        """
        return True

    def media_type(self) -> str:
        """Of its files."""
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def lines(self, store: Store, period: Period, cut_off: datetime) -> tuple[str, ...]:
        """What a message about it says, in sentences that stand without the file, the most important first."""
        return ()

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        """Write what was known of the period at `cut_off`. Same store, evidence and cut-off, same bytes.

        `contents`: of the evidence; null where no pictures are to be shown. What it cannot give is left out and said.
        Raises TransientError when the database is away, OSError when `file` takes no more.
        """
        raise NotImplementedError
