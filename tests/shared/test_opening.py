"""What a service stands on, opened from the settings."""

import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from shared.errors import TransientError
from shared.runtime.loop import run
from shared.runtime.opening import Host, Process, built, open_bus
from shared.runtime.settings import load_settings
from tests.builders import NOW, a_probe, days


def test_opening_the_bus_forgets_nothing(tmp_path: Path) -> None:
    settings = load_settings(more={"data_dir": tmp_path, "embedded_retention_days": 1})
    with_old = open_bus(settings, lambda: NOW, "test")
    with_old.publish([a_probe(NOW)])
    reader = with_old.subscribe("analyzer", ("observations",))
    assert len(reader.poll(0.1)) == 1
    reader.commit()
    reader.close()
    with_old.close()

    later = open_bus(settings, lambda: NOW + days(2), "test")
    newcomer = later.subscribe("newcomer", ("observations",))
    assert len(newcomer.poll(0.1)) == 1
    newcomer.close()
    later.close()


def shown(process: Process) -> list[str]:
    return sorted(line for line in process.metrics.render().decode().splitlines() if line.startswith("xunjian_part_ok"))


def test_a_database_that_is_away_from_the_beginning_shows_in_the_metrics(tmp_path: Path) -> None:
    away = load_settings(more={"data_dir": tmp_path, "database_url": "postgresql+psycopg://a:b@127.0.0.1:1/x"})
    process = Process("analyzer", away, lambda: NOW, threading.Event())
    with ExitStack() as stack, pytest.raises(TransientError):
        process.open(stack)
    assert shown(process) == ['xunjian_part_ok{part="database"} 0.0']


@pytest.mark.usefixtures("refused_connections")
def test_a_broker_that_is_away_from_the_beginning_is_not_the_database(tmp_path: Path) -> None:
    away = load_settings(more={"data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:1"})
    process = Process("analyzer", away, lambda: NOW, threading.Event())
    with ExitStack() as stack, pytest.raises(TransientError):
        process.open(stack)
    assert shown(process) == ['xunjian_part_ok{part="broker"} 0.0', 'xunjian_part_ok{part="database"} 1.0']


def test_who_has_opened_everything_is_not_ready_before_its_service_is_built(tmp_path: Path) -> None:
    stop = threading.Event()
    process = Process("alerter", load_settings(more={"data_dir": tmp_path}), lambda: NOW, stop)
    pulse = process.vitals.pulse("alerter")
    told: list[list[str]] = []

    class Idle:
        def step(self, now: datetime) -> bool:
            told.append(process.vitals.problems())
            stop.set()
            return False

        def close(self) -> None:
            pass

    def build(_: Host) -> Idle:
        told.append(process.vitals.problems())
        return Idle()

    with ExitStack() as stack:
        host = process.open_patiently(pulse, stack)
        assert host is not None
        run(lambda: built(build, host, pulse), stop, 0, lambda: NOW, pulse)
    assert told == [["alerter：正在启动"], []]


def test_a_process_that_came_up_long_ago_is_not_missed_at_its_start(tmp_path: Path) -> None:
    process = Process("all-in-one", load_settings(more={"data_dir": tmp_path}), lambda: NOW, threading.Event())
    with ExitStack() as stack:
        assert process.open_patiently(process.vitals.pulse("启动", longest_round_seconds=-1), stack) is not None
        assert process.vitals.stalled()
        process.vitals.over("启动")
        assert process.vitals.stalled() == process.vitals.problems() == []
