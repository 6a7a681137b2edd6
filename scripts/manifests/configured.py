"""What our containers are told: settings that exist, files that are mounted, programs that there are."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import patch

import yaml

from scripts.manifests.loading import Loaded, command_line_problems, load, secret_files
from scripts.manifests.objects import Manifest, Pod, of_kind, pods

IMAGE = "xunjian"
MAIN = "main"
"""The container that works; the one before it only waits."""
_SETTINGS = "XUNJIAN_CONFIG"


def is_ours(container: Mapping[str, Any]) -> bool:
    return str(container["image"]).rpartition("/")[2].partition(":")[0] == IMAGE


def own_containers(manifests: Iterable[Manifest]) -> list[tuple[Pod, Mapping[str, Any]]]:
    return [(pod, container) for pod in pods(manifests) for container in pod.containers if is_ours(container)]


def variables_of(container: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container.get("env", ()) if "value" in each}


def settings_of(manifests: Iterable[Manifest], pod: Pod, container: Mapping[str, Any]) -> str | None:
    """The text of the settings file that this container reads; null when it is not there."""
    path = PurePosixPath(variables_of(container).get(_SETTINGS, ""))
    for mount in container.get("volumeMounts", ()):
        if PurePosixPath(mount["mountPath"]) != path.parent:
            continue
        name = pod.volumes.get(mount["name"], {}).get("configMap", {}).get("name")
        for each in of_kind(manifests, "ConfigMap"):
            if each["metadata"]["name"] == name:
                text: str | None = each.get("data", {}).get(path.name)
                return text
    return None


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    """One line a fault, in the words of whoever would refuse it at its start."""
    manifests = list(manifests)
    for pod, container in own_containers(manifests):
        place = f"{pod.place}: {container['name']}"
        if "command" in container:
            yield f"{place}: command replaces tini, the image's entrypoint, which buries Chromium's children; use args"
        text = settings_of(manifests, pod, container)
        if text is None:
            yield f"{place}: {_SETTINGS} names no file of a ConfigMap that is mounted"
            continue
        yield from (f"{place}: {said}" for said in _container(text, pod, container))


def _container(text: str, pod: Pod, container: Mapping[str, Any]) -> Iterator[str]:
    variables = variables_of(container)
    for file in secret_files(yaml.safe_load(text)):
        if not _is_mounted(file, pod, container):
            yield f"{file}, which the settings name, is mounted from no Secret"
    opens = _named_paths(yaml.safe_load(text), pod.component) if container["name"] == MAIN else ()
    for path in opens:
        if not _is_reached(path, container):
            yield f"{path}, which the settings name, is mounted from nowhere"
    if not _is_writable(variables.get("XUNJIAN_DATA_DIR", ""), pod, container):
        yield "XUNJIAN_DATA_DIR lies on no writable volume"
    if container.get("ports") and [variables.get("XUNJIAN_METRICS_PORT")] != [
        str(port["containerPort"]) for port in container["ports"]
    ]:
        yield "XUNJIAN_METRICS_PORT is not the container's port"
    loaded = loaded_of(text, variables)
    if isinstance(loaded, str):
        yield loaded
    yield from command_line_problems(container.get("args", ()))


def loaded_of(text: str, variables: Mapping[str, str]) -> Loaded | str:
    """The settings as the program reads them with these variables, or the sentence with which it refuses them."""
    return _loaded(text, tuple(sorted(variables.items())))


@cache
def _loaded(text: str, variables: tuple[tuple[str, str], ...]) -> Loaded | str:
    with tempfile.TemporaryDirectory() as name, _only(dict(variables)):
        return load(text, Path(name))


@contextmanager
def _only(variables: Mapping[str, str]) -> Iterator[None]:
    """This process's environment with these variables of ours and no other."""
    others = {name: value for name, value in os.environ.items() if not name.upper().startswith("XUNJIAN_")}
    given = {name: value for name, value in variables.items() if name != _SETTINGS}
    with patch.dict(os.environ, others | given, clear=True):
        yield


def _is_mounted(file: PurePosixPath, pod: Pod, container: Mapping[str, Any]) -> bool:
    mounts = {PurePosixPath(mount["mountPath"]): mount["name"] for mount in container.get("volumeMounts", ())}
    volume = pod.volumes.get(mounts.get(file.parent, ""), {})
    sources = [volume, *volume.get("projected", {}).get("sources", ())]
    return any(_holds(source["secret"], file.name) for source in sources if "secret" in source)


def _named_paths(raw: Mapping[str, Any], component: str) -> Iterator[PurePosixPath]:
    """Files and folders that this program opens later than its settings."""
    for key, value in raw.get("kafka_security", {}).items():
        if key.endswith("file"):
            yield PurePosixPath(value)
    if component == "collector" and (folder := raw.get("browser", {}).get("storage_state")):
        yield PurePosixPath(folder)
    for options in raw.get("channels", {}).values() if component == "alerter" else ():
        if "ca_file" in options:
            yield PurePosixPath(options["ca_file"])


def _is_reached(path: PurePosixPath, container: Mapping[str, Any]) -> bool:
    mounts = {PurePosixPath(mount["mountPath"]) for mount in container.get("volumeMounts", ())}
    return bool(mounts & {path, *path.parents})


def _holds(secret: Mapping[str, Any], name: str) -> bool:
    """One of which all is mounted may hold anything."""
    return "items" not in secret or any(item["path"] == name for item in secret["items"])


def _is_writable(folder: str, pod: Pod, container: Mapping[str, Any]) -> bool:
    for mount in container.get("volumeMounts", ()):
        kinds = pod.volumes.get(mount["name"], {}).keys()
        if mount["mountPath"] == folder and kinds & {"emptyDir", "persistentVolumeClaim"}:
            return not mount.get("readOnly")
    return False
