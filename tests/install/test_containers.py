"""Dockerfile and compose.yaml, as far as they can be held to account without docker."""

import re
import runpy
from typing import Any

import pytest
import yaml

from shared.runtime.settings import Settings
from tests.paths import ROOT

STEPS: list[tuple[str, str]] = runpy.run_path(str(ROOT / "scripts/run_dockerfile.py"))["steps"](
    (ROOT / "Dockerfile").read_text(encoding="utf-8")
)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
ROLES = ("collector", "analyzer", "alerter", "reporter")


def test_the_image_is_built_by_the_script_that_make_runs() -> None:
    script = "scripts/install"
    assert any(word == "RUN" and script in rest for word, rest in STEPS)
    assert f"{script} $(VENV)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_dockerfile_has_only_known_instructions_and_ends_as_a_plain_user() -> None:
    known = {"FROM", "ENV", "RUN", "COPY", "USER", "WORKDIR", "VOLUME", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in STEPS} <= known
    assert STEPS[0] == ("FROM", "debian:bookworm-slim")
    words = dict(STEPS)
    assert words["USER"] == "10001:10001"
    assert "tini" in words["ENTRYPOINT"]


def test_no_secret_is_in_image_or_compose_file() -> None:
    for name in ("Dockerfile", "compose.yaml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|secret|token)\s*[:=]\s*[\"']?[a-z0-9]{6,}", text.replace("_FILE", ""))
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"secrets", "config", "var"} <= set(ignored)


@pytest.mark.parametrize("role", [*ROLES, "upgrade"])
def test_a_service_can_write_only_its_data_and_gain_nothing(role: str) -> None:
    service = COMPOSE["services"][role]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("role", ROLES)
def test_a_service_is_one_of_ours_watched_and_started_after_the_upgrade(role: str) -> None:
    service = COMPOSE["services"][role]
    assert service["command"][-1] == f"services.{role}"
    assert "/healthz" in service["healthcheck"]["test"][-1]
    assert service["environment"]["XUNJIAN_METRICS_PORT"] in service["healthcheck"]["test"][-1]
    assert service["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
    assert service["depends_on"]["kafka"] == {"condition": "service_healthy"}


def test_the_upgrade_waits_for_the_database_and_runs_once() -> None:
    upgrade = COMPOSE["services"]["upgrade"]
    assert upgrade["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert upgrade["restart"] == "no"


def test_the_database_can_be_backed_up_from_the_image() -> None:
    """pg_dump refuses a server newer than itself; Debian 12 has 15."""
    assert dict(STEPS)["FROM"] == "debian:bookworm-slim"
    assert any(word == "RUN" and "postgresql-client" in rest for word, rest in STEPS)
    assert COMPOSE["services"]["postgres"]["image"] == "postgres:15"


def test_every_variable_is_a_setting() -> None:
    names = {name for role in ROLES for name in COMPOSE["services"][role]["environment"]} - {"XUNJIAN_CONFIG"}
    assert {name.removeprefix("XUNJIAN_").lower() for name in names} <= set(Settings.model_fields)


def test_what_is_referred_to_is_defined() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        named = {volume.partition(":")[0] for volume in service.get("volumes", ()) if not volume.startswith(".")}
        assert named <= set(COMPOSE["volumes"])


def test_the_sample_settings_are_settings() -> None:
    sample = yaml.safe_load((ROOT / "deploy/compose/xunjian.yaml").read_text(encoding="utf-8"))
    assert set(sample) <= set(Settings.model_fields)
    assert sample["database_url"] == {"file": "/run/secrets/database_url"}
