"""An overlay of an office's own over ours, as docs/kubernetes.md describes it."""

import os
from pathlib import Path

import pytest

from scripts.manifests.__main__ import DEFINITIONS, problems
from scripts.manifests.objects import Manifest, names_of, read
from scripts.manifests.rendering import K8S, render, renderer
from tests.k8s.planting import containing
from xunjian.commands.topics import DIFFERS

pytestmark = pytest.mark.skipif(not renderer(), reason="no kubectl or kustomize to render k8s/ with")
SETTINGS = (K8S / "overlays" / "small" / "xunjian.yaml").read_text(encoding="utf-8")


def rendered(folder: Path, *components: str, settings: str = SETTINGS) -> list[Manifest]:
    k8s = os.path.relpath(K8S.resolve(), folder.resolve())
    lines = [
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        "kind: Kustomization",
        "namespace: watch",
        f"resources: [{k8s}/overlays/small]",
        f"components: [{', '.join(f'{k8s}/components/{name}' for name in components)}]",
        "configMapGenerator:",
        "  - {name: xunjian-settings, behavior: replace, files: [xunjian.yaml]}",
        "images:",
        "  - {name: registry.example.cn/xunjian, newName: harbor.office.example/xunjian}",
        "  - {name: xunjian, newName: harbor.office.example/xunjian, newTag: 0.1.0}",
    ]
    (folder / "kustomization.yaml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "xunjian.yaml").write_text(settings, encoding="utf-8")
    return read(render(folder))


def faults(manifests: list[Manifest]) -> list[str]:
    return list(problems(manifests, DEFINITIONS if DEFINITIONS.is_dir() else None))


def test_every_component_fits_into_a_namespace_of_another_name(tmp_path: Path) -> None:
    manifests = rendered(tmp_path, "channels", "monitoring", "topics")
    assert names_of(manifests, "Namespace") == {"watch"}
    assert {"xunjian-migrate", "xunjian-topics"} <= names_of(manifests, "Job")
    assert faults(manifests) == []


def test_a_difference_of_topics_that_only_a_person_settles_is_not_tried_again(tmp_path: Path) -> None:
    job = next(one for one in rendered(tmp_path, "topics") if one["metadata"]["name"] == "xunjian-topics")
    (rule,) = job["spec"]["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [DIFFERS])
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_mail_without_its_component_is_refused(tmp_path: Path) -> None:
    mail = "单位邮箱: {type: email, host: smtp.example.cn, sender: x@example.cn, to: [a@example.cn]}"
    settings = SETTINGS.replace("文件夹: {type: inbox}", mail).replace("[文件夹]", "[单位邮箱]")
    assert containing(faults(rendered(tmp_path, settings=settings)), "no NetworkPolicy lets it there")
    assert faults(rendered(tmp_path, "channels", settings=settings)) == []


def test_a_misspelt_key_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    settings = SETTINGS.replace("operators:", "operator:")
    assert containing(faults(rendered(tmp_path, settings=settings)), "operators")
