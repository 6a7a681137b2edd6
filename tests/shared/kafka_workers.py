"""Members of a group, each in a thread, that note what they did."""

import threading
import time
from collections.abc import Callable

from shared.bus.contract import Record, Subscription
from shared.bus.kafka.bus import KafkaBus
from shared.errors import TransientError
from shared.events import Post
from tests.shared.bus_contract import post, post_ids

PATIENCE_SECONDS = 120.0


def posts(count: int, start: int = 0) -> list[Post]:
    return [post(number, account=str(number)) for number in range(start, start + count)]


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Worker(threading.Thread):
    """A member that notes what it polled and what it committed, and does its work as long as told."""

    def __init__(self, bus: KafkaBus, work_seconds: float = 0.0) -> None:
        super().__init__(daemon=True)
        self.member: Subscription = bus.subscribe("analyzer", ["observations"])
        self.work_seconds = work_seconds
        self.polled: list[Record] = []
        self.done: list[str] = []
        self.refused = 0
        self.stop = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                records = self.member.poll(0.1, max_records=5)
                self.polled += records
                if records:
                    self.stop.wait(self.work_seconds)
                self.member.commit()
            except TransientError:
                self.refused += 1
                self.member.rewind()
                continue
            self.done += post_ids(records)
        self.member.close()

    def leave(self) -> None:
        self.stop.set()
        self.join()


def committed(bus: KafkaBus, events: list[Post]) -> bool:
    """Whether the group has nothing more to read; `events` is what there is."""
    return len(events) > 0 and bus.lag("analyzer", ["observations"]) == 0
