"""The restricted pod security standard, and what we ask beyond it of our own pods."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.manifests.objects import Manifest, Pod, of_kind, place_of, pods

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_LABEL = "pod-security.kubernetes.io/"
_MADE_BY_STRIMZI = {
    "Kafka": ("topicOperatorContainer", "userOperatorContainer"),
    "KafkaNodePool": ("kafkaContainer", "initContainer"),
}
_DRAIN_SECONDS = 25


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    manifests = list(manifests)
    yield from _namespaces(manifests)
    yield from _strimzis(manifests)
    for pod in pods(manifests):
        yield from _pod(pod)
        for container in pod.containers:
            place = f"{pod.place}: {container['name']}"
            yield from (f"{place}: {said}" for said in _container(container, pod))


def _strimzis(manifests: Iterable[Manifest]) -> Iterator[str]:
    """What Strimzi is told of the pods it makes; without it, its own default does, which need not be restricted."""
    for each in of_kind(manifests, "Kafka", "KafkaNodePool"):
        template = (each["spec"].get("entityOperator", {}) if each["kind"] == "Kafka" else each["spec"]).get(
            "template", {}
        )
        pod = template.get("pod", {}).get("securityContext", {})
        if pod.get("runAsNonRoot") is not True or pod.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{place_of(each)}: template.pod.securityContext is not restricted"
        for name in _MADE_BY_STRIMZI[each["kind"]]:
            own = template.get(name, {}).get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{place_of(each)}: template.{name}.securityContext is not restricted"


def _namespaces(manifests: Iterable[Manifest]) -> Iterator[str]:
    found = of_kind(manifests, "Namespace")
    if not found:
        yield "there is no Namespace, so that nothing enforces the restricted standard"
    for each in found:
        labels = each["metadata"].get("labels", {})
        for mode in ("enforce", "warn", "audit"):
            if labels.get(_LABEL + mode) != "restricted":
                yield f"{place_of(each)}: {_LABEL}{mode} is not restricted"


def _pod(pod: Pod) -> Iterator[str]:
    spec = pod.spec
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"{pod.place}: {key}"
    for name, volume in pod.volumes.items():
        kinds = volume.keys() - {"name"}
        if not kinds <= _VOLUMES or len(kinds) != 1:
            yield f"{pod.place}: volume {name}: {sorted(kinds)}"
    if spec.get("automountServiceAccountToken") is not False:
        yield f"{pod.place}: automountServiceAccountToken is not false"
    if spec.get("restartPolicy") is None and spec.get("terminationGracePeriodSeconds", 0) <= _DRAIN_SECONDS:
        yield f"{pod.place}: terminationGracePeriodSeconds leaves no time to drain ({_DRAIN_SECONDS} s)"


def _container(container: Mapping[str, Any], pod: Pod) -> Iterator[str]:
    own = container.get("securityContext", {})
    yield from _identity(pod.spec.get("securityContext", {}) | own)
    wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    yield from (f"{key} is not {value}" for key, value in wanted.items() if own.get(key) != value)
    if own.get("privileged") or own.get("procMount", "Default") != "Default":
        yield "privileged"
    yield from _resources(container.get("resources", {}))
    if any("hostPort" in port for port in container.get("ports", ())):
        yield "hostPort"


def _identity(context: Mapping[str, Any]) -> Iterator[str]:
    """`context`: the container's over the pod's."""
    if context.get("runAsNonRoot") is not True:
        yield "runAsNonRoot is not true"
    if not context.get("runAsUser"):
        yield "runAsUser is missing or root"
    if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "seccompProfile is missing"


def _resources(resources: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("requests", "limits"):
        for what in ("cpu", "memory"):
            if what not in resources.get(kind, {}):
                yield f"resources.{kind}.{what} is missing"
