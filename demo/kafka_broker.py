"""A real Apache Kafka of one node on this machine, fetched by Maven: for `make run BUS=kafka` and for the tests."""

import base64
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType

import structlog

from shared.errors import InputError, TransientError

log = structlog.get_logger(__name__)

KAFKA_VERSION = "4.3.1"
CACHE = Path(__file__).parents[1] / ".cache" / "kafka"
FETCH_SECONDS = 600
START_SECONDS = 60
STOP_SECONDS = 10

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cn.xunjian</groupId><artifactId>kafka-broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""

_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
auto.create.topics.enable=false
"""


def missing_programs() -> list[str]:
    """Names of the programs a broker needs and this machine has not got."""
    return [name for name in ("java", "mvn") if shutil.which(name) is None]


def fetch(cache: Path = CACHE) -> Path:
    """The folder of Kafka's jars (45 files, 44 MB), downloaded on first use. Raises InputError, TransientError."""
    jars = cache / f"lib-{KAFKA_VERSION}"
    if jars.is_dir():
        return jars
    if missing := missing_programs():
        raise InputError("PATH", f"缺少 {'、'.join(missing)}；请安装 Java 17 运行环境和 Maven")
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=cache) as part:
        Path(part, "pom.xml").write_text(_POM)
        _run_maven(Path(part))
        if not jars.is_dir():
            Path(part, "lib").rename(jars)
    log.info("kafka_fetched", version=KAFKA_VERSION, seconds=round(time.monotonic() - started, 1))
    return jars


class Broker:
    """One node (broker and controller). Usable as a context manager.

    With a `folder` its data is kept there, so that a later start goes on with it, also after this process was killed
    and left the node running. Without one the data is thrown away at `stop`.
    """

    def __init__(self, cache: Path = CACHE, folder: Path | None = None) -> None:
        self._cache = cache
        self._keep = folder is not None
        self.folder = folder or Path(tempfile.gettempdir()) / f"xunjian-kafka-{uuid.uuid4().hex}"
        self._java: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = ""

    def start(self) -> "Broker":
        """Returns when the broker answers. Raises InputError (no Java, no Maven) and TransientError (no network)."""
        jars = fetch(self._cache)
        self._java = ["java", "-Xmx512m", "-cp", f"{jars}/*"]
        properties = self.folder / "server.properties"
        if not properties.exists():
            self._format(properties)
        self.bootstrap = f"127.0.0.1:{re.findall(r'PLAINTEXT://127.0.0.1:([0-9]+)', properties.read_text())[0]}"
        self._end_left_over()
        self.resume()
        return self

    def _format(self, properties: Path) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        port, controller = _free_ports(2)
        self.bootstrap = f"127.0.0.1:{port}"
        properties.write_text(_PROPERTIES.format(port=port, controller=controller, folder=self.folder.resolve()))
        format_tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", _cluster_id(), "-c", str(properties)]
        formatted = self._spawn(format_tool)
        if formatted.wait(START_SECONDS):
            properties.unlink()
            raise self._failure("could not format its log folder")

    def _end_left_over(self) -> None:
        """A node that a killed process left running holds the folder's lock: end it, its data is ours."""
        note = self.folder / "broker.pid"
        if note.exists() and _answers(self.bootstrap):
            os.kill(int(note.read_text()), signal.SIGKILL)
            while _answers(self.bootstrap):
                time.sleep(0.1)

    def resume(self) -> None:
        """Start the process on the folder it had; returns when it answers."""
        self._process = self._spawn(["kafka.Kafka", str(self.folder / "server.properties")])
        (self.folder / "broker.pid").write_text(str(self._process.pid))
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.bootstrap):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise self._failure("did not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """As power loss would: no leave to finish anything. `resume` brings it back with its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ends the process, and removes its data unless a folder was given for it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        (self.folder / "broker.pid").unlink(missing_ok=True)
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Broker":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "broker.log").open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own words
                [*self._java, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    def _failure(self, what: str) -> TransientError:
        said = (self.folder / "broker.log").read_text(errors="replace")[-2000:]
        self.stop()
        return TransientError(f"Kafka on {self.bootstrap} {what}: {said}")


def _run_maven(folder: Path) -> None:
    command = ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=lib"]
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=FETCH_SECONDS,
        check=False,
    )
    if done.returncode:
        raise TransientError(
            f"Maven could not fetch Kafka {KAFKA_VERSION}: {done.stdout.decode(errors='replace')[-1000:]}"
        )


def _answers(bootstrap: str) -> bool:
    """True when an ApiVersions request (version 0) gets an answer: an open port alone is not yet a broker."""
    host, port = bootstrap.split(":")
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection((host, int(port)), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def _cluster_id() -> str:
    """22 characters of base64url; not starting with a dash, which the tool would take for an option."""
    return "x" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports
