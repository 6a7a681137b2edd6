"""What a run says of what it could not test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

TESTS = """
import pytest

def test_that_is_there(): pass

@pytest.mark.parametrize("number", range(3))
def test_of_a_database(number): pytest.skip("no PostgreSQL")

@pytest.mark.skipif(True, reason="no java")
def test_of_a_broker(): pass
"""


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(TESTS)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.lacking", "-p", "no:cacheprovider", "--rootdir", ".", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XUNJIAN_TEST_EVERYTHING": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_missing_is_one_line(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    assert "skipped 4: no PostgreSQL (3); no java (1)\n" in done.stdout


def test_ci_takes_no_run_that_skipped(tmp_path: Path) -> None:
    done = run(tmp_path, XUNJIAN_TEST_EVERYTHING="1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert (
        "skipped 4: no PostgreSQL (3); no java (1) [XUNJIAN_TEST_EVERYTHING is set: this run has failed]" in done.stdout
    )
