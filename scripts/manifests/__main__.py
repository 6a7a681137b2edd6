"""`python -m scripts.manifests`: k8s/ rendered and held against schemas and agreements; `--write` makes the rules."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.manifests import agreed, configured, linked, reach, restricted, rules, schemas, versions
from scripts.manifests.objects import Manifest, read
from scripts.manifests.rendering import K8S, OVERLAYS, ROOT, render, renderer

DEFINITIONS = Path(os.environ.get("XUNJIAN_SHARED", ROOT.parent / "shared")) / "crds"


def problems(manifests: list[Manifest], definitions: Path | None) -> Iterator[str]:
    """`definitions`: where those of the custom resources lie; null: they are not held against any."""
    found = list(schemas.built_in_problems(manifests))
    if definitions is not None:
        found += schemas.custom_problems(manifests, definitions)
    if found:
        yield from found  # what is not even shaped right is asked nothing more
        return
    for check in (restricted, configured, linked, reach, agreed, versions):
        yield from check.problems(manifests)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.manifests", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="overlays of one's own, instead of ours")
    parser.add_argument("--write", action="store_true", help="make the PrometheusRule of monitoring/rules")
    arguments = parser.parse_args()
    if arguments.write:
        rules.TARGET.write_text(rules.made(), encoding="utf-8")
        return 0
    found = [*rules.drift(), *_rendered_problems(arguments.folders or [K8S / "overlays" / name for name in OVERLAYS])]
    for said in found:
        say(said)
    return 1 if found else 0


def _rendered_problems(folders: list[Path]) -> Iterator[str]:
    if not renderer():
        say("k8s/: skipped, there is no kubectl or kustomize to render it with")
        return
    definitions = DEFINITIONS if DEFINITIONS.is_dir() else None
    if definitions is None:
        say(f"k8s/: custom resources not held against their definitions, which are not at {DEFINITIONS}")
    for folder in folders:
        try:
            manifests = read(render(folder))
        except RuntimeError as error:
            yield f"{folder}: {error}"
            continue
        told = list(problems(manifests, definitions))
        say(f"k8s, {folder.name}: {len(manifests)} manifests, {len(told)} problems")
        yield from (f"{folder.name}: {said}" for said in told)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
