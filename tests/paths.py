"""Where the material kept apart from the project lies; tests that need it skip where it is missing."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("XUNJIAN_SHARED", ROOT.parent / "shared"))

needs_shared = pytest.mark.skipif(
    not (SHARED / "captures").is_dir(), reason=f"no saved material at {SHARED}: set XUNJIAN_SHARED to its folder"
)
