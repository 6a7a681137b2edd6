"""The manifests as `kubectl kustomize` renders them."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
OVERLAYS = ("small", "production")
SMALLEST = "base"


def kubectl() -> str | None:
    return shutil.which("kubectl")


def render(folder: Path) -> str:
    """Raises RuntimeError with what kubectl says."""
    done = subprocess.run(
        [kubectl() or "kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode or done.stderr.strip():
        raise RuntimeError(done.stderr.strip())
    return done.stdout
