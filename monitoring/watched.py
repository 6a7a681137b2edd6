"""The system of `make cluster` while it runs: whom to scrape, which database; and a Prometheus of our own for it."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.ports import free_ports

PROGRAM = "prometheus"
CONNECT_SECONDS = 2.0


class RefusedError(Exception):
    """Why it cannot be started; a Chinese sentence with the remedy."""


@dataclass(frozen=True)
class Watched:
    """`targets`: job to addresses."""

    database_url: str
    targets: Mapping[str, Sequence[str]]

    @property
    def is_running(self) -> bool:
        return any(_answers(address) for addresses in self.targets.values() for address in addresses)


def running_cluster(file: Path) -> Watched | None:
    """Null when none runs: the file stays behind when one ends."""
    if not file.exists():
        return None
    found = json.loads(file.read_text("utf-8"))
    watched = Watched(found["database_url"], found["targets"])
    return watched if watched.is_running else None


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with closing(socket.create_connection((host, int(port)), CONNECT_SECONDS)):
            return True
    except OSError:
        return False


@contextmanager
def own_prometheus(targets: Mapping[str, Sequence[str]], folder: Path, path: str | None = None) -> Iterator[str]:
    """Its address, while the block lasts; what it knew before is there. Raises RefusedError without the program."""
    program = shutil.which(PROGRAM, path=path)
    if program is None:
        raise RefusedError(
            "没有找到 Prometheus；请先安装（Debian、Ubuntu：apt-get install prometheus），或用 PROMETHEUS= 给出网址。"
        )
    jobs = [{"job_name": job, "static_configs": [{"targets": list(found)}]} for job, found in targets.items()]
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "prometheus.yml"  # JSON is YAML
    own = {"global": {"scrape_interval": "15s"}, "scrape_configs": jobs}
    settings.write_text(json.dumps(own), encoding="utf-8")
    address = f"127.0.0.1:{free_ports(1)[0]}"
    storage = ["--storage.tsdb.path", str(folder / "data")]
    command = [program, "--config.file", str(settings), "--web.listen-address", address, *storage]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - found on PATH
    try:
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait()
