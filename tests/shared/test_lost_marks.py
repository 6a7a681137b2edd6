"""PostgreSQL writes no log of marks: after a crash of its server they are gone, and made again before anybody asks."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from demo.postgres import Postgres, programs
from services.analyzer.__main__ import build
from shared.clock import utc_now
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from shared.storage.lost_marks import restore_marks
from shared.storage.sketches import MOST_MARKS
from shared.storage.store import Store, open_store
from shared.storage.upgrade import migrate
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.test_copies import FIRST, OTHER, SECOND, accused, begin_anew, published
from tests.builders import NOW, days
from tests.postgres_server import with_tables

pytestmark = [
    pytest.mark.fault(14),
    pytest.mark.skipif(programs() is None, reason="no PostgreSQL server: install Debian's `postgresql`"),
]

Crash = Callable[[], None]


@pytest.fixture
def server() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture
def store(server: Postgres) -> Iterator[Store]:
    with closing(open_store(with_tables(server.url))) as store:
        begin_anew(store)
        yield store


@pytest.fixture
def crash(server: Postgres, store: Store) -> Crash:
    def crash() -> None:
        server.kill()
        server.resume()
        assert marks_in(store) == 0

    return crash


def marks_in(store: Store) -> int:
    with store.database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM sketch_mark WHERE mark >= 0")).scalar_one())


def test_a_copy_of_what_was_stored_before_is_found(store: Store, crash: Crash) -> None:
    Analyzer(store).judge([FIRST])
    crash()
    Analyzer(store).judge([SECOND])
    assert accused(store) == ["2/p2"]
    assert marks_in(store) == 2 * MOST_MARKS


def test_an_edit_of_what_was_stored_before_takes_the_finding_back(store: Store, crash: Crash) -> None:
    Analyzer(store).judge([FIRST, SECOND])
    assert accused(store) == ["2/p2"]
    crash()
    Analyzer(store).judge([published("1", FIRST.published_at or NOW, OTHER, shown=NOW)])
    assert accused(store) == []


def test_the_analyzer_makes_them_again_before_it_takes_a_batch(
    server: Postgres, store: Store, crash: Crash, tmp_path: Path
) -> None:
    Analyzer(store).judge([FIRST])
    crash()
    settings = Settings(data_dir=tmp_path, database_url=server.url, metrics_port=0)
    with open_host(settings, utc_now, "test") as host, closing(build(host)) as engine:
        host.bus.publish([SECOND])
        assert engine.step(utc_now())
        assert marks_in(store) == MOST_MARKS
        assert engine.lag() == 1
        while engine.lag():
            engine.step(utc_now())
    assert accused(store) == ["2/p2"]


def test_of_many_some_are_made_again_at_once_also_when_it_crashes_meanwhile(store: Store, crash: Crash) -> None:
    Analyzer(store).judge(
        [published("1", NOW - days(2), f"第{number}次。{OTHER}", id=f"m{number}") for number in range(5)]
    )
    whole = marks_in(store)
    crash()
    assert [restored(store) for _ in range(2)] == [True] * 2
    assert 0 < marks_in(store) < whole
    crash()
    Analyzer(store).judge([SECOND])
    assert [restored(store) for _ in range(4)] == [False] * 4
    assert marks_in(store) == whole + MOST_MARKS


def test_what_is_there_is_left_alone(store: Store) -> None:
    with store.database.begin() as connection:
        assert (
            connection.execute(text("SELECT relpersistence FROM pg_class WHERE relname = 'sketch_mark'")).scalar()
            == "u"
        )
    Analyzer(store).judge([FIRST])
    assert not restored(store)


def test_those_of_an_older_version_are_kept(server: Postgres) -> None:
    engine = create_engine(server.url)
    with engine.begin() as connection:
        migrate(connection, "0006")
        connection.execute(text("INSERT INTO sketch_mark (mark, at, sketch) VALUES (1, 2, 3)"))
        migrate(connection)
        assert not restore_marks(connection)
        assert connection.execute(text("SELECT sketch FROM sketch_mark WHERE mark = 1")).scalars().all() == [3]
    engine.dispose()


def restored(store: Store) -> bool:
    with store.database.begin() as connection:
        return restore_marks(connection, most=2)
