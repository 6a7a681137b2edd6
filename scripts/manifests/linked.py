"""What one manifest says of another: selectors that hit, ports that there are, names that exist."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.manifests.objects import (
    Manifest,
    Pod,
    names_of,
    of_kind,
    operators_pods,
    place_of,
    pods,
    selects,
)

MOST_BYTES = 256 * 1024
"""Of all annotations together, one of which is what was applied."""
MADE_BY_HAND = {"xunjian-secrets", "xunjian-sessions"}
"""Secrets that docs/kubernetes.md has people make."""


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    manifests = list(manifests)
    yield from _twice(manifests)
    yield from _sizes(manifests)
    yield from _workloads(manifests)
    yield from _services(manifests)
    yield from _monitors(manifests)
    yield from _budgets(manifests)
    for pod in pods(manifests):
        yield from (f"{pod.place}: {said}" for said in _pod(pod, manifests))


def _twice(manifests: list[Manifest]) -> Iterator[str]:
    places = [(each.get("apiVersion"), place_of(each)) for each in manifests]
    yield from (f"{place}: twice" for key, place in set(places) if places.count((key, place)) > 1)
    spaces = {each["metadata"].get("namespace") for each in manifests if each["kind"] != "Namespace"}
    if spaces != names_of(manifests, "Namespace"):
        yield f"not everything lies in the one namespace: {sorted(map(str, spaces))}"


def _sizes(manifests: list[Manifest]) -> Iterator[str]:
    for each in manifests:
        size = len(json.dumps(json.dumps(each, ensure_ascii=False), ensure_ascii=False).encode())
        if size > MOST_BYTES:
            yield f"{place_of(each)}: {size} bytes; kubectl apply keeps at most {MOST_BYTES} beside an object"


def _workloads(manifests: list[Manifest]) -> Iterator[str]:
    """A selector takes its own pods and nobody else's."""
    for each in of_kind(manifests, "Deployment", "StatefulSet"):
        taken = [pod.place for pod in pods(manifests) if selects(each["spec"]["selector"], pod.labels)]
        if taken != [place_of(each)]:
            yield f"{place_of(each)}: its selector takes {taken}"


def _services(manifests: list[Manifest]) -> Iterator[str]:
    for each in of_kind(manifests, "Service"):
        taken = _taken({"matchLabels": each["spec"]["selector"]}, pods(manifests))
        if not taken:
            yield f"{place_of(each)}: its selector takes no pod"
        for port in each["spec"]["ports"]:
            for pod in taken:
                if port["targetPort"] not in (*pod.ports, *pod.ports.values()):
                    yield f"{place_of(each)}: {pod.place} has no port {port['targetPort']}"


def _monitors(manifests: list[Manifest]) -> Iterator[str]:
    for each in of_kind(manifests, "ServiceMonitor"):
        selector = each["spec"]["selector"]
        services = [
            one for one in of_kind(manifests, "Service") if selects(selector, one["metadata"].get("labels", {}))
        ]
        if not services:
            yield f"{place_of(each)}: its selector takes no Service"
        for endpoint in each["spec"]["endpoints"]:
            for service in services:
                if endpoint["port"] not in [port["name"] for port in service["spec"]["ports"]]:
                    yield f"{place_of(each)}: {place_of(service)} has no port {endpoint['port']}"
        told = {one["spec"]["selector"].get("app.kubernetes.io/component") for one in services}
        silent = {pod.component for pod in pods(manifests) if "metrics" in pod.ports} - told
        if silent:
            yield f"{place_of(each)}: nobody asks {sorted(silent)}"


def _budgets(manifests: list[Manifest]) -> Iterator[str]:
    counts = {place_of(each): each["spec"].get("replicas") for each in of_kind(manifests, "Deployment", "StatefulSet")}
    for each in of_kind(manifests, "PodDisruptionBudget"):
        taken = [pod.place for pod in _taken(each["spec"]["selector"], pods(manifests)) if pod.place in counts]
        if not taken:
            yield f"{place_of(each)}: its selector takes no pod that stays"
        # Where KEDA says how many, at least one stays.
        total = sum(counts[place] if counts[place] is not None else 1 for place in taken)
        if taken and each["spec"].get("minAvailable", 0) >= total:
            yield f"{place_of(each)}: minAvailable {each['spec']['minAvailable']} of {total}: no node could be drained"


def _pod(pod: Pod, manifests: list[Manifest]) -> Iterator[str]:
    accounts = names_of(manifests, "ServiceAccount")
    if pod.spec.get("serviceAccountName") not in accounts:
        yield f"there is no ServiceAccount {pod.spec.get('serviceAccountName')}"
    claimed = _own_claims(manifests, pod.place)
    for name, volume in pod.volumes.items():
        yield from _volume(name, volume, manifests)
    for container in pod.containers:
        mounted = {mount["name"] for mount in container.get("volumeMounts", ())}
        for name in mounted - pod.volumes.keys() - claimed:
            yield f"{container['name']}: there is no volume {name}"
        yield from (f"{container['name']}: {said}" for said in _image(container["image"]))
        yield from (f"{container['name']}: {said}" for said in _probes(container, pod))
    used = {mount["name"] for container in pod.containers for mount in container.get("volumeMounts", ())}
    yield from (f"volume {name} is mounted by nobody" for name in pod.volumes.keys() - used)


def _own_claims(manifests: list[Manifest], place: str) -> set[str]:
    sets = [each for each in of_kind(manifests, "StatefulSet") if place_of(each) == place]
    return {claim["metadata"]["name"] for each in sets for claim in each["spec"].get("volumeClaimTemplates", ())}


def _volume(name: str, volume: Mapping[str, Any], manifests: list[Manifest]) -> Iterator[str]:
    claim = volume.get("persistentVolumeClaim", {}).get("claimName")
    if claim is not None and claim not in names_of(manifests, "PersistentVolumeClaim"):
        yield f"volume {name}: there is no claim {claim}"
    config = volume.get("configMap", {}).get("name")
    if config is not None and config not in names_of(manifests, "ConfigMap"):
        yield f"volume {name}: there is no ConfigMap {config}"
    sources = [volume, *volume.get("projected", {}).get("sources", ())]
    for secret in (source["secret"] for source in sources if "secret" in source):
        wanted = secret.get("secretName", secret.get("name"))
        if wanted not in secrets(manifests):
            yield f"volume {name}: nobody makes the Secret {wanted}"


def secrets(manifests: Iterable[Manifest]) -> set[str]:
    """Those that people make, and those that Strimzi does."""
    manifests = list(manifests)
    authorities = {f"{name}-cluster-ca-cert" for name in names_of(manifests, "Kafka")}
    return MADE_BY_HAND | names_of(manifests, "Secret") | names_of(manifests, "KafkaUser") | authorities


def _image(image: str) -> Iterator[str]:
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield f"image {image} has no fixed tag"


def _probes(container: Mapping[str, Any], pod: Pod) -> Iterator[str]:
    kinds = [kind for kind in ("startupProbe", "livenessProbe", "readinessProbe") if kind in container]
    if container.get("ports") and len(kinds) < 3:
        yield f"it listens, and has only {kinds}"
    for kind in kinds:
        get = container[kind].get("httpGet")
        if get is not None and get["port"] not in (*pod.ports, *pod.ports.values()):
            yield f"{kind}: there is no port {get['port']}"
        path = "/readyz" if kind == "readinessProbe" else "/healthz"
        if get is not None and get["path"] != path:
            yield f"{kind}: {get['path']} instead of {path}"


def _taken(selector: Mapping[str, Any], among: Iterable[Pod]) -> list[Pod]:
    return [pod for pod in among if selects(selector, pod.labels)]


def every_pod(manifests: Iterable[Manifest]) -> list[Pod]:
    manifests = list(manifests)
    return [*pods(manifests), *operators_pods(manifests)]
