"""One node of a Kafka (broker and controller): a Java process over a folder."""

import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path

from demo.child import Child, end_left_over
from demo.kafka.quorum import Place, Quorum
from shared.errors import TransientError

START_SECONDS = 120
STOP_SECONDS = 10
_ANSWER_SECONDS = 2.0


class Node:
    """`address` is host:port. Its data outlive it; nothing else does."""

    def __init__(self, java: Sequence[str], folder: Path, quorum: Quorum, place: Place) -> None:
        self.folder = folder
        self.number = place.number
        self.address = f"127.0.0.1:{place.port}"
        self._quorum = quorum
        self._place = place
        self._java = java
        self._properties = folder / "server.properties"
        self._log = folder / "broker.log"
        self._note = folder / "broker.pid"
        self._child = Child([*self._java, "kafka.Kafka", str(self._properties)], self._log, note=self._note)

    def prepare(self) -> None:
        """A new folder is formatted; what a killed run left running on an old one is ended. Raises TransientError."""
        end_left_over(self._note, str(self._properties))
        if self._properties.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._properties.write_text(self._quorum.properties(self._place, self.folder))
        cluster = ["-t", self._quorum.cluster, "-c", str(self._properties)]
        voters = ["--initial-controllers", self._quorum.first_controllers]
        tool = Child([*self._java, "kafka.tools.StorageTool", "format", *cluster, *voters], self._log)
        tool.start()
        if tool.wait(START_SECONDS):
            self._properties.unlink()
            raise self._failure("建不成数据目录")

    @property
    def is_running(self) -> bool:
        return self._child.is_running

    @property
    def is_frozen(self) -> bool:
        return self._child.is_frozen

    def begin(self) -> None:
        """Let a frozen process go on, or start it on the folder it had; `await_answer` tells when it is there."""
        if self._child.is_running:
            self._child.thaw()
        else:
            self._child.start()

    def await_answer(self) -> None:
        """Raises TransientError when it ended, or says nothing for `START_SECONDS` (no quorum, say)."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self._child.is_running or time.monotonic() > deadline:
                raise self._failure("没有起来")
            time.sleep(0.1)

    def resume(self) -> None:
        """Whatever befell it, it goes on; returns when it answers. With most nodes away it cannot: see `begin`."""
        self.begin()
        self.await_answer()

    def kill(self) -> None:
        """As power loss would: no leave to finish anything. `resume` brings it back with its data."""
        self._child.kill()

    def freeze(self) -> None:
        """Alive, connected and silent, until `resume`."""
        self._child.freeze()

    def stop(self) -> None:
        """Ends the process in order."""
        self._child.end(STOP_SECONDS)

    def answers(self) -> bool:
        """True when an ApiVersions request (version 0) gets an answer: an open port alone is not yet a broker."""
        host, port = self.address.split(":")
        request = struct.pack(">hhih", 18, 0, 1, -1)
        try:
            with socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS) as connection:
                connection.sendall(struct.pack(">i", len(request)) + request)
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    def _failure(self, what: str) -> TransientError:
        lines = self._log.read_text(errors="replace").splitlines()
        said = "\n".join(line for line in lines if not line.startswith("SLF4J"))[-2000:]
        remedy = f"请看磁盘和内存是否还有空余，完整日志 {self._log}"
        return TransientError(f"Kafka 节点 {self.address} {what}；{remedy}；它最后说：{said or '（什么也没说）'}")
