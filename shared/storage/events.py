"""What was observed, as events in the order of their moments: streamed, however much there is."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from heapq import merge

from sqlalchemy import ColumnElement, select

from shared.storage.database import Database
from shared.storage.tables.every import metadata

_post = metadata.tables["post"]
_probe = metadata.tables["probe"]
_AT_ONCE = 1000
_NOBODY = ""


class Events:
    """Reading all of what the analyzer has written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def observed(
        self, *, key: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Iterator[str]]:
        """Posts and probes from `since` to before `until`, each the event's own JSON, as of one moment.

        Of equals the posts come first. The database sorts, on its disk if need be. Raises TransientError.
        """
        with self._database.read() as connection, ExitStack() as stack:
            both = []
            for table, at in ((_post, _post.c.observed_at), (_probe, _probe.c.at)):
                wanted: list[ColumnElement[bool]] = [table.c.key == key if key is not None else table.c.key != _NOBODY]
                wanted += [at >= since] if since else []
                wanted += [at < until] if until else []
                rows = select(at, table.c.body).where(*wanted).order_by(at, table.c.fingerprint)
                result = connection.execute(rows, execution_options={"yield_per": _AT_ONCE})
                both.append(stack.enter_context(closing(result)))
            yield (body for _, body in merge(*both, key=lambda row: row[0]))
