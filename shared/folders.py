"""Folders and files that hold contacts and findings: their owner's alone."""

import os
from pathlib import Path

OWNER_ONLY = 0o600
FOLDER_OF_OWNER = 0o700


def make_folder(folder: Path) -> None:
    """With those above it; each one that is missing is its owner's alone. Raises OSError."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=FOLDER_OF_OWNER, exist_ok=True)


def make_file(path: Path) -> None:
    """Empty, with its folder, where there is none. Raises OSError."""
    make_folder(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))


def may_others_read(told: os.stat_result) -> bool:
    """True where the file is open to more than its owner, or to more than root and the group of this very process.

    The latter is how Kubernetes mounts a secret for a user who is not root (fsGroup).
    """
    is_mounted = told.st_uid == 0 and told.st_gid == os.getegid() and os.geteuid() != 0
    return bool(told.st_mode & (0o037 if is_mounted else 0o077))
