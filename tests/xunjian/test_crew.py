"""The services of one process: one that dies heals while the others go on; a wrong setting ends them all."""

import threading
from datetime import datetime

import pytest

from shared.clock import utc_now
from shared.errors import InputError
from shared.runtime import loop
from shared.runtime.vitals import Vitals
from xunjian.crew import Crew


class Dying:
    """Dies in every round; sets `often` when it was built anew a few times."""

    built = 0

    def __init__(self, often: threading.Event) -> None:
        Dying.built += 1
        if Dying.built > 3:
            often.set()

    def step(self, now: datetime) -> bool:
        raise KeyError("weibo/1")

    def close(self) -> None:
        pass


class Working:
    """Ends the test once its neighbour died often enough and it still works."""

    def __init__(self, often: threading.Event, stop: threading.Event) -> None:
        self._often = often
        self._stop = stop

    def step(self, now: datetime) -> bool:
        if self._often.is_set():
            self._stop.set()
        return False

    def close(self) -> None:
        pass


def test_one_that_dies_is_built_anew_and_told_while_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "FIRST_PAUSE_SECONDS", 0.001)
    stop, often, vitals = threading.Event(), threading.Event(), Vitals()
    crew = Crew(stop, utc_now, vitals)
    crew.start("collector", lambda: Dying(often), idle_seconds=0.01)
    crew.start("alerter", lambda: Working(often, stop), idle_seconds=0.01)
    crew.join()
    assert vitals.troubles() == ["collector：KeyError: 'weibo/1'"]


def test_a_wrong_setting_ends_all_with_its_sentence() -> None:
    def build() -> Dying:
        raise InputError("rulebook", "没有这部规则库")

    stop, never = threading.Event(), threading.Event()
    crew = Crew(stop, utc_now, Vitals())
    crew.start("alerter", lambda: Working(never, stop), idle_seconds=0.01)
    crew.start("analyzer", build, idle_seconds=0.01)
    with pytest.raises(InputError, match="没有这部规则库"):
        crew.join()
