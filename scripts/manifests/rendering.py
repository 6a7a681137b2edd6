"""The manifests as `kubectl kustomize` renders them, or `kustomize build` where there is no kubectl."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
OVERLAYS = ("small", "production")


def renderer() -> list[str]:
    """The words to which a folder is added; none where nothing can render."""
    words = (["kubectl", "kustomize"], ["kustomize", "build"])
    return next((command for command in words if shutil.which(command[0])), [])


def render(folder: Path) -> str:
    """Raises RuntimeError with what the renderer says."""
    done = subprocess.run([*renderer(), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        raise RuntimeError(done.stderr.strip())
    return done.stdout
