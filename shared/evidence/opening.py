"""The vault of the settings."""

from importlib import import_module
from pathlib import Path

from shared.evidence.folder import FolderVault
from shared.evidence.options import EvidenceSettings
from shared.evidence.vault import Vault

FOLDER = "evidence"


def vault_of(settings: EvidenceSettings, data_dir: Path) -> Vault:
    """Nothing is made or asked yet."""
    if settings.bucket is not None:
        # boto3 takes a fifth of a second and 20 MB of every process: only where there is a bucket.
        vault: Vault = import_module("shared.evidence.bucket").BucketVault(settings.bucket)
        return vault
    return FolderVault(folder_of(settings, data_dir))


def folder_of(settings: EvidenceSettings, data_dir: Path) -> Path:
    """Where a folder of evidence lies, also one that is left from before there was a bucket."""
    return settings.folder or data_dir / FOLDER
