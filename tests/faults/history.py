"""What was done to whom and when: JSON lines beside the services' logs, for whoever reads a failure."""

import json
from datetime import UTC, datetime
from pathlib import Path


class History:
    """Begins with the seed. `path` outlives a test only where pytest keeps its folder."""

    def __init__(self, path: Path, seed: str) -> None:
        self.path = path
        self.note("began", seed=seed)

    def note(self, did: str, **about: object) -> None:
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "did": did, **about}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
