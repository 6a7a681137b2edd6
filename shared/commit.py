"""Which commit this program is: read from the git folder beside it, or from what was written when it was built.

Standard library alone and no call of git: the build runs this file by its path, before anything is installed.
"""

import re
from pathlib import Path

WRITTEN = Path("xunjian/commit.txt")
"""In built wheels and source archives only."""
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def commit_of(root: Path) -> str | None:
    """The full hash that is checked out in `root`, or that its archive was made of; null when nothing tells."""
    return _checked_out(root / ".git") or _written(root / WRITTEN)


def _checked_out(git: Path) -> str | None:
    folder = _git_folder(git)
    head = _text(folder / "HEAD")
    if not head.startswith("ref: "):
        return _hash(head)
    common = folder / (_text(folder / "commondir") or ".")
    name = head.removeprefix("ref: ")
    return _hash(_text(common / name)) or _packed(_text(common / "packed-refs"), name)


def _git_folder(git: Path) -> Path:
    """A worktree has a file there that says where its folder is."""
    named = _text(git).removeprefix("gitdir: ") if git.is_file() else ""
    return git.parent / named if named else git


def _packed(refs: str, name: str) -> str | None:
    pairs = (line.split(" ", 1) for line in refs.splitlines() if " " in line)
    return next((_hash(commit) for commit, ref in pairs if ref == name), None)


def _written(file: Path) -> str | None:
    return _hash(_text(file))


def _hash(text: str) -> str | None:
    return text if _HASH.fullmatch(text) else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
