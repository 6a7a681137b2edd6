"""Questions that the public asked: noted by the collectors, read by the rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from shared.questions import Question
from shared.storage.database import Database
from shared.storage.tables.every import metadata

KEEP = timedelta(days=90)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_question = metadata.tables["question"]


class Questions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, key: str, questions: Sequence[Question]) -> None:
        """What was seen of one account; an answer once seen stays, and what was asked `KEEP` ago is forgotten."""
        at = max(question.seen_at for question in questions)
        with self._database.begin() as connection:
            for question in questions:
                row = question.model_dump() | {"noted_at": at}
                known = func.coalesce(_question.c.answered_at, question.answered_at)
                again = {"answered_at": known, "seen_at": question.seen_at, "noted_at": at}
                insert = self._database.insert(_question).values(row)
                connection.execute(insert.on_conflict_do_update(index_elements=["key", "id"], set_=again))
            connection.execute(delete(_question).where(_question.c.key == key, _question.c.asked_at < at - KEEP))

    def of(self, key: str) -> tuple[Question, ...]:
        """Of one account, oldest first."""
        rows = select(_question).where(_question.c.key == key).order_by(_question.c.asked_at, _question.c.id)
        with self._database.read() as connection:
            return tuple(Question.model_validate(dict(row._mapping)) for row in connection.execute(rows))

    def noted_after(self, moment: datetime | None, most: int) -> list[tuple[datetime, str]]:
        """When and whose, oldest first: of those written down after `moment`."""
        after = _question.c.noted_at > (moment or _BEGINNING)
        rows = select(_question.c.noted_at, _question.c.key).where(after).distinct()
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(_question.c.noted_at, _question.c.key).limit(most))
            return [(at, key) for at, key in found]
