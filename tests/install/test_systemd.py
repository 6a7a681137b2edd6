"""The units of deploy/systemd: hardened, and the browser and the settings' mistakes are thought of."""

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.paths import ROOT

FOLDER = ROOT / "deploy/systemd"
UNITS = ("xunjian.service", "xunjian@.service", "xunjian-backup.service")
ROLES = ("collector", "analyzer", "alerter", "reporter")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def _of(unit: str) -> dict[str, list[str]]:
    values = defaultdict(list)
    for line in (FOLDER / unit).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values[key].append(value)
    return dict(values)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_the_exposure_is_under_three(unit: str) -> None:
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=29", str(FOLDER / unit)]
    ran = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout[-200:]


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for file in FOLDER.glob("xunjian*"):
        shutil.copy(file, tmp_path)
    for role in ROLES:
        shutil.copy(FOLDER / "xunjian@.service", tmp_path / f"xunjian@{role}.service")
    units = sorted(str(file) for file in tmp_path.glob("xunjian*") if file.stem != "xunjian@")
    ran = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    known = ("is not executable: No such file or directory", "Unit postgresql.service not found")
    about_ours = [line for line in ran.stderr.splitlines() if "xunjian" in line]
    assert [line for line in about_ours if not line.endswith(known)] == []


@pytest.mark.parametrize("unit", UNITS)
def test_it_runs_as_a_user_of_its_own_and_can_gain_nothing(unit: str) -> None:
    values = _of(unit)
    assert values["User"] == ["xunjian"]
    assert values["NoNewPrivileges"] == ["yes"]
    assert values["ProtectSystem"] == ["strict"]
    assert values["UMask"] == ["0077"]


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_forbids_what_the_browser_needs(unit: str) -> None:
    """Its JIT writes code and runs it; its sandbox makes namespaces; it finds out about networks by netlink."""
    values = _of(unit)
    assert "MemoryDenyWriteExecute" not in values
    assert "PrivateUsers" not in values
    assert set(values["RestrictNamespaces"][0].split()) == {"user", "pid", "net"}
    assert "AF_NETLINK" in values["RestrictAddressFamilies"][0]
    assert "chroot" in values["SystemCallFilter"][0]


@pytest.mark.parametrize("unit", ["xunjian.service", "xunjian@.service"])
def test_a_mistake_in_the_settings_is_not_tried_again_and_a_crash_is(unit: str) -> None:
    values = _of(unit)
    assert values["Restart"] == ["on-failure"]
    assert values["RestartPreventExitStatus"] == ["2"]
    assert values["KillMode"] == ["mixed"]
    assert int(values["TimeoutStopSec"][0]) >= 120


def test_all_units_are_hardened_alike() -> None:
    hardening = [(FOLDER / unit).read_text(encoding="utf-8").partition("# 加固")[2].split("\n[")[0] for unit in UNITS]
    assert len({text.strip() for text in hardening}) == 1


def test_every_role_of_the_template_is_a_service() -> None:
    assert "services.%i" in _of("xunjian@.service")["ExecStart"][0]
    assert all((ROOT / f"services/{role}/__main__.py").exists() for role in ROLES)
