"""A real Apache Kafka on this machine, of one node or of several: for demonstrations, benchmarks and tests."""

import shutil
import tempfile
import uuid
from pathlib import Path
from types import TracebackType

from demo.kafka.jars import CACHE, KAFKA_VERSION, fetch, missing_programs
from demo.kafka.node import Node
from demo.kafka.quorum import kept_quorum, new_quorum

__all__ = ["KAFKA_VERSION", "Broker", "Node", "fetch", "missing_programs"]

_ALONE = ("-Xmx512m",)
_ONE_OF_SEVERAL = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Sparing: they share one machine with all the services, and none is measured."""


class Broker:
    """One Kafka, each of its `nodes` broker and controller. Usable as a context manager.

    Of three nodes every topic has three replicas of which two must be there (`min.insync.replicas`): one node may be
    killed or frozen and all goes on, without two of them writes wait.

    With a `folder` its data are kept there, so that a later start goes on with them, also after this process was
    killed. Without one they are thrown away at `stop`.
    """

    def __init__(self, cache: Path = CACHE, folder: Path | None = None, nodes: int = 1) -> None:
        self._cache = cache
        self._keep = folder is not None
        self._folder = folder or Path(tempfile.gettempdir()) / f"xunjian-kafka-{uuid.uuid4().hex}"
        self._wanted = nodes
        self.nodes: tuple[Node, ...] = ()
        self.bootstrap = ""
        self.replication = 0

    def start(self) -> "Broker":
        """Returns when every node answers. Raises InputError (no Java, no Maven), TransientError (no network)."""
        jars = fetch(self._cache)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        note = self._folder / "quorum.json"
        quorum = kept_quorum(note)
        if quorum is None or len(quorum.places) != self._wanted:
            shutil.rmtree(self._folder / "nodes", ignore_errors=True)
            quorum = new_quorum(self._wanted)
            quorum.keep(note)
        java = ["java", *(_ALONE if self._wanted == 1 else _ONE_OF_SEVERAL), "-cp", f"{jars}/*"]
        self.nodes = tuple(
            Node(java, self._folder / "nodes" / str(place.number), quorum, place) for place in quorum.places
        )
        self.bootstrap, self.replication = quorum.bootstrap, quorum.replication
        try:
            for node in self.nodes:
                node.prepare()
            self.resume()
        except BaseException:
            self.stop()
            raise
        return self

    def resume(self) -> None:
        """Every node goes on, whatever befell it; returns when all answer."""
        for node in self.nodes:
            node.begin()
        for node in self.nodes:
            node.await_answer()

    def kill(self) -> None:
        """All at once, as power loss would. `resume` brings them back with their data."""
        for node in self.nodes:
            node.kill()

    def stop(self) -> None:
        """Ends the processes, and removes their data unless a folder was given for them."""
        # A node that ends in order waits for the others' leave, which nobody would give at the very end.
        for node in self.nodes:
            if len(self.nodes) == 1 and self._keep:
                node.stop()
            else:
                node.kill()
        if not self._keep:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> "Broker":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
