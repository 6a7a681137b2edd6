"""The whole product in one process on its own files, over a town as in `office`; each start is a run of its own."""

import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml

from demo.child import Child
from demo.internet import Internet
from demo.ports import free_ports
from demo.proxy import Proxy
from shared.storage.store import open_store
from tests.faults.asking import ask
from tests.faults.office import HOOK_SECRET, PATIENCE_SECONDS, RULEBOOK
from tests.faults.receiver import CHANNEL, Receiver
from tests.faults.town import Resident, Town
from tests.paths import ROOT


class Village:
    """`folder` holds settings, data and log."""

    def __init__(self, folder: Path, town: Town, receiver: Receiver, proxy: Proxy, interval_seconds: float) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.receiver = receiver
        self.filed: list[Resident] = []
        self.port = free_ports(1)[0]
        self._town = town
        (folder / "hook.secret").write_text(HOOK_SECRET)
        (folder / "rulebook.yaml").write_text(RULEBOOK, encoding="utf-8")
        settings = {
            "data_dir": "data",
            "rulebook": "rulebook.yaml",
            "browser": {"proxy": proxy.url, "proxy_spki": proxy.spki},
            "platforms": {"feed": {"min_interval_seconds": interval_seconds, "cool_down_seconds": 1}},
            "channels": {
                CHANNEL: {"type": "webhook", "url": f"{receiver.url}/hook", "secret": {"file": "hook.secret"}},
                "ops": {"type": "inbox", "folder": str(folder / "ops")},
            },
            "routes": [{"channels": [CHANNEL]}],
            "operators": ["ops"],
            "group_wait_seconds": 0,
            "metrics_port": self.port,
        }
        (folder / "x.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    def file(self, count: int) -> list[Resident]:
        begin = len(self.filed)
        new = [*self._town.residents[begin : begin + count]]
        self.data.mkdir(exist_ok=True)
        with closing(open_store(f"sqlite:///{self.data}/xunjian.db")) as store:
            store.accounts.upsert([one.account for one in new], datetime.now(UTC))
        self.filed += new
        return new

    def child(self, *program: str, **environment: str) -> Child:
        """Not started yet: `xunjian run --config ...` by another program of the same arguments."""
        command = [sys.executable, "-m", *(program or ("xunjian",)), "run", "--config", str(self.folder / "x.yaml")]
        own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        return Child(command, self.folder.parent / f"{self.folder.name}.log", folder=self.folder, environment=own)

    def once(self, *program: str, **environment: str) -> None:
        """A round in which everybody due is visited and everything due is told."""
        child = self.child(*program, **environment)
        child.command = (*child.command, "--once")
        child.start()
        assert child.wait(PATIENCE_SECONDS) == 0, child.log.read_text(errors="replace")[-2000:]

    def told(self) -> Counter[str]:
        """Account key -> how often its silence was told."""
        return Counter({key: count for (key, status), count in self.receiver.told().items() if status == "open"})

    def silent(self, among: list[Resident]) -> set[str]:
        return {one.account.key for one in among if one.is_silent}

    def ask(self, path: str) -> tuple[int, str]:
        return ask(self.port, path)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS:.0f} s"
            time.sleep(0.1)

    def is_whole(self) -> bool:
        with closing(sqlite3.connect(self.data / "xunjian.db", timeout=60)) as connection:
            return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@contextmanager
def village(folder: Path, chance: random.Random, size: int, interval_seconds: float = 0.0) -> Iterator[Village]:
    town = Town(size, datetime.now(UTC), chance)
    with Receiver(HOOK_SECRET) as receiver, Proxy(Internet(town.world)) as proxy:
        yield Village(folder, town, receiver, proxy, interval_seconds)
