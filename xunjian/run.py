"""`xunjian run`: the services in one process; without --config, the demonstration."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.kafka_broker import Broker
from demo.stand_in import FOLDER as DEMO
from demo.stand_in import SETTINGS, stand_in
from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from services.collector.__main__ import build as build_collector
from services.reporter.__main__ import build as build_reporter
from shared.clock import utc_now
from shared.ledger.reading import read_ledger
from shared.runtime.health import HealthServer
from shared.runtime.logs import configure_logs
from shared.runtime.loop import Service, install_signals
from shared.runtime.loop import run as run_service
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import Settings, load_settings
from xunjian.screen import Screen

OWNER = "all-in-one"
PATIENCE = timedelta(seconds=30)
EVER = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)


class BusChoice(StrEnum):
    EMBEDDED = "embedded"
    KAFKA = "kafka"


def run(
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）；不给则运行演示")] = None,
    once: Annotated[bool, typer.Option("--once", help="每个账号核查一次，打印结果后退出")] = False,
    bus: Annotated[
        BusChoice, typer.Option(help="演示所用的总线：内嵌，或真实的 Kafka（需要 Java 和 Maven）")
    ] = BusChoice.EMBEDDED,
) -> None:
    """一个进程运行采集、分析、告警；不给 --config 即为演示。"""
    stop = threading.Event()
    install_signals(stop)
    with ExitStack() as stack:
        settings = load_settings(config) if config else stack.enter_context(_demonstration(bus))
        host = stack.enter_context(open_host(settings, utc_now, OWNER))
        configure_logs("json", settings.log_level, stack.enter_context((settings.data_dir / "xunjian.log").open("a")))
        health = HealthServer(settings.metrics_host, settings.metrics_port, host.metrics, host.checks)
        stack.callback(health.close)
        _import_ledger(host)
        screen = Screen(host, Console(), f"http://{settings.metrics_host}:{health.port}/metrics")
        (_once if once else _until_stopped)(host, screen, stop)


@contextmanager
def _demonstration(bus: BusChoice) -> Iterator[Settings]:
    with ExitStack() as stack:
        stand_in_settings = stack.enter_context(stand_in(DEMO, utc_now()))
        if bus is BusChoice.KAFKA:
            broker = stack.enter_context(Broker(folder=DEMO / "kafka"))
            stand_in_settings |= {"kafka_bootstrap": broker.bootstrap, "kafka_create_topics": 3}
        yield load_settings(SETTINGS, stand_in_settings)


def _import_ledger(host: Host) -> None:
    if host.settings.ledger is None:
        return
    file = read_ledger(host.settings.ledger)
    for error in file.errors:
        typer.echo(f"台账：{error}", err=True)
    host.store.accounts.upsert(file.over(host.store.accounts.all()), host.clock())


def _once(host: Host, screen: Screen, stop: threading.Event) -> None:
    """Every account once, one after the other, then everything judged and told."""
    started = host.clock()
    host.store.visits.make_all_due(started)
    collector, analyzer, alerter = build_collector(host), build_analyzer(host), build_alerter(host)
    try:
        with screen.live():
            while not stop.is_set() and _has_unvisited(host, started):
                if collector.step(host.clock()):
                    analyzer.step(host.clock())
                else:
                    stop.wait(0.1)
                screen.refresh()
            while analyzer.step(host.clock()) or analyzer.lag() > 0:
                pass
            alerter.drain(host.clock())
            _write_lists(host)
            screen.refresh()
    finally:
        for service in (collector, analyzer, alerter):
            service.close()
    screen.finish()


def _has_unvisited(host: Host, started: datetime) -> bool:
    """False also when all that is left is on platforms that rest after a block for longer than `PATIENCE`."""
    patient_until = host.clock() + PATIENCE
    return host.store.visits.is_waiting(started, patient_until)


def _until_stopped(host: Host, screen: Screen, stop: threading.Event) -> None:
    crew = _Crew(host, stop)
    crew.start("collector", lambda: build_collector(host), idle_seconds=0.5)
    crew.start("analyzer", lambda: build_analyzer(host), idle_seconds=0.2)
    crew.start("alerter", lambda: build_alerter(host), idle_seconds=0.5)
    crew.start("reporter", lambda: build_reporter(host), idle_seconds=5)
    listed = False
    with screen.live():
        pause = 1.0
        while not stop.wait(pause):
            began = time.monotonic()
            screen.refresh()
            # Thousands of accounts take longer to look up: never more than a tenth of the time goes into showing them.
            pause = max(1.0, 9 * (time.monotonic() - began))
            if not listed and not host.store.visits.is_waiting(EVER, FOR_EVER):
                _write_lists(host)
                listed = True
    crew.join()
    screen.finish()


def _write_lists(host: Host) -> None:
    """The running week's list so far; those of closed weeks come by themselves."""
    reporter = build_reporter(host)
    reporter.write_running(host.clock())
    reporter.close()


class _Crew:
    """The services, each in its own thread (Playwright wants one to itself). One that dies stops the others."""

    def __init__(self, host: Host, stop: threading.Event) -> None:
        self._host = host
        self._stop = stop
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(self, name: str, build: Callable[[], Service], idle_seconds: float) -> None:
        def work() -> None:
            try:
                run_service(build(), self._stop, idle_seconds, self._host.clock)
            except BaseException as error:
                self._errors.append(error)
                raise
            finally:
                self._stop.set()

        thread = threading.Thread(target=work, name=name)
        thread.start()
        self._threads.append(thread)

    def join(self) -> None:
        """Wait for all. Raises what killed one of them."""
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
