"""A real PostgreSQL on this machine, from the system's package: for demonstrations, benchmarks and tests."""

import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from demo.child import Child, end_left_over
from demo.ports import free_ports
from shared.errors import TransientError

USER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
_PROGRAMS = "/usr/lib/postgresql"


def programs() -> Path | None:
    """The folder of the newest server's programs; null where none is installed, or we are root and it has no user."""
    found = sorted(Path(_PROGRAMS).glob("*/bin/postgres"), key=lambda path: int(path.parts[4].partition(".")[0]))
    return found[-1].parent if found and (os.geteuid() != 0 or _user_exists()) else None


class Postgres:
    """One server on a free port. Usable as a context manager.

    With a `folder` its data are kept there, so that a later start goes on with them, also after this process was
    killed; without one they are thrown away at `stop`. As root it runs as the user `postgres` (it refuses to be root),
    who must be able to reach the folder. `password` is asked for when given; otherwise everybody here may enter.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        fsync: bool = False,
        password: str | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._keep = folder is not None
        self._folder = folder
        self._password = password
        self._options = {"fsync": "on" if fsync else "off", **(options or {})}
        self._user = USER if os.geteuid() == 0 else None
        self._child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """SQLAlchemy's, of the database that is always there."""
        login = USER if self._password is None else f"{USER}:{self._password}"
        return f"postgresql+psycopg://{login}@127.0.0.1:{self.port}/postgres"

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running

    @property
    def is_frozen(self) -> bool:
        return self._child is not None and self._child.is_frozen

    def start(self) -> "Postgres":
        """Returns when it answers. Raises FileNotFoundError where none is installed, TransientError with its words."""
        folder = self._folder = self._folder or Path(tempfile.mkdtemp(prefix="xunjian-pg-"))
        where = programs()
        if where is None:
            raise FileNotFoundError("no PostgreSQL server: install Debian's package `postgresql`")
        data, note = folder / "data", folder / "port"
        end_left_over(data / "postmaster.pid", str(data), signal.SIGQUIT)
        if not note.exists():
            shutil.rmtree(data, ignore_errors=True)
            self._initialise(where, folder)
            note.write_text(str(free_ports(1)[0]), encoding="utf-8")
        self.port = int(note.read_text(encoding="utf-8"))
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), **self._options}
        told = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(where / "postgres"), "-D", str(data), "-p", str(self.port), *told]
        self._child = Child(command, folder / "log", user=self._user, folder=folder, last=signal.SIGQUIT)
        try:
            self.resume()
        except BaseException:
            self.stop()
            raise
        return self

    def _initialise(self, where: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._user:
            shutil.chown(folder, self._user)
        login = ["-A", "trust"]
        if self._password is not None:
            (folder / "password").write_text(self._password, encoding="utf-8")
            login = ["-A", "scram-sha-256", "--pwfile", str(folder / "password")]
        command = [str(where / "initdb"), "-D", str(folder / "data"), *login, "-U", USER, "-E", "UTF8", "--no-sync"]
        done = subprocess.run(command, user=self._user, cwd=folder, check=False, capture_output=True)  # noqa: S603
        if done.returncode:
            said = done.stderr.decode(errors="replace")[-1000:]
            raise TransientError(f"PostgreSQL 建不成数据目录 {folder}；请看磁盘是否还有空余；它说：{said}")

    def resume(self) -> None:
        """Whatever befell it, it goes on; returns when it takes connections. Raises TransientError with its words."""
        self.begin()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self.is_running or time.monotonic() > deadline:
                where = f"PostgreSQL（端口 {self.port}）"
                raise TransientError(f"{where}没有起来；请看磁盘和内存是否还有空余；它最后说：{self._said()}")
            time.sleep(0.05)

    def begin(self) -> None:
        """As `resume`, without waiting."""
        if self.is_running:
            self._thaw()
        else:
            self._started.start()

    def kill(self) -> None:
        """`-m immediate`: every connection drops, nothing is finished; the next start recovers from its log."""
        self._thaw()
        self._started.end(STOP_SECONDS, signal.SIGQUIT)

    def freeze(self) -> None:
        """Alive, connected and silent, until `resume`: every process of it."""
        self._started.freeze()
        for pid in _children(self._started.pid):
            _signal(pid, signal.SIGSTOP)

    def stop(self) -> None:
        """Ends the server, and removes its data unless a folder was given for them."""
        if self._child is not None:
            self._thaw()
            self._child.end(STOP_SECONDS, signal.SIGINT if self._keep else signal.SIGQUIT)
        if not self._keep and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def clear_away(self) -> None:
        """Its folder, also a kept one, and what an earlier run may have left running on it."""
        if self._folder is not None:
            end_left_over(self._folder / "data" / "postmaster.pid", str(self._folder / "data"), signal.SIGQUIT)
            shutil.rmtree(self._folder, ignore_errors=True)

    def answers(self) -> bool:
        """True when it says that it takes logins: while it recovers it refuses them."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(_hello())
                return connection.recv(1) == b"R"
        except OSError:
            return False

    def _thaw(self) -> None:
        if self.is_frozen:
            for pid in _children(self._started.pid):
                _signal(pid, signal.SIGCONT)
            self._started.thaw()

    @property
    def _started(self) -> Child:
        if self._child is None:
            raise RuntimeError("PostgreSQL was not started")
        return self._child

    def _said(self) -> str:
        return self._started.log.read_text(errors="replace")[-1000:]

    def __enter__(self) -> "Postgres":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _hello() -> bytes:
    """The start-up message of protocol 3.0; its answer begins with R when a login would go on."""
    body = struct.pack(">i", 196608) + f"user\0{USER}\0database\0postgres\0\0".encode()
    return struct.pack(">i", len(body) + 4) + body


def _children(pid: int) -> list[int]:
    shown = subprocess.run(  # noqa: S603 - our own words
        ["ps", "-o", "pid=", "--ppid", str(pid)],  # noqa: S607 - wherever it lies
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return [int(word) for word in shown.stdout.split()]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
