"""A slow question in the background: one asks, nobody waits long, and what failed is not told."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from shared.runtime import recent as module
from shared.runtime.recent import Recent

LONG = 60.0


class Counting:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def held_until(event: threading.Event) -> Callable[[], int]:
    def ask() -> int:
        event.wait()
        return 1

    return ask


def test_it_is_asked_once_while_the_answer_is_new() -> None:
    recent = Recent(Counting(), keep_seconds=LONG, patience_seconds=LONG)
    assert [recent.get(), recent.get()] == [1, 1]


def test_it_is_asked_anew_when_the_answer_is_old() -> None:
    ask = Counting()
    recent = Recent(ask, keep_seconds=0, patience_seconds=LONG)
    recent.get()
    recent.get()
    assert ask.times == 2


def test_nobody_waits_for_a_question_that_hangs_and_it_is_not_asked_twice() -> None:
    answered, before = threading.Event(), set(threading.enumerate())
    recent = Recent(held_until(answered), keep_seconds=LONG, patience_seconds=0)
    assert [recent.get(), recent.get()] == [None, None]
    (asking,) = [thread for thread in set(threading.enumerate()) - before if thread.name == "recent"]
    answered.set()
    asking.join()
    assert recent.get() == 1


def test_a_question_that_fails_leaves_only_its_answer_out() -> None:
    def broken() -> int:
        raise RuntimeError("the database is away")

    assert Recent(broken, patience_seconds=LONG).get() is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_that_cannot_be_logged_is_asked_about_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def broken_once() -> int:
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("the database is away")
        return len(asked)

    def unwritten(*_: object) -> None:
        raise ValueError("the stream is closed")

    recent = Recent(broken_once, keep_seconds=0, patience_seconds=LONG)
    with monkeypatch.context() as patched:
        patched.setattr(module, "log", SimpleNamespace(exception=unwritten))
        assert recent.get() is None
    assert recent.get() == 2


def test_a_question_that_takes_long_is_asked_less_often() -> None:
    now, asked = [0.0], []

    def slow() -> int:
        asked.append(1)
        now[0] += 0.05
        return len(asked)

    recent = Recent(slow, keep_seconds=0.001, patience_seconds=LONG, monotonic=lambda: now[0])
    assert [recent.get() for _ in range(3)] == [1, 1, 1]
    now[0] += 2.5
    assert recent.get() == 2
