"""Writes the JSON of every dashboard, or with `--check` tells which is not what the code makes."""

import sys
from pathlib import Path

from monitoring.dashboards import operations, supervisor

FOLDER = Path(__file__).parent
BOARDS = {"supervisor": supervisor.BOARD, "operations": operations.BOARD}


def drifted() -> list[str]:
    """Names of the files that differ from the code, or are missing."""
    texts = {f"{name}.json": board.text() for name, board in BOARDS.items()}
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in texts.keys() | there.keys() if texts.get(name) != there.get(name))


def main() -> int:
    if "--check" not in sys.argv[1:]:
        for name, board in BOARDS.items():
            (FOLDER / f"{name}.json").write_text(board.text(), encoding="utf-8")
        return 0
    names = drifted()
    if names:
        sys.stderr.write(f"{', '.join(names)}: not what the code makes; run python -m monitoring.dashboards\n")
    return 1 if names else 0


if __name__ == "__main__":
    raise SystemExit(main())
