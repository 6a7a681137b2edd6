"""An alerter on a real store and bus, with channels that record."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.alerter.channels.base import Channel
from services.alerter.engine import AlerterEngine
from services.alerter.parts import Parts
from services.alerter.proofs import Contents
from services.alerter.readers import Reading
from services.alerter.routes import Route, Routes
from shared.bus.sqlite import SqliteBus
from shared.errors import TransientError
from shared.events import Finding, FindingStatus
from shared.runtime.metrics import Metrics
from shared.storage.store import Store, open_store
from tests.builders import NOW, an_account
from tests.fakes.channel import RecordingChannel

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    opened.accounts.upsert([an_account("1001"), an_account("1002"), an_account("2001", unit="北山区卫健局")], NOW)
    yield opened
    opened.close()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[SqliteBus]:
    opened = SqliteBus(tmp_path / "xunjian.db", "test", lambda: NOW)
    yield opened
    opened.close()


class Bench:
    """An alerter with two channels for units and one for operators."""

    def __init__(self, store: Store, bus: SqliteBus, folder: Path) -> None:
        self.folder = folder
        self.store = store
        self.bus = bus
        self.ding, self.mail, self.ops = RecordingChannel(), RecordingChannel(), RecordingChannel()
        self.metrics = Metrics()
        self._starts = itertools.count()
        self.engine = self.alerter()

    def alerter(
        self,
        owner: str = "alerter",
        routes: tuple[Route, ...] = (Route(channels=("ding", "mail")),),
        operators: tuple[str, ...] = ("ops",),
        without: tuple[str, ...] = (),
        more: Mapping[str, Channel] | None = None,
        readings: Mapping[str, Reading] | None = None,
        contents: Contents | None = None,
        monotonic: Callable[[], float] = lambda: 0,
        patience_seconds: float = 60,
        **changed: Channel,
    ) -> AlerterEngine:
        """Another process on the same store, bus and channels."""
        channels: dict[str, Channel] = {
            "ding": self.ding,
            "mail": self.mail,
            "ops": self.ops,
            **(more or {}),
            **changed,
        }
        for name in without:
            del channels[name]
        return AlerterEngine(
            self.bus,
            Parts.of(self.store),
            Routes(routes, operators),
            channels,
            self.metrics,
            owner=f"{owner}-{next(self._starts)}",
            poll_seconds=0,
            readings=readings,
            contents=contents,
            patience_seconds=patience_seconds,
            jitter=lambda: 0,
            monotonic=monotonic,
        )

    def restart(self) -> AlerterEngine:
        """Killed and started afresh: what was not committed comes again."""
        self.engine.close()
        self.engine = self.alerter()
        return self.engine

    def open(self, *findings: Finding) -> None:
        """As the analyzer does: into the store, then onto the bus."""
        with self.store.judgements.judging() as judging:
            for finding in findings:
                judging.open(finding)
        self.bus.publish(findings)

    def close(self, finding: Finding, at: datetime, status: FindingStatus = FindingStatus.RESOLVED) -> None:
        with self.store.judgements.judging() as judging:
            judging.close(finding, at, status)
        if status is FindingStatus.RESOLVED:
            self.bus.publish([finding.but(status=status, at=at)])

    def run(self, start: datetime, length: timedelta, step: timedelta = timedelta(seconds=5)) -> datetime:
        now = start
        while now <= start + length:
            self.engine.step(now)
            now += step
        return now


@pytest.fixture
def bench(store: Store, bus: SqliteBus, tmp_path: Path) -> Iterator[Bench]:
    ready = Bench(store, bus, tmp_path)
    yield ready
    ready.engine.close()


def away(*_args: object) -> None:
    raise TransientError("does not answer")
