"""The topics of a cluster, looked at and made by the admin client."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import InvalidPartitionsError, TopicAlreadyExistsError, for_code

from shared.bus.kafka.client import CHANGE_SECONDS, Clients
from shared.bus.topics import FoundTopic, Topic
from shared.errors import TransientError

log = structlog.get_logger(__name__)

_MISSING = 3
"""UNKNOWN_TOPIC_OR_PARTITION: the only answer that says a topic is not there."""

_OF_THE_TOPIC = "DYNAMIC_TOPIC_CONFIG"


class TopicAdmin:
    """Every method raises TransientError. Names are full ones, with the prefix."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def ensure(self, topics: Iterable[Topic]) -> None:
        """Create what is missing; what is there is left as it is."""
        wanted = {topic.name: topic for topic in topics}

        def work(admin: Any) -> None:
            for name in sorted(wanted.keys() - _described(admin, wanted).keys()):
                _create(admin, wanted[name])
            admin.wait_for_topics(list(wanted))

        self._clients.ask(work, CHANGE_SECONDS)

    def brokers(self) -> int:
        """How many are there now."""
        told = self._clients.ask(lambda admin: admin.describe_cluster()["brokers"], CHANGE_SECONDS)
        return sum(not broker.get("is_fenced", False) for broker in told)

    def found(self, names: Iterable[str]) -> dict[str, FoundTopic]:
        """Those that are there."""
        wanted = list(names)

        def work(admin: Any) -> dict[str, FoundTopic]:
            described = _described(admin, wanted)
            configs = _configs(admin, described)
            return {name: _found(admin, topic, configs.get(name)) for name, topic in described.items()}

        return self._clients.ask(work, CHANGE_SECONDS)

    def create(self, topic: Topic) -> None:
        """Returns when it can be used. One that another has just made is left as it is."""

        def work(admin: Any) -> None:
            _create(admin, topic)
            admin.wait_for_topics([topic.name])

        self._clients.ask(work, CHANGE_SECONDS)

    def add_partitions(self, name: str, count: int) -> None:
        """Up to so many; where another has just done it there is nothing to do."""

        def work(admin: Any) -> None:
            try:
                admin.create_partitions({name: count})
            except InvalidPartitionsError:
                log.info("partitions_added_by_another", topic=name)
            admin.wait_for_topics([name])

        self._clients.ask(work, CHANGE_SECONDS)

    def configure(self, name: str, config: Mapping[str, str]) -> None:
        resource = ConfigResource(ConfigResourceType.TOPIC, name, dict(config))
        # Unless told, the library first asks what there is to set, and takes a refusal for an unknown name.
        answer = self._clients.ask(
            lambda admin: admin.alter_configs([resource], raise_on_unknown=False), CHANGE_SECONDS
        )
        (said,) = answer["topic"].values()
        if said != "OK":
            raise TransientError(f"Kafka {self._clients.bootstrap} 没有改 {name} 的设置（{said}）；请 Kafka 管理员处理")


def _create(admin: Any, topic: Topic) -> None:
    shape = {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replication,
        "configs": dict(topic.config),
    }
    try:
        admin.create_topics({topic.name: shape})
    except TopicAlreadyExistsError:
        log.info("topic_created_by_another", topic=topic.name)


def _described(admin: Any, names: Iterable[str]) -> dict[str, Any]:
    """Those that are there. Asked for by name: a list of all leaves out what this user may not see."""
    there: dict[str, Any] = {}
    for topic in admin.describe_topics(list(names)):
        if topic["error_code"] == _MISSING:
            continue
        if topic["error_code"]:
            raise for_code(topic["error_code"])(topic["name"])
        there[topic["name"]] = topic
    return there


def _configs(admin: Any, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Nothing of a topic whose settings this user may not see: the library drops the refusal, and shows none at all."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    if not resources:
        return {}
    told = admin.describe_configs(resources, config_filter="all").get("topic", {})
    return {name: config for name, config in told.items() if config}


def _found(admin: Any, topic: Any, told: Mapping[str, Any] | None) -> FoundTopic:
    places = [TopicPartition(topic["name"], one["partition_index"]) for one in topic["partitions"]]
    ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    replicas = min(len(one["replica_nodes"]) for one in topic["partitions"])
    config = None if told is None else {key: one["value"] for key, one in told.items()}
    own = frozenset(key for key, one in (told or {}).items() if one["config_source"] == _OF_THE_TOPIC)
    return FoundTopic(len(places), replicas, config, all(end.offset == 0 for end in ends.values()), own)
