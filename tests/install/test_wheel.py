"""What is installed from the wheel is the whole program."""

import subprocess
import tarfile
import zipfile
from pathlib import Path

from shared.commit import commit_of
from tests.install.conftest import Installed
from tests.paths import ROOT

PACKAGES = ("services", "shared", "demo", "xunjian")


def _tracked() -> set[str]:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def test_the_wheel_holds_every_file_of_the_program(archives: Path) -> None:
    [wheel] = archives.glob("*.whl")
    assert _tracked() - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_nothing_else(archives: Path) -> None:
    [wheel] = archives.glob("*.whl")
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {*PACKAGES, "xunjian-0.1.0.dist-info"}


def test_the_source_archive_can_be_built_again_and_knows_its_commit(archives: Path) -> None:
    [archive] = archives.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"xunjian/commit.txt", "scripts/build_hook.py", "requirements/server.txt", "Makefile"} <= names
    assert _tracked() <= names


def test_the_environment_fits_together(installed: Installed) -> None:
    python = str(installed.folder / "bin/python")
    subprocess.run([python, "-m", "pip", "check"], check=True, capture_output=True, timeout=60)


def test_it_says_what_it_is(installed: Installed) -> None:
    said = installed.run("--version").stdout
    commit = commit_of(ROOT)
    assert commit
    assert f"提交：{commit[:12]}\n" in said
    assert said.startswith("巡检（xunjian）0.1.0\n")


def test_it_knows_its_rulebooks(installed: Installed) -> None:
    assert "gansu" in installed.run("rulebook", "list").stdout


def test_it_checks_a_text(installed: Installed, tmp_path: Path) -> None:
    draft = tmp_path / "稿件.txt"
    draft.write_text("市委常委会会议强调，要坚决打赢脱贫攻坚战，习近平新时代中国特色社会注意思想。", encoding="utf-8")
    assert "社会主义" in installed.run("check", str(draft), check=False).stdout


def test_it_makes_an_empty_ledger(installed: Installed, tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    installed.run("ledger", "template", str(file))
    assert file.stat().st_size > 1000


def test_the_doctor_comes_to_an_end(installed: Installed) -> None:
    ran = installed.run("doctor", check=False)
    assert "时区" in ran.stdout + ran.stderr or "xunjian init" in ran.stderr
    assert "Traceback" not in ran.stderr
