"""A process that is frozen between two statements is idle to PostgreSQL, which then ends its transaction."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from shared.storage.published import Published, record_published
from shared.storage.store import open_store
from tests.builders import NOW

_STATE = "SELECT state FROM pg_stat_activity WHERE pid = %s"


@pytest.mark.fault(5)
def test_between_two_statements_its_transaction_is_idle(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(postgres_url)
    watcher = psycopg.connect(make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False))
    watcher.autocommit = True
    execute, states = psycopg.Cursor.execute, []

    def watched(cursor: Any, statement: Any, *more: Any, **named: Any) -> Any:
        done = execute(cursor, statement, *more, **named)
        if "INSERT INTO published" in str(statement):
            states.append(execute(watcher.cursor(), _STATE, [cursor.connection.info.backend_pid]).fetchone())
        return done

    monkeypatch.setattr(psycopg.Cursor, "execute", watched)
    with store.database.begin() as connection:
        for number in range(3):
            items = {f"4820{number}{item}": Published("digest", NOW, False, NOW) for item in range(2)}
            record_published(store.database, connection, "weibo/frozen", items)
    watcher.close()
    store.close()
    assert states == [("idle in transaction",)] * 3
