"""A channel that never returns harms itself only: it is named, and no process waits for it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from services.alerter import dispatch
from services.alerter.channels.base import Channel
from services.alerter.message import Message
from shared.errors import TransientError
from tests.alerter.alerting import MINUTE, Bench, bench, bus, store
from tests.builders import NOW, a_finding
from tests.paths import ROOT

__all__ = ["bench", "bus", "store"]

released = threading.Event()


class Hanging(Channel):
    def send(self, message: Message, now: datetime) -> str:
        released.wait()
        return ""


@pytest.fixture(autouse=True)
def _release() -> Iterator[None]:
    released.clear()
    yield
    released.set()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "HUNG_SECONDS", 0.5)
    monkeypatch.setattr(dispatch, "CLOSING_SECONDS", 0.5)


@pytest.mark.usefixtures("_impatient")
def test_the_others_are_told_and_it_is_named_and_left_behind(bench: Bench) -> None:
    alerter = bench.alerter(ding=Hanging())
    bench.open(a_finding())
    while len(bench.mail.messages) < 1:
        alerter.drain(NOW)
    with pytest.raises(TransientError, match="渠道 ding 一直没有返回"):
        alerter.check()
    bench.open(a_finding("later"))
    while len(bench.mail.messages) < 2:
        alerter.drain(NOW + MINUTE)
    alerter.close()


def test_no_process_waits_for_it_at_its_end() -> None:
    hangs = """
import threading, time
from datetime import timedelta
from services.alerter import dispatch
from shared.clock import utc_now

class Courier:
    def round(self, now, early):
        time.sleep(1000)

dispatch.HUNG_SECONDS = dispatch.CLOSING_SECONDS = 0.1
hanging = dispatch.Dispatch({"ding": Courier()}, threading.Event())
hanging.round(utc_now(), timedelta(0), None)
hanging.close()
"""
    subprocess.run([sys.executable, "-c", hangs], cwd=ROOT, timeout=60, check=True, capture_output=True)
