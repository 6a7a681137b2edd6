"""The database goes away at any one statement of a round: nothing is set aside for it, and the round is made good."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from psycopg import OperationalError
from sqlalchemy import event

from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from services.collector.clock_watch import ClockWatch
from services.collector.engine import TRY_AGAIN_AFTER, CollectorEngine
from services.collector.looker import Looker
from services.reporter.__main__ import build as build_reporter
from shared.bus.sqlite import SqliteBus
from shared.clock import utc_now
from shared.errors import TransientError
from shared.runtime.loop import Service
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import Settings, load_settings
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.builders import a_finding, a_post, a_probe, an_account, days
from tests.collector.collecting import ScriptedPlatform, ScriptedVisitor, SteppingClock
from tests.faults.amount import often

pytestmark = [
    pytest.mark.fault(14),
    pytest.mark.timeout(600),
    # openpyxl's, of a workbook that was left half written.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@cache
def moment() -> datetime:
    """One for all of a run, and of its time: the database has a clock of its own, and many runs take minutes."""
    return utc_now().replace(microsecond=0)


ROUNDS = 6
MOST_STATEMENTS = 400


class Broken:
    """Breaks the connection at one moment of a kind, counted from 0."""

    def __init__(self, store: Store, when: str, breaks: Callable[[Any], None], number: int) -> None:
        self._engine = store.database.engine
        self._when = when
        self._breaks = breaks
        self._left = number
        self.is_done = False

    def __enter__(self) -> "Broken":
        event.listen(self._engine, self._when, self._before)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, self._when, self._before)

    def _before(self, connection: Any, *_: object) -> None:
        if self._when == "commit" and connection.get_execution_options().get("read_only"):
            return
        self._left -= 1
        if self._left == -1:
            self.is_done = True
            self._breaks(connection.connection.dbapi_connection)


def cut(connection: Any) -> None:
    connection.close()


def ended_by_the_server(connection: Any) -> None:
    """As `pg_terminate_backend` of somebody else, or a server that stops, ends it."""
    with suppress(OperationalError):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def unanswered(connection: Any) -> None:
    """What was to be committed is, and nobody hears of it."""
    connection.commit()
    connection.close()


BREAKS: dict[str, tuple[str, Callable[[Any], None], int]] = {
    "cut": ("before_cursor_execute", cut, often(17, 1)),
    "ended by the server": ("before_cursor_execute", ended_by_the_server, often(61, 1)),
    "not committed": ("commit", cut, often(11, 1)),
    "committed unanswered": ("commit", unanswered, 1),
}
"""At which moments, how, and every how manieth of them."""


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    with closing(open_store(postgres_url)) as store:
        yield store


def emptied(store: Store) -> None:
    with store.database.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    store.accounts.upsert([an_account()], moment() - days(30))


def settings_in(folder: Path) -> Settings:
    text = "channels:\n  inbox: {type: inbox}\nroutes:\n  - channels: [inbox]\ngroup_wait_seconds: 0\n"
    (folder / "settings.yaml").write_text(text)
    return load_settings(folder / "settings.yaml", more={"data_dir": folder})


def analyzed(bus: SqliteBus, store: Store) -> None:
    bus.publish(
        [
            a_post(published_at=moment() - days(20), observed_at=moment()),
            a_probe(moment(), newest_post_at=moment() - days(20), post_ids=("p1",)),
        ]
    )


def alerted(bus: SqliteBus, store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.open(a_finding(at=moment()))
    bus.publish([a_finding(at=moment())])


def reported(bus: SqliteBus, store: Store) -> None:
    """The ledger alone makes a list."""


class Collecting:
    """A collector whose time goes on by as much as it waits after a visit that could not begin, and no lease ends."""

    def __init__(self, host: Host) -> None:
        self._clock = SteppingClock()
        self._clock.now = moment()
        self._visitor = ScriptedVisitor(self._clock)
        watch = ClockWatch(self._clock.monotonic)
        platforms = {"weibo": ScriptedPlatform()}
        looker = Looker(
            visits=host.store.visits,
            platforms=platforms,
            visitor=self._visitor,
            metrics=host.metrics,
            clock=self._clock,
            watch=watch,
        )
        self._engine = CollectorEngine(
            bus=host.bus,
            visits=host.store.visits,
            notes=host.store.notes,
            platforms=platforms,
            looker=looker,
            metrics=host.metrics,
            clock=self._clock,
            watch=watch,
            owner="test",
            lease=days(1),
            chance=random.Random(1),
        )

    def step(self, now: datetime) -> bool:
        self._clock.now += TRY_AGAIN_AFTER
        self._visitor.script = ["two posts"]
        return self._engine.step(self._clock.now)

    def close(self) -> None:
        self._engine.close()


def due(bus: SqliteBus, store: Store) -> None:
    """The account was never visited."""


CASES: dict[str, tuple[Callable[[Host], Service], Callable[[SqliteBus, Store], None]]] = {
    "analyzer": (build_analyzer, analyzed),
    "alerter": (build_alerter, alerted),
    "reporter": (build_reporter, reported),
    "collector": (Collecting, due),
}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("name", CASES)
def test_a_round(name: str, how: str, store: Store, tmp_path: Path) -> None:
    build, prepare = CASES[name]
    when, breaks, step = BREAKS[how]
    for number in range(0, MOST_STATEMENTS, step):
        folder = tmp_path / str(number)
        folder.mkdir()
        moment.cache_clear()
        emptied(store)
        with closing(SqliteBus(folder / "bus.db", "test", moment)) as bus:
            prepare(bus, store)
            host = Host(settings_in(folder), store, bus, Metrics(), moment)
            with Broken(store, when, breaks, number) as broken:
                service = lived_through(build, host)
            assert bus.dead_letters(("observations", "findings")) == {"observations": 0, "findings": 0}
            for _ in range(ROUNDS):
                service.step(moment())
            service.close()
            assert outcome(name, store, bus, folder) == 1, f"{how} at {number}"
        if not broken.is_done:
            return
    raise AssertionError("a round without end")


def lived_through(build: Callable[[Host], Service], host: Host) -> Service:
    """Rounds as the run loop makes them: what is transient is tried again, anything else would be a death."""
    service: Service | None = None
    for _ in range(ROUNDS):
        with suppress(TransientError):
            service = service or build(host)
            service.step(moment())
    assert service
    return service


def outcome(name: str, store: Store, bus: SqliteBus, folder: Path) -> int:
    """How often the one thing that was to be done was done."""
    if name == "analyzer":
        reader = bus.subscribe("reader", ("findings",))
        told = [record for record in reader.poll(0.1) if b'"silent_account"' in record.body]
        reader.close()
        return len({record.headers["ce_id"] for record in told})
    if name == "alerter":
        return len([*(folder / "inbox").glob("*.txt")])
    if name == "collector":
        reader = bus.subscribe("reader", ("observations",))
        seen = {record.headers["ce_id"] for record in reader.poll(0.1) if b'"post"' in record.body}
        reader.close()
        return len(seen) == len(["pinned", "new"]) and store.visits.owners() == []
    return len(store.reports.written("weekly", moment())) and 1
