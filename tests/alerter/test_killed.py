"""An alerter killed with SIGKILL before and after the message left: never lost, and in a folder never doubled."""

import os
import secrets
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.alerter.channels.inbox import Inbox
from services.alerter.engine import AlerterEngine
from services.alerter.parts import Parts
from services.alerter.routes import Route, Routes
from shared.bus.sqlite import SqliteBus
from shared.runtime.metrics import Metrics
from shared.storage.store import open_store
from tests.builders import NOW, a_finding, an_account
from tests.paths import ROOT

CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from services.alerter.message import Message
from services.alerter.channels.inbox import Inbox
from tests.alerter.test_killed import engine
from tests.builders import NOW

folder, place = Path(sys.argv[1]), sys.argv[2]
send = Inbox.send

def killed(self: Inbox, message: Message, now: datetime) -> None:
    if place == "after":
        send(self, message, now)
    os.kill(os.getpid(), signal.SIGKILL)

Inbox.send = killed
engine(folder).drain(NOW)
"""


def engine(folder: Path) -> AlerterEngine:
    """An alerter on the store and inbox in `folder`, whose bus holds two findings of one unit."""
    store = open_store(f"sqlite:///{folder}/xunjian.db")
    findings = [a_finding("a"), a_finding("b")]
    store.accounts.upsert([an_account()], NOW)
    with store.judgements.judging() as judging:
        for finding in findings:
            judging.open(finding)
    routes = Routes((Route(channels=("inbox",)),), ())
    metrics = Metrics()
    channels = {"inbox": Inbox(folder=folder / "inbox")}
    bus = SqliteBus(folder / "xunjian.db", "test", lambda: NOW)
    bus.publish(findings)
    return AlerterEngine(bus, Parts.of(store), routes, channels, metrics, owner=secrets.token_hex(4))


@pytest.mark.fault(3, 4)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_killed_alerter_is_made_good_by_the_next_one(tmp_path: Path, place: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), place], env=environment, check=False, cwd=ROOT)
    assert child.returncode == -signal.SIGKILL
    assert len(list((tmp_path / "inbox").glob("*"))) == (place == "after")
    for minutes in (1, 2):
        alerter = engine(tmp_path)
        alerter.drain(NOW + timedelta(minutes=minutes))
        alerter.close()
    (message,) = (tmp_path / "inbox").iterdir()
    assert all(a_finding(subject).number in message.read_text("utf-8") for subject in "ab")
