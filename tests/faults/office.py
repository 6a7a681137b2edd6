"""A whole installation: services as processes on a real broker and a real database, a truth, and what must hold."""

import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml
from kafka import KafkaAdminClient

from demo.child import Child
from demo.cluster.checker import FREEZE, KILL, TERMINATE
from demo.cluster.history import History, Operation
from demo.internet import Internet
from demo.kafka.node import Node
from demo.kafka_broker import Broker
from demo.ports import free_ports
from demo.postgres import Postgres
from demo.proxy import Proxy
from shared.bus.kafka.bus import KafkaBus
from shared.clock import utc_now
from shared.errors import TransientError
from shared.storage.database import Database
from shared.storage.store import Store, open_store
from shared.storage.upgrade import upgrade
from tests.faults.asking import ask
from tests.faults.hurried import DIE_AT
from tests.faults.receiver import CHANNEL, Receiver
from tests.faults.topics import is_whole
from tests.faults.town import Resident, Town
from tests.paths import ROOT

PATIENCE_SECONDS = 600.0
"""However slow the machine: what has not come by then does not come. A lease whose answer was lost, a member begun anew
and a message claimed by the dead may each take a minute or two, one after the other."""
STOP_SECONDS = 60.0
GROUPS = {"analyzer": ("observations",), "alerter": ("findings",)}
CREW = ("collector", "analyzer-1", "analyzer-2", "alerter-1", "alerter-2")
PARTITIONS = 4
HOOK_SECRET = "hook-secret-5b1f0c9d7e"
RULEBOOK = """name: faults
title: 故障
version: "1"
effective_from: 2019-04-18
entries:
  - indicator: U-01
    rule: silent_account
    severity: veto
    clause: {document: 国办秘函〔2019〕19号, words: 监测时间点前2周内无更新}
    options: {reminder_days: [], veto_days: 14, zombie_days: 900}
"""


@dataclass
class Office:
    """`chance` decides whatever is random; `history` keeps what was done."""

    folder: Path
    broker: Broker
    postgres: Postgres
    chance: random.Random
    history: History
    receiver: Receiver
    town: Town
    store: Store
    bus: KafkaBus
    environment: dict[str, str]
    services: dict[str, Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    filed: list[Resident] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    logged: dict[Path, int] = field(default_factory=dict)
    poison: int = 0
    """Dead letters that there should be by now."""
    _frozen: dict[str, datetime] = field(default_factory=dict)

    def start(self, *names: str, die_at: str | None = None, hurried: bool = True) -> None:
        """Each name is a service's, or that and a number: `analyzer-2`. Those that run are left alone.

        Returns at once. `hurried`: a silent member of a group is given up after seconds; else as the product has it.
        """
        for name in names or CREW:
            if not self.runs(name):
                self._start(name, die_at, hurried)

    def _start(self, name: str, die_at: str | None, hurried: bool) -> None:
        if name in self.services:
            self.services[name].kill()  # it ended by itself, and nobody took note
        self.ports[name] = free_ports(1)[0]
        more = {"XUNJIAN_METRICS_PORT": str(self.ports[name])} | ({DIE_AT: die_at} if die_at else {})
        module = [*(["tests.faults.hurried"] if hurried else []), f"services.{name.partition('-')[0]}"]
        command = [sys.executable, "-m", *module, "--config", str(self.folder / "x.yaml")]
        log, environment = self.folder / f"{name}.log", self.environment | more
        self.services[name] = Child(command, log, folder=self.folder, environment=environment)
        self.services[name].start()
        self.history.note("start", name, die_at=die_at or "")

    def runs(self, name: str) -> bool:
        return name in self.services and self.services[name].is_running

    def await_ready(self, *names: str) -> None:
        for name in names or CREW:
            self.until(lambda name=name: self.ask(name, "/readyz")[0] == 200, f"{name} is ready")  # type: ignore[misc]

    def kill(self, name: str) -> None:
        with self.history.doing(KILL, name):
            self.services[name].kill()

    def freeze(self, name: str) -> None:
        self.services[name].freeze()
        self._frozen[name] = datetime.now(UTC)

    def thaw(self, name: str) -> None:
        self.services[name].thaw()
        self.history.add(Operation(FREEZE, name, self._frozen.pop(name), datetime.now(UTC)))

    def await_death(self, name: str, place: str) -> None:
        self.until(lambda: not self.runs(name), f"{name} died at {place}")
        self.history.note(KILL, name, place=place)

    def kill_database(self) -> None:
        """It is away when this returns; `restart_database` ends the outage in the history."""
        self.postgres.kill()
        self._frozen["postgres"] = datetime.now(UTC)

    def freeze_database(self) -> None:
        self.postgres.freeze()
        self._frozen["postgres"] = datetime.now(UTC)

    def restart_database(self) -> None:
        self.postgres.resume()
        if since := self._frozen.pop("postgres", None):
            self.history.add(Operation(KILL, "postgres", since, datetime.now(UTC)))

    def kill_brokers(self, *nodes: Node) -> None:
        """All where none is named."""
        for node in nodes or self.broker.nodes:
            node.kill()
            self.history.note(KILL, f"broker-{node.number}")

    def freeze_brokers(self) -> None:
        for node in self.broker.nodes:
            node.freeze()
            self.history.note(FREEZE, f"broker-{node.number}")

    def restart_brokers(self) -> None:
        with self.history.doing("resume", "brokers"):
            self.broker.resume()
        self.until(lambda: is_whole(self.bus), "every replica is in step")

    def end(self, name: str) -> int | None:
        """Its exit status after SIGTERM."""
        status = self.services[name].end(STOP_SECONDS, signal.SIGTERM)
        self.history.note(TERMINATE, name, status=str(status))
        return status

    def file(self, count: int) -> list[Resident]:
        """So many more accounts of the town stand in the ledger, and are due."""
        begin = len(self.filed)
        new = [*self.town.residents[begin : begin + count]]
        assert len(new) == count, "the town is too small"
        self.store.accounts.upsert([one.account for one in new], datetime.now(UTC))
        self.filed += new
        self.history.note("file", "ledger", accounts=str(count), silent=str(sum(one.is_silent for one in new)))
        return new

    def ask(self, name: str, path: str) -> tuple[int, str]:
        return ask(self.ports[name], path)

    def until(self, condition: Callable[[], bool], what: str, missing: Callable[[], Collection[str]] = list) -> None:
        """A store or a broker that is away is asked again. `missing`: the keys of whom one waits for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._holds(condition):
            assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS:.0f} s; {self._why(missing())}"
            time.sleep(0.2)
        self.history.note("see", what)

    def _why(self, missing: Collection[str]) -> str:
        """The folder is gone when somebody reads what a run said: each one's plan and log, and everybody's last lines."""
        texts = {file.name: file.read_text(errors="replace").splitlines() for file in sorted(self.folder.glob("*.log"))}
        with self.store.database.read() as connection:
            plans = {row.key: str(row) for row in connection.exec_driver_sql("SELECT * FROM visit")}
            paces = [str(row) for row in connection.exec_driver_sql("SELECT * FROM pace")]
        told = [f"{self.folder}, {len(missing)} missing at {datetime.now(UTC)}", *paces]
        for key in sorted(missing)[:5]:
            about = [f"{name}: {line}" for name, lines in texts.items() for line in lines if f'"{key}"' in line]
            told += [plans.get(key, f"{key} is not planned"), *about[-10:]]
        return "\n".join([*told, *(f"{name}: {line}" for name, lines in texts.items() for line in lines[-5:])])

    def _holds(self, condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except TransientError:
            return False

    def lag(self) -> dict[str, int]:
        found = {}
        for group, topics in GROUPS.items():
            subscription = self.bus.subscribe(group, topics)
            found[group] = subscription.lag()
            subscription.close()
        return found

    def members(self) -> set[str]:
        """Of both groups, as the broker knows them."""
        names = [self.bus.prefix + group for group in GROUPS]
        with closing(KafkaAdminClient(bootstrap_servers=self.broker.bootstrap.split(","))) as admin:
            groups = admin.describe_groups(names)
        return {str(member["member_id"]) for name in names for member in groups[name]["members"]}

    def settle(self) -> None:
        """Until everybody filed was visited and judged, and whoever is silent was told of it."""
        filed = {one.account.key for one in self.filed}
        silent = {one.account.key for one in self.filed if one.is_silent}

        def untold() -> set[str]:
            return silent - {key for key, _ in self.receiver.told()}

        def unjudged() -> set[str]:
            return filed - set(self.probed())

        self.until(lambda: not untold(), "every silent account was told", untold)
        self.until(lambda: not unjudged(), "every account was visited and judged", unjudged)
        self.until(lambda: not any(self.lag().values()), "nothing waits on the bus")
        self.until(lambda: not self.store.judgements.untold(), "nothing waits in the outbox")
        self.until(lambda: not self.store.deliveries.listed(), "nothing waits to be delivered")

    def probed(self) -> Sequence[str]:
        with self.store.database.read() as connection:
            return [str(key) for (key,) in connection.exec_driver_sql("SELECT DISTINCT key FROM probe")]

    def restart(self) -> None:
        """Whatever a test did: everybody is back, and healthy."""
        self.restart_brokers()
        self.restart_database()
        self.receiver.before = self.receiver.after = lambda: None
        for name in [*self._frozen]:
            self.thaw(name)
        self.start()
        self.await_ready()

    def begin(self, test: str) -> None:
        self.history.note("test", test)
        self.logged = {file: file.stat().st_size for file in self.folder.glob("*.log")}

    def logs_since_begin(self) -> str:
        texts = {file: file.read_bytes() for file in sorted(self.folder.glob("*.log"))}
        return "".join(text[self.logged.get(file, 0) :].decode(errors="replace") for file, text in texts.items())

    def logs(self) -> str:
        return "".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        for child in self.services.values():
            child.kill()


def open_office(folder: Path, broker: Broker, postgres: Postgres, stack: ExitStack, seed: str, size: int) -> Office:
    """Everything but the services; `stack` ends it."""
    chance = random.Random(seed)
    town = Town(size, datetime.now(UTC), chance)
    receiver = stack.enter_context(Receiver(HOOK_SECRET))
    proxy = stack.enter_context(Proxy(Internet(town.world)))
    store = _new_store(postgres)
    stack.callback(store.close)
    prefix = f"{uuid.uuid4().hex[:8]}."
    bus = KafkaBus(broker.bootstrap, "test", prefix=prefix)
    stack.callback(bus.close)
    bus.ensure_topics(PARTITIONS, broker.replication)
    (folder / "hook.secret").write_text(HOOK_SECRET)
    (folder / "rulebook.yaml").write_text(RULEBOOK, encoding="utf-8")
    settings = {
        "data_dir": str(folder / "data"),
        "database_url": postgres.url,
        "kafka_bootstrap": broker.bootstrap,
        "kafka_prefix": prefix,
        "rulebook": "rulebook.yaml",
        "browser": {"proxy": proxy.url, "proxy_spki": proxy.spki},
        "platforms": {"feed": {"min_interval_seconds": 0, "cool_down_seconds": 1}},
        "channels": {
            CHANNEL: {"type": "webhook", "url": f"{receiver.url}/hook", "secret": {"file": "hook.secret"}},
            "ops": {"type": "inbox", "folder": "ops"},
        },
        "routes": [{"channels": [CHANNEL]}],
        "operators": ["ops"],
        "group_wait_seconds": 1,
        "log_format": "json",
    }
    (folder / "x.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    history = History(folder / "history.jsonl", seed, utc_now)
    office = Office(folder, broker, postgres, chance, history, receiver, town, store, bus, environment)
    office.secrets += [HOOK_SECRET, *([password] if (password := _password(postgres)) else [])]
    stack.callback(office.close)
    return office


def _new_store(postgres: Postgres) -> Store:
    """On an empty database with the tables of this version."""
    database = Database(postgres.url)
    with database.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    upgrade(database, datetime.now(UTC))
    database.close()
    return open_store(postgres.url)


def _password(postgres: Postgres) -> str | None:
    return postgres.url.rpartition("@")[0].partition("://")[2].partition(":")[2] or None
