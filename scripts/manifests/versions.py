"""Images: one of ours, at the version of this program."""

import tomllib
from collections.abc import Iterable, Iterator

from scripts.manifests.configured import own_containers
from scripts.manifests.objects import Manifest
from scripts.manifests.rendering import ROOT


def problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    images = {str(container["image"]) for _, container in own_containers(manifests)}
    if len(images) != 1:
        yield f"there is not one image of ours: {sorted(images)}"
    for image in images:
        if image.rpartition(":")[2] != project["version"]:
            yield f"{image} is not version {project['version']} of pyproject.toml; change newTag in kustomization.yaml"
