"""Writes into wheel and source archive which commit they are made of, for `xunjian --version`."""

import runpy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install reads its git folder itself, and so never tells an old commit."""
        root = Path(self.root)
        commit = runpy.run_path(str(root / "shared/commit.py"))["commit_of"](root)
        if commit is None or version == "editable" or (root / "xunjian/commit.txt").exists():
            return
        self._folder = TemporaryDirectory()
        file = Path(self._folder.name) / "commit.txt"
        file.write_text(commit, encoding="utf-8")
        build_data["force_include"][str(file)] = "xunjian/commit.txt"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
