"""`make wheelhouse`: every wheel for a machine without internet, with its hash, and the script that installs them."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements/server.txt"


def main(program: Path, folder: Path) -> None:
    """`program`: our own wheel. What comes over the net is held against the hashes of `requirements/server.txt`."""
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel", "--use-pep517"]
    wanted = ["--no-deps", "--require-hashes", "--requirement", str(REQUIREMENTS), "--wheel-dir", str(folder)]
    subprocess.run([*pip, *wanted], check=True)
    shutil.copy(program, folder)
    shutil.copy(ROOT / "scripts/install", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("decisions", "pictures"))
    (folder / "requirements.txt").write_text("\n".join(_pinned(wheel) for wheel in sorted(folder.glob("*.whl"))) + "\n")
    sys.stdout.write(
        f"{folder}：{len(list(folder.glob('*.whl')))} 个 wheel；在目标机器上执行 sh {folder}/install /opt/xunjian\n"
    )


def _pinned(wheel: Path) -> str:
    """Of the file as it lies here: what had to be built has a hash of its own."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
