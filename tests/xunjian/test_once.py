"""`xunjian run --once` ends, whatever does not."""

import threading

import pytest

from xunjian.commands import run
from xunjian.commands.run import _repeat


def test_it_works_while_more_is_wanted() -> None:
    left = [1, 2, 3]

    def work() -> bool:
        left.pop()
        return True

    _repeat(work, lambda: bool(left), threading.Event())
    assert left == []


def test_what_comes_to_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STALLED_SECONDS", 0.3)
    rounds = []
    _repeat(lambda: bool(rounds.append(1)), lambda: True, threading.Event())  # type: ignore[func-returns-value]
    assert rounds


def test_a_stop_ends_it_at_once() -> None:
    stop = threading.Event()
    stop.set()
    _repeat(lambda: True, lambda: True, stop)
