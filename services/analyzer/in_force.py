"""Which rulebook is in force: chosen by account and moment."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from services.analyzer.rulebook import Entry, Rulebook, load_rulebook
from shared.account import Account
from shared.clock import to_shanghai
from shared.errors import InputError
from shared.regions import lies_in


class Local(NamedTuple):
    """A rulebook for the accounts of a region; an empty region is every account's."""

    region: str
    rulebook: Rulebook


class Rulebooks:
    """The default rulebook and, before it, those of regions: the first that is in force and matches is the account's.

    Where not even the default is in force, no rule is asked.
    """

    def __init__(self, default: Rulebook, local: Sequence[Local] = ()) -> None:
        self._default = default
        self._rows = (*local, Local("", default))
        self._matching: dict[str | None, tuple[Rulebook, ...]] = {}

    def for_account(self, account: Account, at: datetime) -> Rulebook | None:
        """The account's rulebook at a moment; null where none is in force."""
        day = to_shanghai(at).date()
        return next((book for book in self._of(account.region) if book.is_in_force(day)), None)

    def entries(self, account: Account, at: datetime) -> tuple[Entry, ...]:
        book = self.for_account(account, at)
        return book.entries if book else ()

    def label(self, at: datetime) -> str:
        """`cn@2026.1，甘肃省 gansu@2026.1`: what is in force at a moment, for reports."""
        named = [f"{row.region} {row.rulebook.label}".strip() for row in self._rows_in_force(at)]
        return "，".join([*named[-1:], *named[:-1]])

    def deadline_days(self, at: datetime) -> str:
        """`7,10,12,13,14,90`: days of silence at which some rule says something new, for the collector's plan."""
        moments = {moment for row in self._rows_in_force(at) for moment in row.rulebook.deadlines()}
        return ",".join(f"{moment / timedelta(days=1):g}" for moment in sorted(moments))

    def digest(self, at: datetime) -> str:
        """Changes when anything that is in force changes, by a new file or by its date."""
        rows = "".join(row.region + row.rulebook.digest for row in self._rows_in_force(at))
        return hashlib.sha256(rows.encode()).hexdigest()[:16]

    def in_force(self, at: datetime) -> list[Rulebook]:
        """Every rulebook that some account may fall under at a moment."""
        return [row.rulebook for row in self._rows_in_force(at)]

    def looks_back(self) -> timedelta:
        """The shortest of all rules about copies, in force or not; nothing where there is none."""
        copies = [
            one.plugin.looks_back for row in self._rows for one in row.rulebook.entries if one.plugin.scope == "copy"
        ]
        return min(copies, default=timedelta(0))

    def troubles(self) -> list[str]:
        """What rules cannot follow at the moment, each said once."""
        return list(dict.fromkeys(trouble for row in self._rows for trouble in row.rulebook.troubles()))

    def check(self) -> None:
        """Configure every rule once, so that a mistake stops the start. Raises InputError naming the indicator."""
        for row in self._rows:
            row.rulebook.check()

    def _of(self, region: str | None) -> tuple[Rulebook, ...]:
        if region not in self._matching:
            rows = [row for row in self._rows if not row.region or lies_in(region, row.region)]
            self._matching[region] = tuple(row.rulebook for row in rows)
        return self._matching[region]

    def _rows_in_force(self, at: datetime) -> list[Local]:
        day: date = to_shanghai(at).date()
        return [row for row in self._rows if row.rulebook.is_in_force(day)]


def load_rulebooks(default: str, local: Sequence[tuple[str, str]] = (), folder: Path = Path()) -> Rulebooks:
    """The rulebooks of (region, name or path relative to `folder`). Raises InputError."""
    for region, name in local:
        if not name.strip():
            raise InputError("rulebooks", f"{region or '（未写行政区划）'}：没有写规则集；请写内置名称或文件路径")
    rows = [Local(region.strip(), load_rulebook(name, folder)) for region, name in local]
    return Rulebooks(load_rulebook(default, folder), rows)
