"""`xunjian --version` tells the commit without asking git, and says so when nobody can know it."""

import subprocess
from pathlib import Path

import pytest

from shared.commit import commit_of
from shared.storage import schema
from xunjian import version

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _repository(folder: Path) -> Path:
    git = folder / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    return git


def test_the_branch_that_is_checked_out(tmp_path: Path) -> None:
    (_repository(tmp_path) / "refs/heads/main").write_text(f"{COMMIT}\n")
    assert commit_of(tmp_path) == COMMIT


def test_a_branch_that_git_has_packed(tmp_path: Path) -> None:
    packed = f"# pack-refs with: peeled fully-peeled sorted \n{'f' * 40} refs/heads/else\n{COMMIT} refs/heads/main\n"
    (_repository(tmp_path) / "packed-refs").write_text(packed)
    assert commit_of(tmp_path) == COMMIT


def test_a_commit_that_is_on_no_branch(tmp_path: Path) -> None:
    (_repository(tmp_path) / "HEAD").write_text(f"{COMMIT}\n")
    assert commit_of(tmp_path) == COMMIT


def test_a_worktree_beside_its_repository(tmp_path: Path) -> None:
    git = _repository(tmp_path / "main")
    (git / "refs/heads/side").write_text(COMMIT)
    own = git / "worktrees/side"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/side\n")
    (own / "commondir").write_text("../..\n")
    (tmp_path / "side").mkdir()
    (tmp_path / "side/.git").write_text(f"gitdir: {own}\n")
    assert commit_of(tmp_path / "side") == COMMIT


def test_what_the_build_wrote_down(tmp_path: Path) -> None:
    (tmp_path / "xunjian").mkdir()
    (tmp_path / "xunjian/commit.txt").write_text(COMMIT)
    assert commit_of(tmp_path) == COMMIT


@pytest.mark.parametrize("head", [None, "", "ref: refs/heads/unborn", "../../etc/passwd", "\x00", "ref: \x00"])
def test_what_nobody_knows_is_said_to_be_unknown(
    tmp_path: Path, head: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if head is not None:
        (_repository(tmp_path) / "HEAD").write_text(head)
    assert commit_of(tmp_path) is None
    monkeypatch.setattr(version, "commit_of", lambda _: None)
    assert "提交：未知" in "\n".join(version.version_lines())


def test_git_itself_agrees() -> None:
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=version.ROOT, capture_output=True, text=True, check=True)
    assert commit_of(version.ROOT) == asked.stdout.strip()


def test_the_schema_is_the_one_that_the_store_demands() -> None:
    assert version.newest_schema() == schema.newest()
