"""What the browser's processes take of this machine's memory, asked of the system (Linux)."""

from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROCESSES = Path("/proc")


class Memory(NamedTuple):
    """In bytes. `rss` counts what processes share once for each of them, `pss` once."""

    rss: int
    pss: int


def tree_memory(pid: int, processes: Path = _PROCESSES) -> Memory | None:
    """Of a process and all that it began; null when it is gone, or the system does not tell."""
    told = [memory for one in _tree(pid, processes) if (memory := _memory(processes / str(one)))]
    return Memory(sum(one.rss for one in told), sum(one.pss for one in told)) if told else None


def _tree(pid: int, processes: Path) -> list[int]:
    children = defaultdict(list)
    for folder in processes.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            children[_parent(folder)].append(int(folder.name))
    found = [pid]
    for one in found:
        found += children[one]
    return found


def parent_of(pid: int, processes: Path = _PROCESSES) -> int | None:
    """Null when the process is gone, or the system does not tell."""
    try:
        return _parent(processes / str(pid))
    except (OSError, ValueError, IndexError):
        return None


def _parent(folder: Path) -> int:
    """The name stands in brackets and may hold anything; state and parent follow it."""
    return int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])


def _memory(folder: Path) -> Memory | None:
    """Null for a process that ended meanwhile."""
    try:
        lines = (folder / "smaps_rollup").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    told = {name: rest for name, _, rest in (line.partition(":") for line in lines)}
    try:
        return Memory(*(int(told[name].split()[0]) * 1024 for name in ("Rss", "Pss")))
    except (KeyError, IndexError, ValueError):
        return None
