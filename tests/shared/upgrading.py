"""A process that opens a database, and may kill itself at a statement: `python -m tests.shared.upgrading URL [N]`."""

import os
import signal
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.storage import upgrade as upgrading
from shared.storage.database import Database
from shared.storage.store import open_store


def main(url: str, kill_at: int | None = None) -> None:
    """`kill_at`: the number of the statement of the migration; 0: once the copy is made."""
    if kill_at is not None:
        _arm(kill_at)
    if url.startswith("sqlite"):
        open_store(url).close()
        return
    with closing(Database(url)) as database:
        upgrading.upgrade(database, datetime.now(UTC))


def _arm(kill_at: int) -> None:
    migrate, left = upgrading.migrate, [kill_at]

    def counted(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def armed(connection: Any, to: str = "head") -> None:
        event.listen(Engine, "before_cursor_execute", counted)
        migrate(connection, to)
        os.kill(os.getpid(), signal.SIGKILL)

    upgrading.migrate = armed


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
