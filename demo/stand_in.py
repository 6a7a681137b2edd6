"""The demonstration's surroundings: the stand-in running, and the settings that lead the collector to it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import demo_world
from shared.runtime.settings import Settings, load_settings

LEDGER = Path(__file__).parent / "ledger.csv"
SETTINGS = Path(__file__).parent / "settings.yaml"
FOLDER = Path("var/demo")
STALE_AFTER = timedelta(days=3)
"""The demonstration's stories are told relative to its first start; older than this they no longer hold."""


@contextmanager
def stand_in(folder: Path, now: datetime, *, remembers: bool = True) -> Iterator[dict[str, Any]]:
    """Settings for a demonstration kept in `folder`, while the stand-in answers for the platforms.

    Without `remembers` the folder is only asked when its stories began, and nothing in it is changed.
    """
    began = _first_start(folder, now) if remembers else _begun(folder, now) or now
    with Proxy(Internet(demo_world(began))) as proxy:
        yield {
            "data_dir": folder.absolute(),
            "ledger": LEDGER,
            "browser": {"proxy": proxy.url, "proxy_spki": proxy.spki},
            "channels": {"inbox": {"type": "inbox", "folder": folder.absolute() / "inbox"}},
        }


def demo_settings(more: Mapping[str, Any]) -> Settings:
    """The demonstration's settings with those of `stand_in`, which no variable changes: what is meant for a real
    system is not the demonstration's to write to."""
    own = {"database_url": None, "kafka_bootstrap": None, **more}
    return load_settings(SETTINGS, more).model_copy(update=own)


def _begun(folder: Path, now: datetime) -> datetime | None:
    """The moment the demonstration in `folder` began; null when there is none, or one that is too old."""
    note = folder / "started_at"
    if not note.exists():
        return None
    started = datetime.fromisoformat(note.read_text(encoding="utf-8").strip())
    return started if now - started < STALE_AFTER else None


def _first_start(folder: Path, now: datetime) -> datetime:
    """As `_begun`, but one that is too old is begun anew."""
    if began := _begun(folder, now):
        return began
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix != ".lock":  # whoever starts it holds them
            path.unlink()
    (folder / "started_at").write_text(now.isoformat(), encoding="utf-8")
    return now
