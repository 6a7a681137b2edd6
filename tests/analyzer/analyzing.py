"""The analyzer without its bus: what judges and the timer, over one store."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from services.analyzer.coverage import Timer
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge, Refused
from services.analyzer.matters import Matters
from services.analyzer.rulebook import Rulebook, load_rulebook
from shared.events import Post, Probe
from shared.runtime.metrics import Metrics
from shared.storage.store import Store


class Analyzer:
    def __init__(
        self,
        store: Store,
        rulebook: Rulebook | None = None,
        owner: str = "one",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.metrics = Metrics()
        matters = Matters(Rulebooks(rulebook or load_rulebook()), self.metrics)
        self._judge = Judge(store.judgements, matters)
        self.timer = Timer.over(store, matters, owner, monotonic)

    def judge(self, events: Iterable[Post | Probe]) -> list[Refused]:
        while self._judge.restore_marks():
            """A part at each round."""
        return self._judge.judge(events)

    def tick(self, now: datetime) -> None:
        while self.timer.tick(now):
            """More accounts wait than one round takes."""
