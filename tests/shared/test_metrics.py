"""The gauges that are asked for when somebody scrapes, and what labels there may be."""

import itertools
import threading
import time
from collections.abc import Callable

import pytest

from shared.errors import TransientError
from shared.runtime import shown
from shared.runtime.metrics import Answer, Metrics, Question
from shared.runtime.shown import show_part, show_process
from shared.runtime.vitals import Vitals

LONG = 60.0


def lines(metrics: Metrics, name: str) -> set[str]:
    return {line for line in metrics.render().decode().splitlines() if line.startswith(name)}


def comes_to_be(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONG
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def counted(metrics: Metrics, *answers: dict[str, int]) -> Question:
    """Each scrape gets the next answer: state -> number of accounts. After the last the database is away."""
    left = list(answers)

    def ask() -> Answer:
        if not left:
            raise TransientError("the database is away")
        return {metrics.accounts: {("weibo", "青禾县", state): number for state, number in left.pop(0).items()}}

    return ask


def test_what_is_no_longer_told_leaves_the_gauge() -> None:
    metrics = Metrics()
    metrics.ask("store", counted(metrics, {"ok": 2, "zombie": 1}, {"ok": 3}), keep_seconds=0, patience_seconds=LONG)
    assert len(lines(metrics, "xunjian_accounts{")) == 2
    assert lines(metrics, "xunjian_accounts{") == {'xunjian_accounts{platform="weibo",region="青禾县",state="ok"} 3.0'}


def test_what_cannot_be_had_is_left_out_and_the_rest_is_there() -> None:
    metrics = Metrics()
    metrics.last_round.labels("analyzer").set(7)
    metrics.ask("store", counted(metrics, {"ok": 2}), keep_seconds=0, patience_seconds=LONG)
    assert lines(metrics, "xunjian_accounts{")
    assert not lines(metrics, "xunjian_accounts{")  # the second question fails: nothing is left to answer
    assert lines(metrics, "xunjian_last_round") == {'xunjian_last_round_timestamp_seconds{service="analyzer"} 7.0'}


def test_two_questions_about_one_gauge_leave_each_others_labels_alone() -> None:
    metrics = Metrics()
    show_part(metrics, "database", lambda: None)

    def broken() -> None:
        raise TransientError("no broker")

    show_part(metrics, "broker", broken)
    shown = {'xunjian_part_ok{part="database"} 1.0', 'xunjian_part_ok{part="broker"} 0.0'}
    assert comes_to_be(lambda: lines(metrics, "xunjian_part_ok{") == shown)


def test_a_question_that_hangs_holds_up_no_scrape() -> None:
    metrics, over = Metrics(), threading.Event()

    def hangs() -> Answer:
        over.wait()
        return {}

    metrics.ask("store", hangs)
    metrics.visits.labels("weibo", "ok").inc()
    assert lines(metrics, "xunjian_visits_total{")
    over.set()


def test_a_part_that_hangs_does_not_answer() -> None:
    metrics, over = Metrics(), threading.Event()

    def hangs() -> None:
        over.wait()

    show_part(metrics, "database", hangs)
    assert lines(metrics, "xunjian_part_ok{") == {'xunjian_part_ok{part="database"} 0.0'}
    over.set()
    assert comes_to_be(lambda: lines(metrics, "xunjian_part_ok{") == {'xunjian_part_ok{part="database"} 1.0'})


def test_a_part_that_answered_late_is_asked_soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that was frozen answers once it is awake: the next time it is away must be seen."""
    monkeypatch.setattr(shown, "KEEP_SECONDS", 0.5)
    metrics, times = Metrics(), itertools.count()

    def check() -> None:
        if next(times):
            raise TransientError("away")
        time.sleep(1.5)

    show_part(metrics, "database", check)
    for told in ("1.0", "0.0"):
        assert comes_to_be(lambda: lines(metrics, "xunjian_part_ok{") == {f'xunjian_part_ok{{part="database"}} {told}'})  # noqa: B023


def test_a_process_says_which_program_it_is_and_how_its_loops_are() -> None:
    metrics, vitals = Metrics(), Vitals()
    pulse = vitals.pulse("analyzer")
    show_process(metrics, vitals)
    assert "xunjian_ready 0.0" in lines(metrics, "xunjian_ready")
    ill, well = (f'xunjian_service_ok{{service="analyzer"}} {number}' for number in ("0.0", "1.0"))
    assert comes_to_be(lambda: lines(metrics, "xunjian_service_ok{") == {ill})
    pulse.beat()
    assert comes_to_be(lambda: lines(metrics, "xunjian_service_ok{") == {well})
    assert comes_to_be(lambda: "xunjian_ready 1.0" in lines(metrics, "xunjian_ready"))
    (build,) = lines(metrics, "xunjian_build_info{")
    assert 'schema="00' in build
    assert "process_resident_memory_bytes" in metrics.render().decode()


def test_no_metric_is_labelled_with_an_account_or_a_unit() -> None:
    labels = {name for metric in vars(Metrics()).values() for name in getattr(metric, "_labelnames", ())}
    bounded = {"platform", "region", "state", "rule", "severity", "status", "channel", "outcome", "topic", "group"}
    bounded |= {"result", "reason", "report", "service", "part", "duty", "lease", "kind", "rulebook"}
    assert labels <= bounded | {"version", "commit", "schema"}


@pytest.mark.parametrize("suffix", ["_created"])
def test_there_is_no_series_that_nobody_asks_for(suffix: str) -> None:
    metrics = Metrics()
    metrics.visits.labels("weibo", "ok").inc()
    metrics.alert_seconds.labels("ding").observe(1)
    assert suffix not in metrics.render().decode()
