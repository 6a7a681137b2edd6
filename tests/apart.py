"""Services as processes of their own, as a cluster runs them: started, asked, told to end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import make_url

from tests.paths import ROOT

ANNOUNCED_SECONDS = 90.0
"""For anything to come about, on however slow a machine."""


@contextmanager
def own_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of the server, thrown away at the end."""
    name = f"apart_{uuid.uuid4().hex[:8]}"
    server = make_url(postgres_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def on_kafka(bootstrap: str) -> dict[str, str]:
    """Settings of a corner of its own on this broker."""
    return {"kafka_bootstrap": bootstrap, "kafka_create_topics": "2", "kafka_prefix": f"{uuid.uuid4().hex[:8]}."}


class Apart:
    """One service over its own data folder. Killed on leaving, with whatever it started."""

    def __init__(self, name: str, folder: Path, text: str = "", **settings: str) -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.yaml").write_text(text, encoding="utf-8")
        given = {f"XUNJIAN_{key.upper()}": value for key, value in settings.items()}
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XUNJIAN_DATA_DIR": str(folder / "data"),
            "XUNJIAN_METRICS_PORT": "0",
            **given,
        }
        self._log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> Self:
        self._log.unlink(missing_ok=True)
        command = [sys.executable, "-m", f"services.{self.name}", "--config", str(self.folder / "settings.yaml")]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stderr=log)
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ends(self, seconds: float = ANNOUNCED_SECONDS) -> int:
        """Its exit status."""
        assert self.process is not None
        return self.process.wait(seconds)

    def logged(self) -> list[dict[str, Any]]:
        """Its log lines so far, the last one only when it is whole."""
        lines = self._log.read_text(encoding="utf-8").splitlines(keepends=True) if self._log.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def log_text(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def ask(self, path: str) -> tuple[int, str]:
        """Status and body; 0 while nobody answers."""
        ports = [line["port"] for line in self.logged() if line["event"] == "serving_health"]
        if not ports:
            return 0, "not started"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[-1]}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def becomes_ready(self) -> None:
        self.comes_to(lambda: self.ask("/readyz")[0] == 200)

    def comes_to(self, condition: Callable[[], object], seconds: float = ANNOUNCED_SECONDS) -> None:
        """Waits for it; a process that ended meanwhile never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self.process.poll() if self.process else None
            if ended is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.name}: ended {ended}; {self.ask('/readyz')}\n{self.log_text()[-6000:]}")
            time.sleep(0.1)
