"""Which shared libraries a program lacks, as the machine's own loader tells."""

import re
import subprocess
from pathlib import Path

_SECONDS = 10
_MISSING = re.compile(r"^\s*(\S+)\s+=>\s+not found", re.MULTILINE)
_BEHIND_SCRIPTS = ("/usr/lib/chromium/chromium", "/usr/lib64/chromium-browser/chromium-browser")
"""Where distributions keep the program that their start script runs."""


def missing_in(told: str) -> list[str]:
    """File names of libraries out of what `ldd` printed."""
    return list(dict.fromkeys(_MISSING.findall(told)))


def missing_libraries(program: Path) -> list[str]:
    """Empty also where nothing can be told: a script whose program is not known, or a machine without ldd."""
    binary = _binary_of(program)
    if binary is None:
        return []
    try:
        done = subprocess.run(  # noqa: S603
            ["ldd", str(binary)],  # noqa: S607
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return missing_in(done.stdout)


def _binary_of(program: Path) -> Path | None:
    """The program itself, or what a start script stands for: Debian's chromium, Google's chrome."""
    whole = program.resolve()
    beside = (whole.with_name("chrome"), *map(Path, _BEHIND_SCRIPTS))
    return next((path for path in (whole, *beside) if _is_elf(path)), None)


def _is_elf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False
