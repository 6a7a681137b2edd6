"""What every service process stands on, opened from the settings: store, bus, metrics. Only wiring imports this."""

import argparse
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.bus.contract import Bus
from shared.bus.kafka import KafkaBus
from shared.bus.sqlite import SqliteBus
from shared.clock import Clock, utc_now
from shared.errors import InputError
from shared.runtime.health import Check, HealthServer
from shared.runtime.logs import configure_logs
from shared.runtime.loop import Service, install_signals, run
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings, load_settings
from shared.storage.store import Store, open_store


@dataclass(frozen=True)
class Host:
    settings: Settings
    store: Store
    bus: Bus
    metrics: Metrics
    clock: Clock

    @property
    def checks(self) -> tuple[Check, ...]:
        """What `/readyz` asks."""
        return self.store.check, self.bus.check


@contextmanager
def open_host(settings: Settings, clock: Clock, source: str) -> Iterator[Host]:
    """Everything opened, and closed again at the end. `source` names the service in the events it publishes."""
    store = open_store(settings.store_url)
    bus = open_bus(settings, clock, source)
    try:
        yield Host(settings, store, bus, Metrics(), clock)
    finally:
        bus.close()
        store.close()


def open_bus(settings: Settings, clock: Clock, source: str) -> Bus:
    """Kafka where `kafka_bootstrap` is set, otherwise the embedded log in the data folder's SQLite file."""
    if settings.kafka_bootstrap is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
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


@contextmanager
def serving(host: Host) -> Iterator[HealthServer]:
    """Logs, metrics and health while a service runs alone."""
    configure_logs(host.settings.log_format, host.settings.log_level)
    server = HealthServer(host.settings.metrics_host, host.settings.metrics_port, host.metrics, host.checks)
    try:
        yield server
    finally:
        server.close()


def run_alone(name: str, build: Callable[[Host], Service], idle_seconds: float) -> None:
    """`python -m services.<name>`: settings from `--config` and the environment, until told to stop."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=f"Run the {name} alone.")
    parser.add_argument("--config", type=Path, help="YAML settings; XUNJIAN_* variables win over it")
    config = parser.parse_args().config
    stop = threading.Event()
    install_signals(stop)
    try:
        with open_host(load_settings(config), utc_now, name) as host, serving(host):
            run(build(host), stop, idle_seconds, host.clock)
    except InputError as error:
        raise SystemExit(str(error)) from error
