"""Marks of sketches, made again from the sketches: PostgreSQL writes no log of them (docs/decisions/0033).

After a crash of the server, on a standby that took over and in a copy of its files their table is empty.
"""

import structlog
from sqlalchemy import Connection, text

from shared.storage.sketch_marks import ASKED, Marks, as_arrays
from shared.storage.sketches import unpacked, whole_seconds

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 20_000
"""Sketches; a few seconds, in which nobody else keeps one."""
# Rows that are no text's marks, and are lost with them: `at` tells up to which sketch they were made again.
_ARE_THERE = text("SELECT EXISTS (SELECT 1 FROM sketch_mark WHERE mark = -2 AND sketch = 1)")
_DONE = text("SELECT coalesce(max(at), 0) FROM sketch_mark WHERE mark = -2")
_NOTE = text("INSERT INTO sketch_mark (mark, at, sketch) VALUES (-2, :last, :whole)")
_LOCK = text("LOCK TABLE sketch IN SHARE ROW EXCLUSIVE MODE")
_SOME = text("SELECT id, published_at, marks FROM sketch WHERE id > :last ORDER BY id LIMIT :most")
_ADD = text(
    f"INSERT INTO sketch_mark (sketch, mark, at) SELECT number, mark, at FROM {ASKED} ON CONFLICT DO NOTHING"  # noqa: S608 - ours
)


def are_marks_lost(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql" and not connection.execute(_ARE_THERE).scalar_one()


def restore_marks(connection: Connection, most: int = MOST_AT_ONCE) -> bool:
    """False when none are missing; True when some were made again: commit, and come again.

    Before anything else of its transaction, or by who keeps sketches: it keeps all others from doing so.
    """
    if not are_marks_lost(connection):
        return False
    connection.execute(_LOCK)
    if not are_marks_lost(connection):
        return False
    done: int = connection.execute(_DONE).scalar_one()
    sketches = connection.execute(_SOME, {"last": done, "most": most}).all()
    marks = Marks()
    for sketch in sketches:
        marks.of(sketch.id, unpacked(sketch.marks), whole_seconds(sketch.published_at))
    if marks.values:
        connection.execute(_ADD, as_arrays(marks))
    is_whole = len(sketches) < most
    connection.execute(_NOTE, {"last": sketches[-1].id if sketches else done, "whole": int(is_whole)})
    log.info("marks_restored", sketches=len(sketches), all=is_whole)
    return True
