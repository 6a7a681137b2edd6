"""What a service stands on, opened from the settings."""

import threading
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from shared.errors import InputError, TransientError
from shared.runtime.loop import run
from shared.runtime.opening import Host, Process, built, open_bus
from shared.runtime.settings import load_settings
from shared.runtime.vitals import Pulse
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


def test_who_uses_no_bus_opens_without_a_broker_and_makes_no_topics_there(tmp_path: Path) -> None:
    away = {"data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:1", "kafka_create_topics": 2}
    process = Process("reporter", load_settings(more=away), lambda: NOW, threading.Event(), uses_bus=False)
    with ExitStack() as stack:
        process.open(stack)
        assert process.vitals.problems() == []
    assert shown(process) == ['xunjian_part_ok{part="database"} 1.0']


WRONG = "postgresql+psycopg://a:b@127.0.0.1:1/x?sslmode=wrong"


def test_who_waits_reads_a_mended_secret_and_tells_what_is_wrong_with_it_meanwhile(
    tmp_path: Path, postgres_url: str
) -> None:
    config, secret = tmp_path / "xunjian.yaml", tmp_path / "database_url"
    config.write_text("database_url: {file: database_url}\n")
    secret.write_text("postgresql+psycopg://a:b@127.0.0.1:1/x")
    read = partial(load_settings, config)
    process = Process("reporter", read(), lambda: NOW, threading.Event(), uses_bus=False, read=read)
    written, told = iter(["half an address", WRONG, postgres_url]), list[str]()

    def tell(reason: str) -> None:
        told.append(reason)
        secret.write_text(next(written))

    with ExitStack() as stack:
        host = process.open_patiently(Pulse("reporter"), stack, tell)
        assert host is not None
        assert (host.settings.database_url, host.hooks) == (postgres_url, process.hooks)
    assert len(told) == 3
    assert all(
        words in reason for words, reason in zip(("没有应答", "不是数据库的地址", "sslmode"), told, strict=True)
    ), told


def test_settings_that_cannot_be_used_from_the_beginning_end_the_process(tmp_path: Path) -> None:
    wrong = load_settings(more={"data_dir": tmp_path, "database_url": WRONG})
    process = Process("reporter", wrong, lambda: NOW, threading.Event(), read=lambda: wrong)
    with ExitStack() as stack, pytest.raises(InputError, match="sslmode"):
        process.open_patiently(Pulse("reporter"), stack)


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
