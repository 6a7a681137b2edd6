"""The demonstration's surroundings: the stand-in running, and the settings that lead the collector to it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import demo_world

LEDGER = Path(__file__).parent / "ledger.csv"
SETTINGS = Path(__file__).parent / "settings.yaml"
FOLDER = Path("var/demo")
STALE_AFTER = timedelta(days=3)
"""The demonstration's stories are told relative to its first start; older than this they no longer hold."""


@contextmanager
def stand_in(folder: Path, now: datetime) -> Iterator[dict[str, Any]]:
    """Settings for a demonstration kept in `folder`, while the stand-in answers for the platforms."""
    with Proxy(Internet(demo_world(_first_start(folder, now)))) as proxy:
        yield {
            "data_dir": folder,
            "ledger": LEDGER,
            "browser": {"proxy": proxy.url, "proxy_spki": proxy.spki},
            "channels": {"inbox": {"type": "inbox", "folder": folder / "inbox"}},
        }


def _first_start(folder: Path, now: datetime) -> datetime:
    """The moment the demonstration in `folder` began; one that is too old is begun anew."""
    note = folder / "started_at"
    if note.exists():
        started = datetime.fromisoformat(note.read_text(encoding="utf-8").strip())
        if now - started < STALE_AFTER:
            return started
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(now.isoformat(), encoding="utf-8")
    return now
