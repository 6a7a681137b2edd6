"""One operation on one filled store, in a process of its own so that its memory is its own. Prints JSON.

`python -m bench.scale.trial OPERATION URL ACCOUNTS POSTS ROUND NOW`; the operation `fill` makes the store.
"""

import json
import os
import resource
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import typer

from bench.scale.filling import fill
from bench.scale.operations import OPERATIONS, Spent
from shared.clock import utc_now
from shared.runtime.logs import configure_logs
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings


def main(operation: str, url: str, size: tuple[int, int], number: int, now: datetime) -> dict[str, object]:
    """What was spent, `peak_mb` (resident, of this process); of `fill` also the rows by table.

    `size`: accounts, posts of each.
    """
    started = time.perf_counter()
    more: dict[str, object] = {}
    with Path(os.devnull).open("w") as nowhere:
        configure_logs("json", "error", nowhere)
        if operation == "fill":
            more["rows"] = fill(url, *size, now)
            spent = Spent(time.perf_counter() - started)
        else:
            with tempfile.TemporaryDirectory() as folder:
                settings = Settings(data_dir=Path(folder), database_url=url, metrics_port=0, log_level="error")
                with open_host(settings, utc_now, "bench") as host:
                    spent = OPERATIONS[operation](host, size[0], number, now)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**spent._asdict(), "peak_mb": peak, **more}


if __name__ == "__main__":
    _, what, where, *numbers, moment = sys.argv
    accounts, posts, which = map(int, numbers)
    typer.echo(json.dumps(main(what, where, (accounts, posts), which, datetime.fromisoformat(moment))))
