"""What the manifests say a second time because Kubernetes cannot ask our program: platforms, topics, groups, hours."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from scripts.manifests.configured import MAIN, loaded_of, own_containers, settings_of, variables_of
from scripts.manifests.linked import secrets
from scripts.manifests.loading import Loaded
from scripts.manifests.objects import Manifest, Pod, names_of, of_kind, place_of
from scripts.manifests.reach import goes_out
from services.alerter.engine import GROUP as ALERTER
from services.analyzer.engine import GROUP as ANALYZER
from services.collector.platforms.base import Platform
from shared.bus.topics import Topic, declared
from shared.plugins import discover
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings

_CLOCK = "Asia/Shanghai"
_TARGET_LABELS = {"namespace", "service", "pod", "container", "endpoint", "job", "instance"}
_SERVICES = ("collector", "analyzer", "alerter", "reporter")


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    manifests = list(manifests)
    services = list(_services(manifests))
    for missing in set(_SERVICES) - {pod.component for pod, _ in services}:
        yield f"there is no {missing}"
    yield from _collectors(manifests, services)
    yield from _alerters(manifests, services)
    for _, loaded in services[:1]:
        yield from _listener(manifests, loaded.settings)
        yield from _topics(manifests, loaded.settings)
        yield from _scaling(manifests, loaded.settings)
    yield from _database(manifests)
    yield from _acls(manifests)
    yield from _scraped(manifests)
    for each in of_kind(manifests, "CronJob"):
        if each["spec"].get("timeZone") != _CLOCK:
            yield f"{place_of(each)}: timeZone is not {_CLOCK}"


def _services(manifests: list[Manifest]) -> Iterator[tuple[Pod, Loaded]]:
    """Those whose settings can be used; of the others `configured` tells."""
    for pod, container in own_containers(manifests):
        text = settings_of(manifests, pod, container) if container["name"] == MAIN else None
        loaded = loaded_of(text, variables_of(container)) if text is not None else None
        if isinstance(loaded, Loaded) and pod.component in _SERVICES:
            yield pod, loaded


def _database(manifests: list[Manifest]) -> Iterator[str]:
    """The migration's own settings mean the database of the services."""
    texts = {settings_of(manifests, pod, container) for pod, container in own_containers(manifests)}
    urls = {str(yaml.safe_load(text).get("database_url")) for text in texts if text is not None}
    if len(urls) != 1:
        yield f"not everything has the same database_url: {sorted(urls)}"


def _collectors(manifests: list[Manifest], services: list[tuple[Pod, Loaded]]) -> Iterator[str]:
    """Each platform has exactly one collector, and each collector one platform."""
    known = discover("services.collector.platforms", Platform)
    visited = Counter(name for pod, loaded in services if pod.component == "collector" for name in loaded.platforms)
    yield from (f"no collector visits {name}" for name in sorted(known.keys() - visited.keys()))
    yield from (f"{count} collectors visit {name}" for name, count in visited.items() if count > 1)
    collectors = {pod.place for pod, _ in services if pod.component == "collector"}
    for each in of_kind(manifests, "Deployment"):
        if place_of(each) in collectors and each["spec"].get("replicas") != 1:
            yield f"{place_of(each)}: replicas is not 1; more collectors visit no faster"
    for each in of_kind(manifests, "ScaledObject"):
        if f"Deployment/{each['spec']['scaleTargetRef']['name']}" in collectors:
            yield f"{place_of(each)}: a collector is held back by politeness, and not scaled"


def _alerters(manifests: list[Manifest], services: list[tuple[Pod, Loaded]]) -> Iterator[str]:
    for pod, loaded in services:
        if pod.component != "alerter":
            continue
        if "inbox" in loaded.channel_types and "persistentVolumeClaim" not in pod.volumes.get("data", {}):
            yield f"{pod.place}: a channel is an inbox, and its files would go with the pod: mount the claim"
        if loaded.channel_types - {"inbox"} and not goes_out(manifests, pod.component):
            yield f"{pod.place}: its channels lie beyond the cluster, and no NetworkPolicy lets it there"


def _listener(manifests: list[Manifest], settings: Settings) -> Iterator[str]:
    """The settings' bootstrap is a listener of the Kafka of these manifests, and spoken to as it wants."""
    is_tls = settings.kafka_security.get("security_protocol", "").endswith("SSL")
    known = {
        f"{each['metadata']['name']}-kafka-bootstrap:{one['port']}": (one["tls"], one.get("authentication", {}))
        for each in of_kind(manifests, "Kafka")
        for one in each["spec"]["kafka"]["listeners"]
    }
    if not known:
        return
    if settings.kafka_bootstrap not in known:
        yield f"kafka_bootstrap {settings.kafka_bootstrap} is none of {sorted(known)}"
        return
    wants_tls, login = known[str(settings.kafka_bootstrap)]
    if wants_tls != is_tls:
        yield f"kafka_security: the listener {settings.kafka_bootstrap} is {'' if wants_tls else 'not '}TLS"
    mechanism = settings.kafka_security.get("sasl_mechanism", "")
    if mechanism.lower() != login.get("type", ""):
        yield f"kafka_security: sasl_mechanism {mechanism or 'none'} where the listener wants {login.get('type')}"
    user = settings.kafka_security.get("sasl_plain_username")
    if login and user not in names_of(manifests, "KafkaUser"):
        yield f"kafka_security: there is no KafkaUser {user}"


def _topics(manifests: list[Manifest], settings: Settings) -> Iterator[str]:
    found = {topic.name: topic for topic in map(_topic, of_kind(manifests, "KafkaTopic"))}
    wanted = {topic.name: topic for topic in declared(settings.kafka_topics, settings.kafka_prefix)}
    if not found and not of_kind(manifests, "Kafka"):
        return
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield f"KafkaTopic {name}: {found.get(name)} where the settings' kafka_topics declare {wanted.get(name)}"
    clusters = names_of(manifests, "Kafka")
    brokers = sum(
        each["spec"]["replicas"] for each in of_kind(manifests, "KafkaNodePool") if "broker" in each["spec"]["roles"]
    )
    for each in of_kind(manifests, "KafkaTopic", "KafkaNodePool", "KafkaUser"):
        if each["metadata"].get("labels", {}).get("strimzi.io/cluster") not in clusters:
            yield f"{place_of(each)}: its label strimzi.io/cluster names no Kafka"
    for topic in found.values():
        if topic.replication > brokers:
            yield f"KafkaTopic {topic.name}: {topic.replication} replicas on {brokers} brokers"


def _topic(manifest: Manifest) -> Topic:
    spec = manifest["spec"]
    config = {key: str(value) for key, value in spec.get("config", {}).items()}
    return Topic(spec.get("topicName", manifest["metadata"]["name"]), spec["partitions"], spec["replicas"], config)


def _scaling(manifests: list[Manifest], settings: Settings) -> Iterator[str]:
    topics = {topic.name: topic for topic in map(_topic, of_kind(manifests, "KafkaTopic"))}
    for each in of_kind(manifests, "ScaledObject"):
        place, spec = place_of(each), each["spec"]
        yield from (f"{place}: {said}" for said in _target(spec["scaleTargetRef"]["name"], manifests))
        for trigger in spec["triggers"]:
            yield from (f"{place}: {said}" for said in _trigger(trigger, spec, topics, settings))
            if trigger.get("authenticationRef", {}).get("name") not in names_of(manifests, "TriggerAuthentication"):
                yield f"{place}: there is no such TriggerAuthentication"
    for each in of_kind(manifests, "TriggerAuthentication"):
        yield from (f"{place_of(each)}: {said}" for said in _login(each["spec"], manifests))


def _target(name: str, manifests: list[Manifest]) -> Iterator[str]:
    targets = [one for one in of_kind(manifests, "Deployment") if one["metadata"]["name"] == name]
    if not targets:
        yield f"there is no Deployment {name}"
    if any("replicas" in one["spec"] for one in targets):
        yield f"{name} has replicas, which every kubectl apply would set back"


def _login(spec: Any, manifests: list[Manifest]) -> Iterator[str]:
    for kind, known in (
        ("secretTargetRef", secrets(manifests)),
        ("configMapTargetRef", names_of(manifests, "ConfigMap")),
    ):
        yield from (f"{kind}: there is no {ref['name']}" for ref in spec.get(kind, ()) if ref["name"] not in known)


def _trigger(trigger: Any, spec: Any, topics: dict[str, Topic], settings: Settings) -> Iterator[str]:
    told = trigger["metadata"]
    topic = topics.get(told["topic"])
    if topic is None:
        yield f"there is no KafkaTopic {told['topic']}"
    elif spec["maxReplicaCount"] != topic.partitions:
        yield f"maxReplicaCount {spec['maxReplicaCount']} where {topic.name} has {topic.partitions} partitions"
    if spec.get("minReplicaCount", 0) < 1:
        yield "minReplicaCount is 0, and nobody would look for what was never observed"
    if told["consumerGroup"] != settings.kafka_prefix + ANALYZER:
        yield f"consumerGroup is not {settings.kafka_prefix + ANALYZER}"
    if told["bootstrapServers"] != settings.kafka_bootstrap:
        yield f"bootstrapServers is not {settings.kafka_bootstrap}"


def _acls(manifests: list[Manifest]) -> Iterator[str]:
    """A user that may not read its group, or write its dead letters, is one that does nothing."""
    topics = [topic.name for topic in map(_topic, of_kind(manifests, "KafkaTopic"))]
    needs = [("group", name, {"Read", "Describe"}) for name in (ANALYZER, ALERTER)]
    needs += [("topic", name, {"Read", "Describe", "Write"}) for name in topics]
    for each in of_kind(manifests, "KafkaUser"):
        granted = each["spec"].get("authorization", {}).get("acls", ())
        for kind, name, wanted in needs:
            given = {one for acl in granted if _covers(acl["resource"], kind, name) for one in acl["operations"]}
            if not wanted <= given:
                yield f"{place_of(each)}: may not {sorted(wanted - given)} on {kind} {name}"


def _scraped(manifests: list[Manifest]) -> Iterator[str]:
    """A label of ours that Prometheus' operator gives to the target too would be renamed, and no rule would find it."""
    metrics = vars(Metrics()).values()
    ours = {label for metric in metrics for label in getattr(metric, "_labelnames", ())}
    for each in of_kind(manifests, "ServiceMonitor"):
        for endpoint in each["spec"]["endpoints"]:
            drops = [one["regex"] for one in endpoint.get("relabelings", ()) if one.get("action") == "labeldrop"]
            for label in sorted(ours & _TARGET_LABELS):
                if not endpoint.get("honorLabels") and label not in drops:
                    yield f"{place_of(each)}: the metrics' label {label} would become exported_{label}"


def _covers(resource: Any, kind: str, name: str) -> bool:
    if resource["type"] != kind:
        return False
    is_prefix = resource.get("patternType") == "prefix"
    return name.startswith(resource["name"]) if is_prefix else resource["name"] == name
