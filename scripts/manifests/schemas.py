"""Kinds and fields: built-in ones by Kubernetes' own strict schemas, custom ones by their definitions made strict."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

from scripts.manifests.objects import Manifest, place_of

VERSION = "1.34"
_BUILT_IN = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1")


def is_custom(manifest: Manifest) -> bool:
    return manifest.get("apiVersion") not in _BUILT_IN


def built_in_problems(manifests: Iterable[Manifest]) -> Iterator[str]:
    for each in manifests:
        if is_custom(each):
            continue
        try:
            kubernetes_validate.validate(each, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{place_of(each)}: {'.'.join(str(part) for part in error.path)}: {error.message[:300]}"


def custom_problems(manifests: Iterable[Manifest], definitions: Path) -> Iterator[str]:
    """`definitions`: a folder of CustomResourceDefinitions. One that is missing there is a problem too."""
    known = _schemas(definitions)
    for each in manifests:
        if not is_custom(each):
            continue
        schema = known.get((str(each.get("apiVersion")), str(each.get("kind"))))
        if schema is None:
            yield f"{place_of(each)}: no definition of {each.get('apiVersion')} {each.get('kind')} in {definitions}"
            continue
        for error in jsonschema.Draft202012Validator(schema).iter_errors(each):
            yield f"{place_of(each)}: {error.json_path.removeprefix('$.')}: {error.message[:300]}"


@cache
def _schemas(folder: Path) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for file in sorted(folder.glob("*.yaml")):
        for definition in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            spec = definition["spec"]
            for version in spec["versions"]:
                key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                found[key] = strict(version["schema"]["openAPIV3Schema"], is_root=True)
    return found


def strict(schema: Any, is_root: bool = False) -> Any:
    """What a server would silently drop (an unknown field of an object) is refused."""
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _strict_part(key, value) for key, value in schema.items()}
    is_closed = "properties" in made and not made.get("x-kubernetes-preserve-unknown-fields")
    if is_root:
        made["properties"] = {"apiVersion": {}, "kind": {}, "metadata": {}} | made.get("properties", {})
    if is_closed and "additionalProperties" not in made:
        made["additionalProperties"] = False
    if made.get("nullable"):
        made = {"anyOf": [{"type": "null"}, made]}
    return made


def _strict_part(key: str, value: Any) -> Any:
    match key:
        case "properties":
            return {name: strict(each) for name, each in value.items()}
        case "items" | "additionalProperties":
            return strict(value)
        case "allOf" | "anyOf" | "oneOf" | "not":
            return value  # constraints on what is described beside them, not descriptions of their own
    return value
