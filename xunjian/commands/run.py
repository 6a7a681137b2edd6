"""`xunjian run`: the services in one process; where nothing is set up yet, the demonstration."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.kafka_broker import Broker
from demo.stand_in import FOLDER as DEMO
from demo.stand_in import demo_settings, stand_in
from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from services.collector.__main__ import build as build_collector
from services.reporter.__main__ import build as build_reporter
from shared.clock import utc_now
from shared.errors import InputError
from shared.runtime.announced import announced
from shared.runtime.ledger_at_start import import_ledger
from shared.runtime.lock import ROLES, holding
from shared.runtime.logs import RotatingFile, configure_logs
from shared.runtime.loop import install_signals
from shared.runtime.loop import run as run_service
from shared.runtime.opening import Host, Process, hold_folder
from shared.runtime.settings import Settings, is_set_up, load_settings, naming_file
from xunjian.crew import Crew
from xunjian.shown.screen import Screen
from xunjian.shown.where import where

OWNER = "all-in-one"
REPORTER_ROUND_SECONDS = 1800
_START = "启动"
"""What the process shows before its services run."""
PATIENCE = timedelta(seconds=30)
STALLED_SECONDS = 120.0
EVER = datetime.min.replace(tzinfo=UTC)
FOR_EVER = datetime.max.replace(tzinfo=UTC)


class BusChoice(StrEnum):
    EMBEDDED = "embedded"
    KAFKA = "kafka"


def run(
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）；还没有设置时运行演示")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="运行演示：自带模拟平台和台账，不动正式数据")] = False,
    once: Annotated[bool, typer.Option("--once", help="每个账号核查一次，打印结果后退出")] = False,
    bus: Annotated[
        BusChoice, typer.Option(help="演示所用的总线：内嵌，或真实的 Kafka（需要 Java 和 Maven）")
    ] = BusChoice.EMBEDDED,
) -> None:
    """一个进程运行采集、分析、告警、报表；还没有设置文件时为演示。"""
    stop = threading.Event()
    received = install_signals(stop)
    with ExitStack() as stack:
        read = None if _shows(config, demo) else partial(load_settings, config)
        process = Process(OWNER, settings_of(config, demo, bus, stack), utc_now, stop, read=read)
        settings = process.settings
        file = RotatingFile(settings.data_dir / "xunjian.log")
        stack.callback(file.close)
        configure_logs("json", settings.log_level, file)
        stack.enter_context(announced(settings, ROLES, received))
        stack.enter_context(naming_file(settings))
        health = process.serve_health(stack)
        host = process.open(stack) if once else _opened(process, stack)
        if host is None:
            return
        if (upgraded := host.store.upgraded) is not None and upgraded.before.has_tables:
            typer.echo(upgraded.sentence)
        for said in import_ledger(host.settings.ledger, host.store, host.clock()):
            typer.echo(f"台账：{said}", err=True)
        screen = Screen(
            host,
            Console(),
            process.vitals,
            f"http://{settings.metrics_host}:{health.port}/metrics",
        )
        if once:
            _once(host, screen, stop)
        else:
            _until_stopped(host, screen, process)


def _shows(config: Path | None, demo: bool) -> bool:
    """Whether it is the demonstration that runs."""
    return demo or (config is None and not is_set_up())


def settings_of(config: Path | None, demo: bool, bus: BusChoice, stack: ExitStack) -> Settings:
    """The settings, their data folder held by this process alone: before the demonstration begins it anew, too."""
    if not _shows(config, demo):
        settings = load_settings(config)
        hold_folder(settings, utc_now(), ROLES, stack)
        typer.echo(where(settings))
        return settings
    if demo and config is not None:
        raise InputError("--demo", "演示自带设置，不能与 --config 同用；请去掉一个")
    stack.enter_context(holding(DEMO, ROLES, utc_now()))
    why = "" if demo else "还没有设置文件，"
    typer.echo(f"演示：{why}由自带的模拟平台和台账应答，数据在 {DEMO.absolute()}；正式使用请先运行 xunjian init")
    more = stack.enter_context(stand_in(DEMO, utc_now()))
    if bus is BusChoice.KAFKA:
        broker = stack.enter_context(Broker(folder=DEMO / "kafka"))
        more |= {"kafka_bootstrap": broker.bootstrap, "kafka_create_topics": 3}
    return demo_settings(more)


def _opened(process: Process, stack: ExitStack) -> Host | None:
    """Waits for a database or broker that is away, and says so. Raises what the services would."""
    pulse = process.vitals.pulse(_START)
    return process.open_patiently(pulse, stack, lambda reason: typer.echo(f"等待中：{reason}", err=True))


def _once(host: Host, screen: Screen, stop: threading.Event) -> None:
    """Every account once, one after the other, then everything judged and told."""
    started = host.clock()
    host.store.visits.make_all_due(started)
    collector, analyzer, alerter = build_collector(host), build_analyzer(host), build_alerter(host)
    try:
        with screen.live():

            def visit() -> bool:
                visited = collector.step(host.clock())
                if visited:
                    analyzer.step(host.clock())
                screen.refresh(host.clock())
                return visited

            _repeat(visit, lambda: _has_unvisited(host, started), stop)
            analyzer.tick_soon()
            _repeat(lambda: analyzer.step(host.clock()), lambda: analyzer.lag() > 0, stop)
            analyzer.step(host.clock())
            alerter.drain(host.clock())
            _write_lists(host)
            screen.refresh(host.clock())
    finally:
        for service in (collector, analyzer, alerter):
            service.close()
    screen.finish()


def _repeat(work: Callable[[], bool], is_wanted: Callable[[], bool], stop: threading.Event) -> None:
    """Work while more is wanted, unless it comes to nothing for `STALLED_SECONDS`: what is left stays as it is."""
    last = time.monotonic()
    while not stop.is_set() and is_wanted() and time.monotonic() - last < STALLED_SECONDS:
        if work():
            last = time.monotonic()
        else:
            stop.wait(0.1)


def _has_unvisited(host: Host, started: datetime) -> bool:
    """False also when what is left rests for longer than `PATIENCE` after a block."""
    patient_until = host.clock() + PATIENCE
    return host.store.visits.is_waiting(started, patient_until)


def _until_stopped(host: Host, screen: Screen, process: Process) -> None:
    crew = Crew(process.stop, host.clock, process.vitals)
    crew.start("collector", lambda: build_collector(host), idle_seconds=0.5)
    crew.start("analyzer", lambda: build_analyzer(host), idle_seconds=0.2)
    crew.start("alerter", lambda: build_alerter(host), idle_seconds=0.5)
    crew.start("reporter", lambda: build_reporter(host), 5, REPORTER_ROUND_SECONDS)
    crew.start("first_lists", lambda: _FirstLists(host), 1, REPORTER_ROUND_SECONDS)
    process.vitals.over(_START)
    with screen.live():
        run_service(lambda: screen, process.stop, 1, host.clock, process.vitals.pulse("screen"))
    crew.join()
    screen.finish()


class _FirstLists:
    """Once every account was visited, the running week's list so far: tried until it is written, ever more rarely."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._reporter = build_reporter(host)
        self._is_written = False

    def step(self, now: datetime) -> bool:
        if not self._is_written and not self._host.store.visits.is_waiting(EVER, FOR_EVER):
            self._reporter.write_running(now)
            self._reporter.check()
            self._is_written = True
        return False

    def close(self) -> None:
        self._reporter.close()


def _write_lists(host: Host) -> None:
    """The running week's list so far; those of closed weeks come by themselves."""
    reporter = build_reporter(host)
    reporter.write_running(host.clock())
    reporter.close()
