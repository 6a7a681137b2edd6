"""What a database must be told when it comes back from a backup: nobody may hear the same thing twice."""

from datetime import datetime

from sqlalchemy import update

from shared.delivery import DeliveryState
from shared.storage.database import Database
from shared.storage.notes import Notes
from shared.storage.tables.every import metadata

QUIET_UNTIL = "quiet_until"
"""The note that says until when nothing new is told: what was found may have been told after the backup was made."""
HELD_BACK = "系统由备份恢复，此事可能已经告知过；确认没有告知过的，请执行 xunjian deliveries resend 编号"
LIST_HELD_BACK = "系统由备份恢复，这份清单可能已经寄过；确认没有寄过的，请执行 xunjian report 报表 --period 期号 --mail"
_UNLEASED: dict[str, dict[str, None]] = {
    "lease": {"owner": None, "until": None},
    "delivery": {"leased_until": None, "leased_by": None},
    "notice": {"leased_until": None, "leased_by": None},
    "report_delivery": {"leased_until": None, "leased_by": None},
    "pace": {"leased_by": None},
    "visit": {"leased_by": None},
    "report": {"leased_until": None, "leased_by": None},
}


def free_leases(database: Database) -> None:
    """Their holders are on a machine that may be no more, of which nobody here can tell."""
    with database.begin() as connection:
        for name, free in _UNLEASED.items():
            connection.execute(update(metadata.tables[name]).values(**free))


def hold_back(database: Database, until: datetime, now: datetime) -> int:
    """What waited in the backup is kept for a person to decide about, as is what is found before `until`.

    How many waited.
    """
    count = 0
    with database.begin() as connection:
        for name, why in (("delivery", HELD_BACK), ("report_delivery", LIST_HELD_BACK)):
            table = metadata.tables[name]
            waited = update(table).where(table.c.state == DeliveryState.PENDING.value)
            count += connection.execute(waited.values(state=DeliveryState.DEAD.value, error=why)).rowcount
    Notes(database).add(QUIET_UNTIL, until.isoformat(), now)
    return count


def is_quiet(notes: Notes, now: datetime) -> bool:
    """Whether what is found now may have been told before the backup came back."""
    until = notes.as_of(QUIET_UNTIL, now)
    return until is not None and now < datetime.fromisoformat(until)
