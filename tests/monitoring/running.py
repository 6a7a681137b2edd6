"""The services as processes of their own over one PostgreSQL, watched by a real Prometheus; the stand-in can be told
to misbehave."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import LEDGER, demo_world
from demo.world import World
from tests.monitoring.prometheus_server import PrometheusServer, free_port, prometheus_server
from tests.paths import ROOT
from tests.postgres_server import with_tables

SERVICES = ("collector", "analyzer", "alerter", "reporter")
CHANNELS = ("inbox", "paper")
COOL_DOWN = {"wechat": 1, "weibo": 300, "douyin": 1, "toutiao": 1, "feed": 1}
"""Seconds; of 微博, which refuses nobody at first, long enough to be seen."""
PATIENCE_SECONDS = 400
REGIONS = ("河山省云川市青禾县", "河山省云川市白石县", "云川(新)区'1.2", "")
"""Dealt out among the accounts: one has what regular expressions and SQL might take for their own, one is not told."""


@dataclass(frozen=True)
class Running:
    folder: Path
    world: World
    database_url: str
    prometheus: PrometheusServer
    processes: dict[str, "subprocess.Popen[bytes]"]
    begin: Callable[[str], None]
    """Starts a service, by name."""

    def end(self, name: str) -> None:
        """As a machine that dies; `begin` brings it back."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def number(self, expression: str) -> float:
        """The sum of what it answers; 0 for nothing."""
        return sum(float(series["value"][1]) for series in self.prometheus.ask(expression))

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """However slow the machine, it is the condition that counts."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended}: ended before {what}"
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            time.sleep(0.5)


@contextmanager
def running(
    folder: Path,
    server_url: str,
    more: Mapping[str, list[str]] | None = None,
    prometheus: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Iterator[Running]:
    """`server_url`: a database on whose server another may be made; `more`: what else to scrape, job to addresses;
    `prometheus`: further parts of its configuration; `settings`: further ones of the services.

    Whatever is found is told to two channels, `inbox` and `paper`; each is a folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        database_url = with_tables(stack.enter_context(own_database(server_url)))
        world = demo_world(datetime.now(UTC))
        proxy = stack.enter_context(Proxy(Internet(world)))
        given = json.dumps({**_settings(folder, proxy), **settings})  # JSON is YAML
        (folder / "settings.yaml").write_text(given, encoding="utf-8")
        ports = {name: free_port() for name in SERVICES}
        processes: dict[str, subprocess.Popen[bytes]] = {}

        def begin(name: str) -> None:
            processes[name] = _start(name, folder, database_url, ports[name])

        stack.callback(_end_all, processes)
        for name in SERVICES:
            begin(name)
        targets = {f"xunjian-{name}": [f"127.0.0.1:{port}"] for name, port in ports.items()}
        jobs = {**targets, **(more or {})}
        server = stack.enter_context(prometheus_server(folder / "prometheus", jobs, prometheus))
        yield Running(folder, world, database_url, server, processes, begin)


def _end_all(processes: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    for process in processes.values():
        process.kill()
    for process in processes.values():
        process.wait()


def _settings(folder: Path, proxy: Proxy) -> dict[str, Any]:
    sessions = folder / "sessions"
    sessions.mkdir(mode=0o700, exist_ok=True)
    cookie = {"name": "SCF", "value": "x", "domain": ".weibo.cn", "path": "/", "expires": time.time() + 9 * 86_400}
    flags = {"httpOnly": False, "secure": True, "sameSite": "Lax"}
    login = {"cookies": [{**cookie, **flags}], "origins": []}
    (sessions / "weibo.json").touch(mode=0o600)
    (sessions / "weibo.json").write_text(json.dumps(login), encoding="utf-8")
    browser = {"proxy": proxy.url, "proxy_spki": proxy.spki, "storage_state": str(sessions)}
    channels = {name: {"type": "inbox", "folder": str(folder / name)} for name in CHANNELS}
    return {
        "data_dir": str(folder / "data"),
        "ledger": str(_ledger(folder)),
        "group_wait_seconds": 1,
        "platforms": {name: {"min_interval_seconds": 0, "cool_down_seconds": COOL_DOWN[name]} for name in COOL_DOWN},
        "browser": browser,
        "channels": channels,
        "routes": [{"channels": list(channels)}],
    }


def _ledger(folder: Path) -> Path:
    """The demonstration's accounts, in several regions."""
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    path = folder / "ledger.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "行政区划": REGIONS[place % len(REGIONS)]} for place, row in enumerate(rows))
    return path


def _start(name: str, folder: Path, database_url: str, port: int) -> "subprocess.Popen[bytes]":
    own = {"XUNJIAN_METRICS_PORT": str(port), "XUNJIAN_DATABASE_URL": database_url}
    command = [sys.executable, "-m", f"services.{name}", "--config", str(folder / "settings.yaml")]
    with (folder / f"{name}.log").open("ab") as log:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **own}
        return subprocess.Popen(command, cwd=folder, env=environment, stderr=log)


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """URL of a new database beside the one of `server_url`, dropped in the end with whoever is still in it."""
    name = f"xunjian_{os.getpid()}_{time.monotonic_ns()}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()
