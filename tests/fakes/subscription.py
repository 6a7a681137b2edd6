"""A subscription to a list of records; what was not committed comes again after `restart`."""

from shared.bus import Record
from shared.envelope import encode
from shared.events import Event


class FakeSubscription:
    def __init__(self, *events: Event) -> None:
        self.records: list[Record] = []
        self.position = self.committed = 0
        self.dead: list[tuple[Record, str]] = []
        self.publish(*events)

    def publish(self, *events: Event) -> None:
        for event in events:
            self.publish_body(encode(event), event.key)

    def publish_body(self, body: bytes, key: str = "weibo/1001") -> None:
        self.records.append(Record("findings", 0, len(self.records), key, body))

    def restart(self) -> None:
        self.position = self.committed

    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        records = self.records[self.position : self.position + max_records]
        self.position += len(records)
        return records

    def commit(self) -> None:
        self.committed = self.position

    def dead_letter(self, record: Record, reason: str) -> None:
        self.dead.append((record, reason))

    def lag(self) -> int:
        return len(self.records) - self.committed

    def close(self) -> None:
        pass
