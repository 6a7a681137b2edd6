"""What owners' interfaces told day by day, and a ledger of the calls, which all collectors share."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update

from shared.clock import to_shanghai
from shared.storage.database import Database
from shared.storage.tables.every import metadata

KEEP_DAYS = timedelta(days=400)
KEEP_CALLS = timedelta(days=30)
_day = metadata.tables["owner_day"]
_call = metadata.tables["owner_call"]


@dataclass(frozen=True)
class OwnerDay:
    """`body`: the answer's JSON as it came; `articles`: how many were published that day."""

    day: date
    asked_at: datetime
    articles: int
    body: str


class Owners:
    """Written by the collectors alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, key: str, since: date) -> dict[date, OwnerDay]:
        """Of one account, from the day `since` on."""
        with self._database.read() as connection:
            rows = connection.execute(select(_day).where(_day.c.key == key, _day.c.day >= since))
            return {row.day: OwnerDay(row.day, row.asked_at, row.articles, row.body) for row in rows}

    def keep(self, key: str, told: OwnerDay) -> None:
        """In the place of what the same day told before; very old days go."""
        with self._database.begin() as connection:
            mine = _day.c.key == key
            connection.execute(delete(_day).where(mine, _day.c.day < told.day - KEEP_DAYS))
            insert = self._database.insert(_day).values(key=key, **vars(told))
            new = {"asked_at": told.asked_at, "articles": told.articles, "body": told.body}
            connection.execute(insert.on_conflict_do_update(index_elements=["key", "day"], set_=new))

    def take_call(self, app: str, interface: str, now: datetime, most: int) -> bool:
        """Counts one call before it is made; False, and none counted, where the day's are used up."""
        day = to_shanghai(now).date()
        mine = _call.c.app == app, _call.c.interface == interface, _call.c.day == day
        with self._database.begin() as connection:
            connection.execute(delete(_call).where(_call.c.app == app, _call.c.day < day - KEEP_CALLS))
            none = {"app": app, "interface": interface, "day": day, "calls": 0, "asked_at": now, "is_over": False}
            connection.execute(self._database.insert(_call).values(none).on_conflict_do_nothing())
            left = _call.c.calls < most, _call.c.is_over.is_(False)
            counted = update(_call).where(*mine, *left).values(calls=_call.c.calls + 1, asked_at=now)
            return connection.execute(counted).rowcount > 0

    def end_calls(self, app: str, interface: str, now: datetime) -> None:
        """The platform says that the day's are used up, whatever we counted: others may use them, too."""
        mine = _call.c.app == app, _call.c.interface == interface, _call.c.day == to_shanghai(now).date()
        with self._database.begin() as connection:
            connection.execute(update(_call).where(*mine).values(is_over=True))

    def asked_at(self, app: str, interface: str) -> datetime | None:
        """When it was last called."""
        mine = _call.c.app == app, _call.c.interface == interface, _call.c.calls > 0
        with self._database.read() as connection:
            newest = select(_call.c.asked_at).where(*mine).order_by(_call.c.day.desc()).limit(1)
            moment: datetime | None = connection.execute(newest).scalar()
        return moment
