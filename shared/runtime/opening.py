"""What every service process stands on, opened from the settings: store, bus, metrics. Only wiring imports this."""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

import structlog

from shared.bus.contract import Bus
from shared.bus.kafka.bus import KafkaBus
from shared.bus.sqlite import SqliteBus
from shared.bus.topics import declared
from shared.clock import Clock, utc_now
from shared.errors import InputError, PermanentError, TransientError
from shared.evidence.keeper import Keeper
from shared.evidence.opening import vault_of
from shared.runtime import lock
from shared.runtime.announced import announced
from shared.runtime.draining import draining
from shared.runtime.health import HealthServer
from shared.runtime.hooks import Hooks
from shared.runtime.logs import configure_logs
from shared.runtime.loop import Service, install_signals, pause_seconds, run, spread
from shared.runtime.metrics import Metrics
from shared.runtime.presence import Presence
from shared.runtime.process import is_dead, member_name
from shared.runtime.settings import Settings, load_settings, naming_file
from shared.runtime.shown import show_opened, show_part, show_process
from shared.runtime.vitals import LONGEST_ROUND_SECONDS, STARTING, Pulse, Vitals, reason_of
from shared.storage.schema import OldSchemaError
from shared.storage.store import Store, open_store

log = structlog.get_logger(__name__)

BAD_INPUT = 2
PORTS = {"all-in-one": 9464, "collector": 9464, "analyzer": 9465, "alerter": 9466, "reporter": 9467}
"""Where each process answers unless `metrics_port` is set: on one machine side by side."""


@dataclass(frozen=True)
class Host:
    settings: Settings
    store: Store
    bus: Bus
    metrics: Metrics
    clock: Clock
    hooks: Hooks = field(default_factory=lambda: Hooks({}, time.monotonic))

    @cached_property
    def evidence(self) -> Keeper:
        return Keeper(vault_of(self.settings.evidence, self.settings.data_dir), self.store.evidence)

    def is_gone(self, owner: str) -> bool:
        """True when the process `owner`, which holds a lease or claim of our own role, surely lives no more."""
        return self.settings.is_alone or is_dead(owner)


@dataclass(frozen=True)
class Process:
    """What a process has before anything is opened. `name` is the source of the events it publishes."""

    name: str
    settings: Settings
    clock: Clock
    stop: threading.Event
    uses_bus: bool = True
    metrics: Metrics = field(default_factory=Metrics)
    vitals: Vitals = field(default_factory=Vitals)
    read: Callable[[], Settings] | None = None
    """The settings as they are now: who waits for what it needs knocks with what was mended meanwhile."""

    @cached_property
    def hooks(self) -> Hooks:
        """Of the alerter alone: whoever POSTs elsewhere has the wrong port, and is told so."""
        tokens = self.settings.hooks if self.name in ("alerter", "all-in-one") else {}
        return Hooks({f"/hooks/{name}": token for name, token in tokens.items()}, time.monotonic)

    def open(self, stack: ExitStack) -> Host:
        """Everything opened, to be closed by `stack`; a bus that is not used is never asked.

        Raises TransientError when database or broker is away or has no topics, InputError for settings that cannot be
        used, OldSchemaError for tables that have to be upgraded.
        """
        return self._open(stack, self.settings)

    def _open(self, stack: ExitStack, settings: Settings) -> Host:
        with ExitStack() as parts:
            with self._opening("database"):
                store = open_store(settings.store_url)
                parts.callback(store.close)
                if not store.database.file:
                    presence = Presence(store.members, member_name(), self.clock)
                    presence.begin()
                    parts.callback(presence.close)
            with self._opening("broker"):
                # Who uses none makes no topics either: a bus on Kafka that is only made connects to nothing.
                unasked = {} if self.uses_bus else {"kafka_create_topics": 0}
                bus = open_bus(settings.model_copy(update=unasked), self.clock, self.name)
                parts.callback(bus.close)
                missing = _missing_topics(bus, settings) if self.uses_bus else []
            if missing:
                where = f"Kafka {settings.kafka_bootstrap} 上还没有主题 {'、'.join(missing)}"
                raise TransientError(f"{where}；请运行 xunjian topics apply")
            stack.push(parts.pop_all())
        self.vitals.watch(store.check)
        show_part(self.metrics, "database", store.check)
        if self.uses_bus:
            self.vitals.watch(bus.check)
            show_part(self.metrics, "broker", bus.check)
        return Host(settings, store, bus, self.metrics, self.clock, self.hooks)

    @contextmanager
    def _opening(self, part: str) -> Iterator[None]:
        """Who waits for a part that was away from the beginning shows that, as who lost it later."""
        answers = True
        try:
            yield
        except TransientError:
            answers = False
            raise
        finally:
            if part == "database" or self.uses_bus:
                show_opened(self.metrics, part, answers)

    def open_patiently(
        self, pulse: Pulse, stack: ExitStack, tell: Callable[[str], object] = lambda _: None
    ) -> Host | None:
        """As `open`, but what is away is waited for, and told; null when told to stop first.

        Also tables of an older program: where a cluster is updated, somebody is at it. InputError as `open`, unless
        it is about what was changed meanwhile: whoever is mending the settings may not be done.
        """
        failures = 0
        while not self.stop.is_set():
            try:
                host = self._open_again(stack) if failures else self.open(stack)
            except (TransientError, OldSchemaError) as error:
                failures += 1
                pause = spread(pause_seconds(failures, getattr(error, "retry_after_seconds", None)))
                log.warning("not_opened", error=reason_of(error), failures=failures, retry_in_seconds=pause)
                pulse.beat(pause, reason_of(error))
                tell(reason_of(error))
                self.stop.wait(pause)
            else:
                pulse.beat(problem=STARTING)
                return host
        return None

    def _open_again(self, stack: ExitStack) -> Host:
        try:
            settings = self._renewed()
        except InputError as error:
            raise TransientError(str(error)) from error
        try:
            return self._open(stack, settings)
        except InputError as error:
            if settings == self.settings or isinstance(error, OldSchemaError):
                raise
            raise TransientError(str(error)) from error

    def _renewed(self) -> Settings:
        """With the keys to database and broker as they are now. All else was put to use before, and stays."""
        if self.read is None:
            return self.settings
        now = self.read()
        return self.settings.model_copy(update={"database_url": now.database_url, "kafka_security": now.kafka_security})

    def serve_health(self, stack: ExitStack) -> HealthServer:
        """Raises InputError when the port is taken."""
        self.vitals.ends_with(self.stop)
        show_process(self.metrics, self.vitals)
        port = self.settings.metrics_port
        port = PORTS.get(self.name, 0) if port is None else port
        server = HealthServer(self.settings.metrics_host, port, self.metrics, self.vitals, self.hooks)
        stack.callback(server.close)
        log.info("serving_health", host=self.settings.metrics_host, port=server.port)
        return server


@contextmanager
def open_host(settings: Settings, clock: Clock, source: str) -> Iterator[Host]:
    """Everything opened for a single command, and closed again at the end. Raises as `Process.open`."""
    with ExitStack() as stack:
        yield Process(source, settings, clock, threading.Event()).open(stack)


def hold_folder(settings: Settings, now: datetime, roles: Iterable[str], stack: ExitStack) -> None:
    """No other process does the same work on this data folder; with a broker, work is shared by it instead.

    Raises InputError naming the other process.
    """
    if settings.kafka_bootstrap is None:
        stack.enter_context(lock.holding(settings.data_dir, roles, now))


def open_bus(settings: Settings, clock: Clock, source: str) -> Bus:
    """Kafka where `kafka_bootstrap` is set, otherwise the embedded log in the data folder's SQLite file."""
    if settings.kafka_bootstrap is None:
        retention = timedelta(days=settings.embedded_retention_days)
        return SqliteBus(settings.data_dir / "xunjian.db", source, clock, retention)
    bus = KafkaBus(
        settings.kafka_bootstrap,
        source,
        settings.kafka_api_version,
        prefix=settings.kafka_prefix,
        security=settings.kafka_security,
    )
    if settings.kafka_create_topics:
        bus.ensure_topics(settings.kafka_create_topics, replication=1)
    return bus


def _missing_topics(bus: Bus, settings: Settings) -> list[str]:
    """A member of a group on topics that are not there waits for ever, and says nothing."""
    if not isinstance(bus, KafkaBus):
        return []
    names = {topic.name for topic in declared(settings.kafka_topics, bus.prefix)}
    return sorted(names - bus.topics.found(sorted(names)).keys())


def run_alone(
    name: str,
    build: Callable[[Host], Service],
    idle_seconds: float,
    longest_round_seconds: float = LONGEST_ROUND_SECONDS,
    *,
    uses_bus: bool = True,
) -> None:
    """`python -m services.<name>`: settings from `--config` and the environment, until told to stop.

    A setting that cannot be used, and a folder that another holds, are one sentence and exit status 2.
    """
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=f"Run the {name} alone.")
    parser.add_argument("--config", type=Path, help="YAML settings; XUNJIAN_* variables win over it")
    config = parser.parse_args().config
    stop = threading.Event()
    received = install_signals(stop)
    try:
        read = partial(load_settings, config)
        process = Process(name, read(), utc_now, stop, uses_bus, read=read)
        configure_logs(process.settings.log_format, process.settings.log_level)
        with announced(process.settings, [name], received), naming_file(process.settings), draining(stop):
            _run(process, build, idle_seconds, process.vitals.pulse(name, longest_round_seconds))
    except PermanentError as error:
        sys.stderr.write(f"错误：{error}\n")
        raise SystemExit(BAD_INPUT) from error


def _run(process: Process, build: Callable[[Host], Service], idle_seconds: float, pulse: Pulse) -> None:
    with ExitStack() as stack:
        hold_folder(process.settings, process.clock(), [process.name], stack)
        process.serve_health(stack)
        host = process.open_patiently(pulse, stack)
        if host is not None:
            run(lambda: built(build, host, pulse), process.stop, idle_seconds, host.clock, pulse)


def built(build: Callable[[Host], Service], host: Host, pulse: Pulse) -> Service:
    """Ready from then on: what is posted is taken; a first round may be long."""
    service = build(host)
    if pulse.problem == STARTING:
        pulse.beat()
    return service
