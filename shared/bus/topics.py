"""What each topic should be, said once: `xunjian topics apply` makes it so, the KafkaTopic manifests say the same.

A log, never compacted: the posts of a visit share the key of its probe, and compaction would keep only the last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

TOPICS = ("observations", "findings")
DEAD_LETTER_SUFFIX = ".dlq"
MAX_MESSAGE_BYTES = 1_048_588
"""Kafka's own default: 1 MiB and a record's overhead."""
MAX_DEAD_LETTER_BYTES = 2 * 1024 * 1024
"""A dead letter carries more headers than the record it holds, which may have been as large as is allowed."""
DEAD_LETTER_PARTITIONS = 1
_DAY_MILLISECONDS = 86_400_000


class TopicSettings(BaseModel):
    """`kafka_topics`. The defaults want three brokers, one of which may be away; with a single one: `replication` 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partitions: int = Field(default=12, ge=1, le=1000)
    """Of observations and of findings: so many analyzers, and alerters, can share the work."""
    replication: int = Field(default=3, ge=1, le=9)
    min_insync_replicas: int | None = Field(default=None, ge=1, le=9)
    """Copies that must exist before a send is acknowledged; null: one fewer than there are, so one may be away."""
    retention_days: int = Field(default=30, ge=1, le=3650)
    """How long a service may be away and still find everything: longer than the longest holidays."""
    dead_letter_retention_days: int = Field(default=90, ge=1, le=3650)

    @model_validator(mode="after")
    def _can_be_in_sync(self) -> "TopicSettings":
        if self.in_sync > self.replication:
            raise ValueError(f"min_insync_replicas（{self.in_sync}）不能大于 replication（{self.replication}）")
        return self

    @property
    def in_sync(self) -> int:
        return self.min_insync_replicas or max(1, self.replication - 1)


@dataclass(frozen=True)
class Topic:
    """`config`: what a topic's own settings must be, in Kafka's words; what is not named there is the cluster's."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]

    @property
    def is_keyed(self) -> bool:
        """True where the order of the events of one account depends on the number of partitions."""
        return not self.name.endswith(DEAD_LETTER_SUFFIX)


@dataclass(frozen=True)
class FoundTopic:
    """A topic as the cluster has it. `config` is null where the cluster does not let us see it."""

    partitions: int
    replication: int
    config: Mapping[str, str] | None
    is_unused: bool = False
    """Nothing was ever written to it."""
    own: frozenset[str] = frozenset()
    """What of `config` was set on the topic itself; the rest is as the cluster has it for every topic."""


def declared(settings: TopicSettings, prefix: str = "", topics: Iterable[str] = TOPICS) -> tuple[Topic, ...]:
    """Every topic and its dead-letter topic, by full name."""
    names = [prefix + name for name in topics]
    return tuple(one for name in names for one in (_log(name, settings), _dead_letters(name, settings)))


def _log(name: str, settings: TopicSettings) -> Topic:
    config = _config(settings, settings.retention_days, MAX_MESSAGE_BYTES)
    return Topic(name, settings.partitions, settings.replication, config)


def _dead_letters(name: str, settings: TopicSettings) -> Topic:
    config = _config(settings, settings.dead_letter_retention_days, MAX_DEAD_LETTER_BYTES)
    return Topic(name + DEAD_LETTER_SUFFIX, DEAD_LETTER_PARTITIONS, settings.replication, config)


def _config(settings: TopicSettings, days: int, limit: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "max.message.bytes": str(limit),
        "min.insync.replicas": str(settings.in_sync),
        "retention.bytes": "-1",  # time alone decides: a limit of the cluster's would take what nobody has read yet
        "retention.ms": str(days * _DAY_MILLISECONDS),
    }
