"""A slow question in the background: one asks, nobody waits long, and what failed is not told."""

import threading
import time
from collections.abc import Callable

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
    answered = threading.Event()
    recent = Recent(held_until(answered), keep_seconds=LONG, patience_seconds=0)
    assert [recent.get(), recent.get()] == [None, None]
    asking = [thread for thread in threading.enumerate() if thread.name == "recent"]
    assert len(asking) == 1
    answered.set()
    asking[0].join()
    assert recent.get() == 1


def test_a_question_that_fails_leaves_only_its_answer_out() -> None:
    def broken() -> int:
        raise RuntimeError("the database is away")

    assert Recent(broken, patience_seconds=LONG).get() is None


def test_a_question_that_takes_long_is_asked_less_often() -> None:
    asked = []

    def slow() -> int:
        asked.append(1)
        time.sleep(0.05)
        return len(asked)

    recent = Recent(slow, keep_seconds=0.001, patience_seconds=LONG)
    assert [recent.get() for _ in range(3)] == [1, 1, 1]
