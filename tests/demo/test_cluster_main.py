"""What the person at the terminal of `make cluster` is told when it cannot be done, or is broken off."""

import errno
import threading
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from demo.cluster import __main__ as cluster
from demo.cluster.chaos import Chaos
from demo.cluster.history import History
from demo.cluster.house import House
from demo.cluster.teller import Teller
from demo.kafka.node import Node
from demo.kafka.quorum import new_quorum
from shared.bus.sqlite import SqliteBus
from shared.errors import TransientError
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import Settings
from shared.storage.store import open_store
from tests.builders import NOW
from xunjian.shown.screen import Screen


@pytest.mark.parametrize("text", ["abc", "-5", "nan", "inf", "1e400", "600s", "9" * 30])
def test_a_wrong_time_is_refused_with_the_right_one(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAOS", text)
    assert cluster.main() == cluster.BAD_INPUT
    assert capsys.readouterr().err.startswith("错误：CHAOS: 应为故障演练的秒数")


@pytest.mark.parametrize(("text", "seconds"), [("", 0.0), ("0", 0.0), (" 600 ", 600.0)])
def test_seconds_are_taken_as_they_are(text: str, seconds: float) -> None:
    assert cluster.chaos_seconds(text) == seconds


def test_a_full_disk_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr(cluster, "FOLDER", tmp_path)
    monkeypatch.setattr(cluster, "refuse_lacking", lambda: None)
    monkeypatch.setattr(cluster, "begin_anew", fill)
    assert cluster.main() == cluster.BAD_INPUT
    assert f"{tmp_path}（磁盘已满）" in capsys.readouterr().err


def test_what_was_broken_off_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Work that was still to be done is no violation."""
    stop = threading.Event()
    stop.set()
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    bus = SqliteBus(tmp_path / "x.db", "cluster", lambda: NOW)
    host = Host(Settings(), store, bus, Metrics(), lambda: NOW)
    run = cluster.Run(cast(House, None), host, cast(Screen, None), stop)
    history = History(tmp_path / "history.jsonl", "7", lambda: NOW)
    status = cluster._judged(run, cast(Chaos, None), cast(Teller, None), history, Console())
    bus.close()
    store.close()
    assert status == cluster.INTERRUPTED
    assert "演练被中断，没有核对" in capsys.readouterr().out


def test_a_node_that_does_not_start_is_told_with_the_likely_cause_and_its_log(tmp_path: Path) -> None:
    quorum = new_quorum(1)
    words = "echo SLF4J: noise; echo 'No space left on device'; exit 1"
    node = Node(["/bin/sh", "-c", words, "java"], tmp_path / "node", quorum, quorum.places[0])
    with pytest.raises(
        TransientError, match=r"建不成数据目录；请看磁盘和内存.*broker\.log；它最后说：No space left"
    ) as told:
        node.prepare()
    assert "SLF4J" not in str(told.value)
