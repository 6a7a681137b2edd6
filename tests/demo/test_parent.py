"""A cluster that `make` started ends with it."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from demo.cluster.parent import end_with_make
from tests.paths import ROOT

RUN = """
import threading
from demo.cluster.parent import end_with_make
stop = threading.Event()
end_with_make(stop)
print("ready", flush=True)
stop.wait()
print("ended", flush=True)
"""


def test_a_make_that_is_killed_ends_the_run() -> None:
    command = ["/bin/sh", "-c", f"\"{sys.executable}\" -c '{RUN}'; true"]
    environment = {**os.environ, "MAKELEVEL": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as make:
        assert make.stdout is not None
        assert make.stdout.readline() == "ready\n"
        make.send_signal(signal.SIGKILL)
        assert make.stdout.read() == "ended\n"


def test_without_make_nobody_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threading.active_count()
    monkeypatch.delenv("MAKELEVEL", raising=False)
    end_with_make(threading.Event())
    assert threading.active_count() == before
