"""Where the folders of a backup lie."""

from pathlib import Path

from shared.evidence.opening import FOLDER, folder_of
from shared.runtime.settings import Settings


def folder_in(settings: Settings, name: str) -> Path:
    """In the data folder, but for evidence that is kept elsewhere."""
    return folder_of(settings.evidence, settings.data_dir) if name == FOLDER else settings.data_dir / name
