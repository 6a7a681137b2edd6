"""The distributed bus on Apache Kafka."""

from collections.abc import Iterable, Mapping

from shared.bus.envelope import sealed
from shared.bus.kafka import groups
from shared.bus.kafka.client import Clients
from shared.bus.kafka.member import Pace
from shared.bus.kafka.producer import Message, Producer
from shared.bus.kafka.subscription import KafkaSubscription
from shared.bus.kafka.topics import TopicAdmin
from shared.bus.topics import DEAD_LETTER_SUFFIX, TOPICS, TopicSettings, declared
from shared.events import Event
from shared.trace import TraceOf, current_trace


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
        pace: Pace | None = None,
        stall_seconds: float = 60.0,
    ) -> None:
        self.clients = Clients(bootstrap, api_version, security or {}, timeout_seconds)
        self.topics = TopicAdmin(self.clients)
        self.prefix = prefix
        self.pace = pace or Pace()
        self.stall_seconds = stall_seconds
        self._source = source
        self._producer = Producer(self.clients, prefix)

    @property
    def bootstrap(self) -> str:
        return self.clients.bootstrap

    def publish(self, events: Iterable[Event], trace_of: TraceOf = current_trace) -> None:
        self.send([sealed(event, self._source, trace_of(event)) for event in events])

    def send(self, messages: Iterable[Message]) -> None:
        """Returns when the broker acknowledged all. Raises TransientError, PermanentError."""
        self._producer.send(messages)

    def subscribe(self, group: str, topics: Iterable[str]) -> KafkaSubscription:
        return KafkaSubscription(self, group, tuple(topics))

    def lag(self, group: str, topics: Iterable[str]) -> int:
        waiting = groups.waiting(self.clients, self.prefix + group, [self.prefix + topic for topic in topics])
        return sum(end - first for first, end in waiting.values())

    def dead_letters(self, topics: Iterable[str]) -> dict[str, int]:
        full = {self.prefix + topic + DEAD_LETTER_SUFFIX: topic for topic in topics}
        return {full[name]: number for name, number in groups.kept(self.clients, list(full)).items()}

    def check(self) -> None:
        self.clients.ask(lambda admin: admin.describe_cluster())

    def close(self) -> None:
        self._producer.close()

    def ensure_topics(self, partitions: int, replication: int = 1, names: Iterable[str] = TOPICS) -> None:
        """Create what is missing of the topics and their dead-letter topics. Raises TransientError."""
        settings = TopicSettings(partitions=partitions, replication=replication)
        self.topics.ensure(declared(settings, self.prefix, names))

    def refused_groups(self, names: Iterable[str]) -> dict[str, str]:
        """Full name -> why, of the groups that the broker does not let us use. Raises TransientError."""
        return groups.refused_groups(self.clients, [self.prefix + name for name in names])
