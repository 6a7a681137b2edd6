"""All there is on the one machine: brokers, database, stand-in, receiver, and the services over them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from demo.cluster.chaos import Part
from demo.cluster.receiver import CHANNELS, Receiver
from demo.cluster.service import Service
from demo.internet import Internet
from demo.kafka_broker import Broker, missing_programs
from demo.ports import free_ports
from demo.postgres import Postgres, programs
from demo.proxy import Proxy
from demo.stand_in import LEDGER
from demo.stand_in import SETTINGS as DEMO_SETTINGS
from demo.stories import demo_world
from demo.world import World
from shared.errors import InputError, TransientError

FOLDER = Path("var/cluster")
BROKERS = 3
CREW = {"collector": 2, "analyzer": 2, "alerter": 2, "reporter": 1}
PARTITIONS = 6
DATABASE_PASSWORD = "database-password-9e3b71c4"  # noqa: S105 - a secret of nobody, to be looked for in the logs
KAFKA_PASSWORD = "kafka-password-07d5a1f8"  # noqa: S105
COMMAND_SECONDS = 300


def refuse_lacking() -> None:
    """Raises InputError naming what has to be installed."""
    lacking = {"java": "Java 17 运行环境（default-jre-headless）", "mvn": "Maven（maven）"}
    told = [lacking[name] for name in missing_programs()]
    if programs() is None:
        told.append("PostgreSQL 服务器（postgresql）")
    if told:
        remedy = "Debian、Ubuntu 上执行 apt-get install default-jre-headless maven postgresql"
        raise InputError("make cluster", f"缺少 {'、'.join(told)}；{remedy}")


@dataclass
class House:
    world: World
    receiver: Receiver
    broker: Broker
    postgres: Postgres
    services: dict[str, Service]
    environment: Mapping[str, str]

    @property
    def parts(self) -> dict[str, Part]:
        brokers: dict[str, Part] = {f"broker-{node.number}": node for node in self.broker.nodes}
        return {**brokers, "postgres": self.postgres}

    @property
    def secrets(self) -> tuple[str, ...]:
        return (DATABASE_PASSWORD, KAFKA_PASSWORD, self.receiver.token, self.receiver.secret)

    def standing(self) -> str:
        """Where each process stands, for a person."""
        names = {"collector": "采集", "analyzer": "分析", "alerter": "告警", "reporter": "报表", "broker": "消息节点"}
        everyone: dict[str, Service | Part] = {**self.services, **self.parts}
        told = []
        for role, words in {**names, "postgres": "数据库"}.items():
            mine = [part for name, part in everyone.items() if name.partition("-")[0] == role]
            well = sum(part.is_running and not part.is_frozen for part in mine)
            told.append(f"{words}{well}/{len(mine)}")
        return f"\n进程：{' '.join(told)}"


def begin_anew(folder: Path) -> None:
    """An earlier run's stories no longer hold; whatever of it still runs ended with it, or is ended by the parts."""
    note = folder / "postgres.folder"
    if note.exists():
        Postgres(Path(note.read_text(encoding="utf-8"))).clear_away()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix != ".lock":  # whoever starts it holds them
            path.unlink()
    (folder / "logs").mkdir()


def build(folder: Path, now: datetime, receiver: Receiver, is_tried: bool, stack: ExitStack) -> House:
    """Everything running but the services. Raises InputError, TransientError."""
    world = demo_world(now)
    proxy = stack.enter_context(Proxy(Internet(world)))
    broker = stack.enter_context(Broker(folder=folder / "kafka", nodes=BROKERS))
    postgres = _postgres(folder, stack)
    (folder / "settings.yaml").write_text(_settings(folder, proxy, receiver, is_tried), encoding="utf-8")
    environment = {
        "XUNJIAN_KAFKA_BOOTSTRAP": broker.bootstrap,
        "XUNJIAN_DATABASE_URL": postgres.url,
        "XUNJIAN_LOG_FORMAT": "json",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    for command in (("db", "upgrade"), ("topics", "apply")):
        _command(folder, environment, *command)
    ports = iter(free_ports(sum(CREW.values())))
    services = [
        Service(role, number + 1, next(ports), folder, environment)
        for role, count in CREW.items()
        for number in range(count)
    ]
    _tell_watchers(folder, postgres.url, services)
    for service in services:
        stack.callback(service.end)
    return House(world, receiver, broker, postgres, {one.name: one for one in services}, environment)


def _tell_watchers(folder: Path, database_url: str, services: Sequence[Service]) -> None:
    """Whom a Prometheus may scrape, for `make grafana`; its owner's alone, since the database's password is in it."""
    targets: dict[str, list[str]] = {}
    for service in services:
        targets.setdefault(f"xunjian-{service.role}", []).append(f"127.0.0.1:{service.port}")
    file = folder / "watch.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"database_url": database_url, "targets": targets}), encoding="utf-8")


def _postgres(folder: Path, stack: ExitStack) -> Postgres:
    place = folder / "postgres"
    if os.geteuid() == 0:
        # The server's user may not be able to reach into this checkout.
        place = Path(tempfile.mkdtemp(prefix="xunjian-cluster-"))
    (folder / "postgres.folder").write_text(str(place), encoding="utf-8")
    postgres = Postgres(place, fsync=True, password=DATABASE_PASSWORD)
    stack.callback(postgres.clear_away)
    return stack.enter_context(postgres)


def _settings(folder: Path, proxy: Proxy, receiver: Receiver, is_tried: bool) -> str:
    """Like any other deployment's, only hurried; the demonstration's, for several processes."""
    settings = yaml.safe_load(DEMO_SETTINGS.read_text(encoding="utf-8"))
    channels = {"inbox": {"type": "inbox", "folder": str(folder / "inbox")}}
    if is_tried:
        channels |= receiver.settings
    settings |= {
        "data_dir": str(folder),
        "ledger": str(LEDGER),
        "browser": {"proxy": proxy.url, "proxy_spki": proxy.spki},
        "channels": channels,
        "routes": [{"channels": ["inbox", *(CHANNELS if is_tried else ())]}],
        "kafka_topics": {"partitions": PARTITIONS},
        "kafka_security": {"security_protocol": "PLAINTEXT", "sasl_plain_password": KAFKA_PASSWORD},
    }
    return yaml.safe_dump(settings, allow_unicode=True)


def _command(folder: Path, environment: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "xunjian", *words],
        cwd=folder,
        env={**os.environ, **environment, "XUNJIAN_CONFIG": str(folder / "settings.yaml")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace")[-1000:]
        raise TransientError(f"xunjian {' '.join(words)} 没有成功：{said}")
