"""The run loop: patience, death, and an orderly end."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from shared.clock import utc_now
from shared.errors import InputError, TransientError
from shared.runtime import loop
from shared.runtime.loop import pause_seconds, run
from shared.runtime.vitals import Pulse
from tests.paths import ROOT

SLEEPER = """
import sys, threading, time
from shared.clock import utc_now
from shared.runtime.loop import install_signals, run
class Sleeper:
    def step(self, now):
        print("ready", flush=True)
        time.sleep({step_seconds})
        return True
    def close(self):
        print("closed", flush=True)
stop = threading.Event()
install_signals(stop)
run(Sleeper, stop, idle_seconds=0.0, clock=utc_now)
"""


class Scripted:
    """Does what the script says, one entry per step, then sets `stop`."""

    def __init__(self, stop: threading.Event, *script: bool | Exception) -> None:
        self.stop = stop
        self.script = list(script)
        self.steps = 0
        self.closed = 0

    def step(self, now: datetime) -> bool:
        self.steps += 1
        entry = self.script.pop(0)
        if not self.script:
            self.stop.set()
        if isinstance(entry, Exception):
            raise entry
        return entry

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "FIRST_PAUSE_SECONDS", 0.001)


def seconds(action: Callable[[], None]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def sleeper(step_seconds: float) -> subprocess.Popen[str]:
    script = SLEEPER.format(step_seconds=step_seconds)
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_busy_service_does_not_rest_between_rounds(stop: threading.Event) -> None:
    busy = Scripted(stop, True, True, True)
    assert seconds(lambda: run(lambda: busy, stop, idle_seconds=5.0, clock=utc_now)) < 1
    assert (busy.steps, busy.closed) == (3, 1)


def test_an_idle_service_rests(stop: threading.Event) -> None:
    assert seconds(lambda: run(lambda: Scripted(stop, False, True), stop, idle_seconds=0.2, clock=utc_now)) >= 0.2


def test_a_stop_ends_the_rest_at_once(stop: threading.Event) -> None:
    threading.Timer(0.1, stop.set).start()
    idle = Scripted(stop, *[False] * 9)
    assert seconds(lambda: run(lambda: idle, stop, idle_seconds=60.0, clock=utc_now)) < 5
    assert idle.closed == 1


@pytest.mark.usefixtures("impatient")
def test_a_transient_error_is_waited_out_and_told(stop: threading.Event) -> None:
    pulse, told = Pulse("alerter"), []
    shaky = Scripted(stop, TransientError("broker away"), TransientError("still away"), True)

    def noting() -> datetime:
        told.append(pulse.problem)
        return utc_now()

    run(lambda: shaky, stop, idle_seconds=0.0, clock=noting, pulse=pulse)
    assert (shaky.steps, shaky.closed) == (3, 1)
    assert told == ["正在启动", "broker away", "still away"]
    assert pulse.problem is None


@pytest.mark.usefixtures("impatient")
def test_any_other_error_closes_the_service_and_builds_it_anew(stop: threading.Event) -> None:
    pulse = Pulse("analyzer")
    lives = [Scripted(threading.Event(), ValueError("a strange page")), Scripted(stop, True, True)]
    born = iter(lives)
    run(lambda: next(born), stop, idle_seconds=0.0, clock=utc_now, pulse=pulse)
    assert [(life.steps, life.closed) for life in lives] == [(1, 1), (2, 1)]
    assert pulse.problem == "ValueError: a strange page"  # one good round proves nothing


@pytest.mark.usefixtures("impatient")
def test_a_service_that_ran_well_for_a_while_is_healed(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "STEADY_SECONDS", 0.0)
    pulse = Pulse("analyzer")
    born = iter([Scripted(threading.Event(), ValueError("once")), Scripted(stop, True)])
    run(lambda: next(born), stop, idle_seconds=0.0, clock=utc_now, pulse=pulse)
    assert pulse.problem is None


def test_a_wrong_setting_at_the_first_build_is_raised(stop: threading.Event) -> None:
    def build() -> Scripted:
        raise InputError("channels.x", "没有类型")

    with pytest.raises(InputError, match="没有类型"):
        run(build, stop, idle_seconds=0.0, clock=utc_now)


@pytest.mark.usefixtures("impatient")
def test_the_same_later_is_waited_out(stop: threading.Event) -> None:
    wrong = InputError("session.json", "权限过宽")
    born = iter([Scripted(threading.Event(), wrong), Scripted(stop, True)])
    run(lambda: next(born), stop, idle_seconds=0.0, clock=utc_now)
    assert stop.is_set()


def test_a_service_that_cannot_be_closed_still_ends(stop: threading.Event) -> None:
    class Stubborn(Scripted):
        def close(self) -> None:
            raise OSError("no")

    run(lambda: Stubborn(stop, True), stop, idle_seconds=0.0, clock=utc_now)


def test_what_a_service_could_not_do_is_told_while_it_goes_on(stop: threading.Event) -> None:
    class Partly(Scripted):
        def check(self) -> None:
            raise TransientError("报表目录不可写")

    pulse = Pulse("reporter")
    run(lambda: Partly(stop, True, True), stop, idle_seconds=0.0, clock=utc_now, pulse=pulse)
    assert pulse.problem == "报表目录不可写"


def test_the_pause_doubles_and_stays_short_enough_to_notice_that_a_database_is_back() -> None:
    assert [pause_seconds(failures) for failures in (1, 2, 3, 4, 5, 10_000)] == [1, 2, 4, 8, 15, 15]


def test_a_wish_to_be_left_alone_lengthens_the_pause_within_reason() -> None:
    assert [pause_seconds(1, wish) for wish in (0.5, 90.0, 86_400.0)] == [1, 90, 300]


@pytest.mark.fault(34)
def test_the_first_sigterm_lets_the_round_end() -> None:
    with sleeper(step_seconds=0.5) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stdout.read() == "closed\n"


@pytest.mark.fault(34)
def test_the_second_signal_ends_the_process_at_once() -> None:
    with sleeper(step_seconds=60) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 128 + signal.SIGINT
        assert process.stdout.read() == ""
