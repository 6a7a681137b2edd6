"""The month itself: the real collector and analyzer over SQLite, in simulated time, a quarter of an hour at a step."""

import random
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bench.month.lives import Life, accounts_of, lives
from bench.month.verdicts import Verdicts
from bench.month.weather import Weather
from bench.month.window import BRIDGE, CONTROL, MOST_LATE, Window
from services.analyzer.coverage import Timer
from services.analyzer.engine import AnalyzerEngine
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.retention import Retention
from services.analyzer.rulebook import load_rulebook
from services.collector.__main__ import build_platforms, build_sources
from services.collector.bridges import Bridges, BridgeSettings
from services.collector.clock_watch import ClockWatch
from services.collector.engine import CollectorEngine
from services.collector.fallback import Fallback
from services.collector.looker import Looker
from shared.bus.sqlite import SqliteBus
from shared.event_json import read
from shared.events import Finding
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings
from shared.source import GivenSource
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata

ACCOUNTS, DAYS = 24, 31
START = datetime(2026, 10, 1, tzinfo=UTC)
STEP, BETWEEN = timedelta(minutes=15), timedelta(seconds=45)
MOST_VISITS = 12
"""Of one step, each of one account of every platform; more wait for the next."""
JUDGE_EVERY = timedelta(hours=1)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own within
LEASE = timedelta(minutes=2)
_finding = metadata.tables["finding"]


class Clocks:
    """`now`: the right time. Called, it is ours."""

    def __init__(self) -> None:
        self.now = START
        self.error = timedelta(0)

    def __call__(self) -> datetime:
        return self.now + self.error

    def right(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()


class Month:
    def __init__(self, seed: int, *, accounts: int = ACCOUNTS, days: int = DAYS) -> None:
        chance = random.Random(f"month {seed}")  # noqa: S311 - made data
        self.end = START + timedelta(days=days)
        self.lives: list[Life] = lives(chance, accounts, START, self.end)
        self.weather = Weather(chance, START, self.end)
        self.clocks = Clocks()
        self.verdicts = Verdicts({life.account.key: life for life in self.lives}, START, self.end)
        self._chance = chance
        self._told = 0
        self._judged_at, self._visited = START, False

    def played(self) -> Verdicts:
        with TemporaryDirectory(prefix="xunjian-month-", dir=MEMORY) as folder, ExitStack() as stack:
            store = open_store(f"sqlite:///{folder}/xunjian.db", self.clocks)
            stack.callback(store.close)
            bus = SqliteBus(Path(folder) / "xunjian.db", "month", self.clocks)
            stack.callback(bus.close)
            store.accounts.upsert(list(accounts_of(self.lives)), START)
            for life in self.lives:
                if life.bridged:
                    address = f"{BRIDGE}/{life.account.id}"
                    store.sources.add(GivenSource(key=life.account.key, kind="bridge", address=address), START)
            collector, analyzer = self._collector(store, bus), _analyzer(store, bus, self.clocks)
            while self.clocks.now < self.end:
                self._step(store, collector, analyzer)
            self.verdicts.looks = _looks(store)
        return self.verdicts

    def _step(self, store: Store, collector: CollectorEngine, analyzer: AnalyzerEngine) -> None:
        began, clocks = self.clocks.now, self.clocks
        if not self.weather.is_stopped(began):
            clocks.error = self.weather.clock_error(began)
            self._visited = self._look(collector) or self._visited
            waited = clocks.now - self._judged_at
            if waited >= (JUDGE_EVERY if self._visited else 6 * JUDGE_EVERY):
                analyzer.step(clocks())
                self._judged_at, self._visited = clocks.now, False
                self._take_new(store)
        clocks.now = max(clocks.now, began + STEP)
        if clocks.now.date() != began.date():
            self.verdicts.sample(store.standings.current(), clocks.now)

    def _look(self, collector: CollectorEngine) -> bool:
        visited = False
        for _ in range(MOST_VISITS):
            if not collector.step(self.clocks()):
                break
            visited = True
            self.clocks.now += BETWEEN
        return visited

    def _take_new(self, store: Store) -> None:
        with store.database.read() as connection:
            rows = connection.execute(select(_finding).where(_finding.c.id > self._told).order_by(_finding.c.id)).all()
        self._told = max((row.id for row in rows), default=self._told)
        self.verdicts.take([read(Finding, row.body) for row in rows], self.clocks.error)

    def _collector(self, store: Store, bus: SqliteBus) -> CollectorEngine:
        settings = Settings()
        platforms, metrics, clocks = build_platforms(settings), Metrics(), self.clocks
        window = Window(self.lives, self.weather, clocks.right, clocks)
        watch = ClockWatch(clocks.monotonic)
        late = MOST_LATE / timedelta(hours=1)
        own = BridgeSettings(base_url=BRIDGE, kind="rsshub", control=CONTROL, delay_hours=late)
        looker = Looker(
            visits=store.visits,
            platforms=platforms,
            visitor=window,
            metrics=metrics,
            clock=clocks,
            watch=watch,
            bridges=Bridges({"own": own}, window, platforms["feed"], clocks),
        )
        fallback = Fallback(
            looker=looker,
            kinds=build_sources(settings),
            platforms=platforms,
            sources=store.sources,
            visits=store.visits,
            clock=clocks,
            lease=LEASE,
        )
        return CollectorEngine(
            bus=bus,
            visits=store.visits,
            notes=store.notes,
            platforms=platforms,
            looker=looker,
            metrics=metrics,
            clock=clocks,
            watch=watch,
            owner="month",
            lease=LEASE,
            chance=self._chance,
            fallback=fallback,
        )


def _looks(store: Store) -> int:
    with store.database.read() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables["probe"])).scalar() or 0


def _analyzer(store: Store, bus: SqliteBus, clocks: Clocks) -> AnalyzerEngine:
    matters = Matters(Rulebooks(load_rulebook()), Metrics())
    return AnalyzerEngine(
        bus,
        judgements=store.judgements,
        judge=Judge(store.judgements, matters),
        timer=Timer.over(store, matters, "month", clocks.monotonic),
        retention=Retention(store.thinning, store.leases, timedelta(days=90)),
        metrics=Metrics(),
        check_clock=lambda: None,
        monotonic=clocks.monotonic,
    )
