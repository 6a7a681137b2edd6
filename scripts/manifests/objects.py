"""Rendered manifests as values, and the pods in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Manifest = Mapping[str, Any]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Pod:
    """A pod that a manifest makes. `spec` is empty for those that an operator makes of a custom resource."""

    place: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]
    component: str = ""

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        return [*self.spec.get("initContainers", ()), *self.spec.get("containers", ())]

    @property
    def ports(self) -> dict[str, int]:
        """Name -> number."""
        listed = [port for container in self.containers for port in container.get("ports", ())]
        return {port["name"]: port["containerPort"] for port in listed if "name" in port}

    @property
    def volumes(self) -> dict[str, Mapping[str, Any]]:
        return {volume["name"]: volume for volume in self.spec.get("volumes", ())}


def read(text: str) -> list[Manifest]:
    return [each for each in yaml.load_all(text, Loader=_LOADER) if each]


def place_of(manifest: Manifest) -> str:
    return f"{manifest.get('kind')}/{manifest.get('metadata', {}).get('name')}"


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    return [each for each in manifests if each.get("kind") in kinds]


def names_of(manifests: Iterable[Manifest], kind: str) -> set[str]:
    return {each["metadata"]["name"] for each in of_kind(manifests, kind)}


def template_of(manifest: Manifest) -> Mapping[str, Any] | None:
    """The pod template; null for what makes no pods itself."""
    template: Mapping[str, Any] | None = None
    match manifest.get("kind"):
        case "Deployment" | "StatefulSet" | "Job":
            template = manifest["spec"]["template"]
        case "CronJob":
            template = manifest["spec"]["jobTemplate"]["spec"]["template"]
    return template


def pods(manifests: Iterable[Manifest]) -> list[Pod]:
    return [pod for each in manifests if (pod := _pod(each)) is not None]


def _pod(manifest: Manifest) -> Pod | None:
    template = template_of(manifest)
    if template is None:
        return None
    labels = template.get("metadata", {}).get("labels", {})
    component = labels.get("app.kubernetes.io/component", "")
    return Pod(place_of(manifest), labels, template["spec"], component)


def operators_pods(manifests: Iterable[Manifest]) -> Iterator[Pod]:
    """Those that Strimzi will make, by the labels it gives them."""
    for each in of_kind(manifests, "Kafka"):
        cluster = {"strimzi.io/cluster": each["metadata"]["name"]}
        name = each["metadata"]["name"]
        yield Pod(place_of(each), cluster | {"strimzi.io/kind": "Kafka", "strimzi.io/name": f"{name}-kafka"}, {})
        yield Pod(place_of(each), cluster | {"strimzi.io/name": f"{name}-entity-operator"}, {})


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A Kubernetes label selector; the empty one selects everything."""
    exact = selector.get("matchLabels", {}).items() <= dict(labels).items()
    return exact and all(_fits(each, labels) for each in selector.get("matchExpressions", ()))


def _fits(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", ())
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None
