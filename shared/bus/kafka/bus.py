"""The distributed bus on Apache Kafka."""

from collections.abc import Iterable, Mapping

from shared.bus.contract import TOPICS
from shared.bus.envelope import sealed
from shared.bus.kafka import groups, topics
from shared.bus.kafka.client import Clients
from shared.bus.kafka.producer import Message, Producer
from shared.bus.kafka.subscription import KafkaSubscription
from shared.events import Event


class KafkaBus:
    """At-least-once by idempotent producer (acks=all) and manual commits; no Kafka transactions.

    Nothing connects before the first call, so a broker that is down at the start is a TransientError like any other.
    `prefix` goes before topics and groups on a cluster shared with others. `security` holds kafka-python's
    `security_protocol`, `sasl_*` and `ssl_*` settings. `api_version` only where a broker cannot be asked for its own.
    `stall_seconds`: how long records may wait for a member that gets none before it begins anew.
    """

    def __init__(
        self,
        bootstrap: str,
        source: str,
        api_version: tuple[int, int] | None = None,
        *,
        prefix: str = "",
        security: Mapping[str, str] | None = None,
        timeout_seconds: float = 30.0,
        session_seconds: float = 45.0,
        stall_seconds: float = 60.0,
    ) -> None:
        self.clients = Clients(bootstrap, api_version, security or {}, timeout_seconds)
        self.prefix = prefix
        self.session_seconds = session_seconds
        self.stall_seconds = stall_seconds
        self._source = source
        self._producer = Producer(self.clients, prefix)

    @property
    def bootstrap(self) -> str:
        return self.clients.bootstrap

    def publish(self, events: Iterable[Event]) -> None:
        self.send([sealed(event, self._source) for event in events])

    def send(self, messages: Iterable[Message]) -> None:
        """Returns when the broker acknowledged all. Raises TransientError, PermanentError."""
        self._producer.send(messages)

    def subscribe(self, group: str, topics: Iterable[str]) -> KafkaSubscription:
        return KafkaSubscription(self, group, tuple(topics))

    def check(self) -> None:
        with self.clients.admin() as admin:
            admin.describe_cluster()

    def close(self) -> None:
        self._producer.close()

    def ensure_topics(self, partitions: int, replication: int, names: Iterable[str] = TOPICS) -> None:
        """Create what is missing of the topics and their dead-letter topics. Raises TransientError."""
        topics.ensure_topics(self.clients, [self.prefix + name for name in names], partitions, replication)

    def partitions(self, names: Iterable[str] = TOPICS) -> dict[str, int]:
        """Full name -> partitions, of dead-letter topics too, 0 where one is missing. Raises TransientError."""
        return topics.partitions(self.clients, [self.prefix + name for name in names])

    def refused_groups(self, names: Iterable[str]) -> dict[str, str]:
        """Full name -> why, of the groups that the broker does not let us use. Raises TransientError."""
        return groups.refused_groups(self.clients, [self.prefix + name for name in names])
