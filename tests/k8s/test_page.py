"""docs/kubernetes.md: its commands name what there is, and each of our own can be run."""

import re
import shlex
from collections.abc import Iterator

import pytest

from scripts.manifests.loading import command_line_problems
from scripts.manifests.objects import names_of
from scripts.manifests.rendering import K8S, OVERLAYS, ROOT, renderer
from tests.k8s.planting import manifests

PAGE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
KINDS = {"deploy": "Deployment", "job": "Job", "cronjob": "CronJob", "kafka": "Kafka", "scaledobject": "ScaledObject"}
BY_HAND = {"backup-before-upgrade"}


def commands() -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        yield from block.replace("\\\n", " ").splitlines()


def inline() -> list[str]:
    return re.findall(r"`(kubectl [^`]*)`", PAGE.replace("\n", " "))


@pytest.mark.skipif(not renderer(), reason="no kubectl or kustomize to render k8s/ with")
def test_what_the_commands_name_is_there() -> None:
    there = [each for overlay in OVERLAYS for each in manifests(overlay)]
    found = re.findall(
        r"\b(deploy|job|cronjob|kafka|scaledobject)[/ ](?:-\S+ )*([a-z][\w.-]+)", "\n".join([*commands(), *inline()])
    )
    assert found
    assert [(kind, name) for kind, name in found if name not in names_of(there, KINDS[kind]) | BY_HAND] == []


def test_our_own_commands_are_commands() -> None:
    ours = [re.sub(r".*-- (?=xunjian )", "", line) for line in commands() if " -- xunjian " in line]
    assert len(ours) > 5
    assert [said for line in ours for said in command_line_problems(shlex.split(line))] == []


def test_every_overlay_component_and_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:base|overlays|components)/[\w./*-]+)`", PAGE))
    assert named
    assert [name for name in named if not list(K8S.glob(name))] == []
