"""The embedded bus: the contract, and what only one file on one disk can promise."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bus.contract import Bus
from shared.bus.envelope import Headers, event_id, headers
from shared.bus.sqlite import SqliteBus
from shared.clock import utc_now
from shared.errors import PermanentError, TransientError
from tests.builders import a_finding, a_post
from tests.paths import ROOT
from tests.shared.bus_contract import NOON, BusContract, OpenBus, drain, post, post_ids

ENDLESS_PUBLISHER = """
import itertools, sys
from pathlib import Path
from shared.clock import utc_now
from shared.bus.sqlite import SqliteBus
from tests.builders import a_finding
from tests.shared.bus_contract import post
bus = SqliteBus(Path(sys.argv[1]), "test", utc_now)
for number in itertools.count():
    bus.publish([post(number)])
    print(number, flush=True)
"""

ONE_POLL = """
import sys
from pathlib import Path
from shared.clock import utc_now
from shared.bus.sqlite import SqliteBus
subscription = SqliteBus(Path(sys.argv[1]), "test", utc_now).subscribe("analyzer", ["observations"])
print(len(subscription.poll(0.2)), flush=True)
sys.stdin.read()
"""


def start(script: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


class TestSqliteBus(BusContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "var" / "xunjian.db"

    @pytest.fixture
    def open_bus(self, path: Path) -> Iterator[OpenBus]:
        opened: list[Bus] = []

        def open_one() -> Bus:
            opened.append(SqliteBus(path, "test", utc_now))
            return opened[-1]

        yield open_one
        for bus in opened:
            bus.close()

    def test_nothing_acknowledged_is_lost_when_the_publisher_is_killed(self, open_bus: OpenBus, path: Path) -> None:
        with start(ENDLESS_PUBLISHER, path) as process:
            assert process.stdout is not None
            acknowledged = [int(process.stdout.readline()) for _ in range(200)]
            process.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
        subscription = open_bus().subscribe("analyzer", ["observations"])
        stored = post_ids(drain(subscription, len(acknowledged)))
        subscription.close()
        assert stored[: len(acknowledged)] == [post(number).id for number in acknowledged]

    def test_every_commit_reaches_the_disk_before_it_is_acknowledged(self, bus: SqliteBus) -> None:
        journal = bus._connection.execute("PRAGMA journal_mode").fetchone()
        synchronous = bus._connection.execute("PRAGMA synchronous").fetchone()
        assert (journal, synchronous) == (("wal",), (2,))

    def test_a_member_in_another_process_stands_by_and_takes_over_when_the_first_is_killed(
        self, bus: Bus, path: Path
    ) -> None:
        bus.publish([post(1), post(2)])
        with start(ONE_POLL, path) as holder:
            assert first_line(holder) == "2"
            standby = bus.subscribe("analyzer", ["observations"])
            assert standby.poll(0.3) == []
            holder.kill()
            holder.wait()
            assert len(drain(standby, 2)) == 2
            standby.close()

    def test_topics_read_together_come_in_the_order_they_were_published(self, bus: Bus) -> None:
        bus.publish([post(1)])
        bus.publish([a_finding(), post(2)])
        subscription = bus.subscribe("analyzer", ["findings", "observations"])
        offsets = [record.offset for record in drain(subscription, 3)]
        subscription.close()
        assert offsets == sorted(offsets)

    def test_many_threads_publish_at_once(self, bus: Bus) -> None:
        threads = [threading.Thread(target=bus.publish, args=([post(n), post(n + 100)],)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        subscription = bus.subscribe("analyzer", ["observations"])
        assert len(drain(subscription, 40)) == 40
        subscription.close()

    def test_a_waiting_poll_sees_what_is_published_meanwhile(self, bus: Bus) -> None:
        subscription = bus.subscribe("analyzer", ["observations"])
        later = threading.Timer(0.2, bus.publish, args=([post(1)],))
        later.start()
        assert len(subscription.poll(10.0)) == 1
        later.join()
        subscription.close()

    def test_a_half_published_batch_is_not_published_at_all(self, bus: Bus) -> None:
        class PowerCut(Exception):  # noqa: N818
            pass

        def batch() -> Iterator[object]:
            yield post(1)
            raise PowerCut

        with pytest.raises(PowerCut):
            bus.publish(batch())  # type: ignore[arg-type]
        subscription = bus.subscribe("analyzer", ["observations"])
        assert subscription.poll(0.1) == []
        subscription.close()

    @pytest.mark.fault(16)
    def test_a_writer_that_does_not_let_go_is_a_transient_error(self, bus: SqliteBus, path: Path) -> None:
        bus._connection.execute("PRAGMA busy_timeout = 100")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="locked"):
            bus.publish([post(1)])
        other.rollback()
        other.close()
        bus.publish([post(1)])
        subscription = bus.subscribe("analyzer", ["observations"])
        assert len(drain(subscription, 1)) == 1
        subscription.close()

    def test_a_commit_that_is_refused_brings_the_records_again(self, bus: Bus, path: Path) -> None:
        bus.publish([post(1)])
        subscription = bus.subscribe("analyzer", ["observations"])
        subscription._connection.execute("PRAGMA busy_timeout = 100")  # type: ignore[attr-defined]
        assert len(drain(subscription, 1)) == 1
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="locked"):
            subscription.commit()
        other.close()
        assert len(drain(subscription, 1)) == 1
        subscription.close()

    def test_a_check_says_when_the_file_is_gone(self, bus: Bus, path: Path) -> None:
        for part in path.parent.iterdir():
            part.unlink()
        with pytest.raises(TransientError, match=r"xunjian\.db"):
            bus.check()

    def test_a_file_that_is_no_database_is_a_permanent_error(self, tmp_path: Path) -> None:
        wrong = tmp_path / "notes.txt"
        wrong.write_text("not a database, " * 100)
        with pytest.raises(PermanentError, match=r"notes\.txt"):
            SqliteBus(wrong, "test", utc_now)

    def test_pruning_keeps_what_a_group_has_not_done(self, path: Path) -> None:
        bus = SqliteBus(path, "test", lambda: NOON)
        bus.publish([post(1), post(2), post(3)])
        reader = bus.subscribe("analyzer", ["observations"])
        assert bus.prune(NOON + timedelta(days=1)) == 0
        reader.poll(1.0, max_records=2)
        reader.commit()
        assert bus.prune(NOON) == 0
        assert bus.prune(NOON + timedelta(days=1)) == 2
        assert post_ids(drain(reader, 1)) == [post(3).id]
        reader.close()
        bus.close()

    def test_a_clock_a_year_ahead_leaves_the_newest_dead_letters(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shared.bus.sqlite.UNREAD_KEPT", 2)
        bus = SqliteBus(path, "test", lambda: NOON)
        bus.publish([post(number) for number in range(5)])
        reader = bus.subscribe("analyzer", ["observations"])
        records = drain(reader, 5)
        reader.commit()
        for record in records[:3]:
            reader.dead_letter(record, "refused")
        assert bus.prune(NOON + timedelta(days=365)) == 5 + 1
        assert bus.prune(NOON + timedelta(days=365)) == 0
        reader.close()
        bus.close()

    def test_a_pruned_offset_is_never_given_again(self, path: Path) -> None:
        bus = SqliteBus(path, "test", lambda: NOON)
        bus.publish([post(1)])
        reader = bus.subscribe("analyzer", ["observations"])
        drain(reader, 1)
        reader.commit()
        bus.prune(NOON + timedelta(days=1))
        bus.publish([post(2)])
        assert post_ids(drain(reader, 1)) == [post(2).id]
        reader.close()
        bus.close()

    def test_a_running_bus_forgets_in_small_bites_what_is_old_and_done(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shared.bus.sqlite.PRUNE_ROWS", 2)
        now = [NOON]
        bus = SqliteBus(path, "test", lambda: now[0], timedelta(days=30))
        bus.publish([post(number) for number in range(5)])
        reader = bus.subscribe("analyzer", ["observations"])
        drain(reader, 5)
        reader.commit()
        now[0] += timedelta(days=31)
        bus._prune_at = 0.0
        left = []
        for number in range(4):
            bus.publish([post(10 + number)])
            left.append(bus._connection.execute("SELECT count(*) FROM bus_log").fetchone()[0])
        assert left == [4, 3, 3, 4]
        reader.close()
        bus.close()

    def test_a_file_that_may_only_be_read_is_a_permanent_error(self, bus: SqliteBus) -> None:
        bus._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(PermanentError, match="请让运行用户可以写"):
            bus.publish([post(1)])

    @pytest.mark.fault(17)
    def test_a_full_disk_is_a_transient_error(self, bus: SqliteBus) -> None:
        pages = bus._connection.execute("PRAGMA page_count").fetchone()[0]
        bus._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(TransientError, match="full"):
            bus.publish([post(1, text="巡" * 100_000)])
        bus._connection.execute("PRAGMA max_page_count = 1000000")
        bus.publish([post(1)])

    def test_a_group_name_that_is_no_file_name_is_refused(self, bus: Bus) -> None:
        with pytest.raises(PermanentError, match="letters"):
            bus.subscribe("../elsewhere", ["observations"])


def test_headers_that_the_body_tells_are_told_though_they_are_not_kept(tmp_path: Path) -> None:
    with (
        closing(SqliteBus(tmp_path / "bus.db", "test", utc_now)) as bus,
        closing(bus.subscribe("g", ["observations"])) as reader,
    ):
        bus.publish([a_post(text="丰收 🌾")])
        (record,) = reader.poll(1)
        assert dict(record.headers) == headers(a_post(text="丰收 🌾"), "test")
        assert record.headers["ce_id"] == event_id(a_post(text="丰收 🌾"))


def test_headers_of_a_body_that_cannot_be_read_are_those_kept() -> None:
    assert dict(Headers({"ce_specversion": "1.0"}, b"{")) == {"ce_specversion": "1.0"}
