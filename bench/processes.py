"""CPU of this process and of all it started: Playwright's driver and every process of a browser."""

from contextlib import suppress

import psutil


class TreeCpu:
    """Processes that ended count with what they had used when last seen. `without`: a child that is not ours."""

    def __init__(self, without: int) -> None:
        self._without = without
        self._seen: dict[tuple[int, float], float] = {}

    def seconds(self) -> float:
        me = psutil.Process()
        for process in (me, *me.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                if process.pid != self._without:
                    times = process.cpu_times()
                    self._seen[process.pid, process.create_time()] = times.user + times.system
        return sum(self._seen.values())
