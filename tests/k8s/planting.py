"""Rendered manifests with one mistake planted in them."""

import copy
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from scripts.manifests.objects import Manifest, place_of, read, template_of
from scripts.manifests.rendering import K8S, render

Change = Callable[[Any], None]


@cache
def manifests(overlay: str) -> list[Manifest]:
    """Not to be changed: see `with_one`."""
    return read(render(K8S / "overlays" / overlay))


def with_one(overlay: str, place: str, change: Change) -> list[Manifest]:
    """The manifests of an overlay, the one at `place` (kind/name) changed. A place that begins alike is enough."""
    changed = copy.deepcopy(manifests(overlay))
    (one,) = [each for each in changed if place_of(each).startswith(place)][:1]
    change(one)
    return changed


def without(overlay: str, place: str) -> list[Manifest]:
    kept = [each for each in manifests(overlay) if place_of(each) != place]
    assert len(kept) < len(manifests(overlay)), place
    return kept


def main_of(manifest: Manifest) -> Any:
    template: Any = template_of(manifest)
    return template["spec"]["containers"][0]


def pod_of(manifest: Manifest) -> Any:
    template: Any = template_of(manifest)
    return template["spec"]


def put(path: str, value: Any) -> Change:
    """A change of one field: `spec.replicas`; a number is a place in a list."""
    *parts, last = path.split(".")

    def change(manifest: Any) -> None:
        inner = manifest
        for part in parts:
            inner = inner[int(part)] if part.isdigit() else inner.setdefault(part, {})
        inner[int(last) if last.isdigit() else last] = value

    return change


def all_of(*changes: Change) -> Change:
    def change(manifest: Any) -> None:
        for each in changes:
            each(manifest)

    return change


def containing(lines: Iterator[str] | list[str], words: str) -> list[str]:
    return [line for line in lines if words in line]
