"""An alerter killed with SIGKILL before and after the message left: never lost, and in a folder never doubled."""

import os
import secrets
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from services.alerter.channels.inbox import Inbox
from services.alerter.engine import AlerterEngine
from services.alerter.parts import Parts
from services.alerter.routes import Route, Routes
from shared.bus.sqlite import SqliteBus
from shared.events import FindingStatus
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


def engine(folder: Path, *, holding: bool = True) -> AlerterEngine:
    """An alerter on the store and inbox in `folder`, whose bus holds two findings of one unit; `holding`: which hold."""
    store = open_store(f"sqlite:///{folder}/xunjian.db")
    findings = [a_finding("a"), a_finding("b")]
    store.accounts.upsert([an_account()], NOW)
    with store.judgements.judging() as judging:
        for finding in findings if holding else ():
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


@pytest.mark.fault(3)
@pytest.mark.parametrize("place", ["before", "after"])
def test_what_a_killed_alerter_may_have_told_is_told_to_be_over(tmp_path: Path, place: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), place], env=environment, check=False, cwd=ROOT)
    over = [a_finding(subject, status=FindingStatus.RESOLVED, at=NOW + timedelta(seconds=5)) for subject in "ab"]
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store, store.judgements.judging() as judging:
        for finding in over:
            judging.close(finding, finding.at, FindingStatus.RESOLVED)
    with closing(SqliteBus(tmp_path / "xunjian.db", "test", lambda: NOW)) as bus:
        bus.publish(over)
    for minutes in (2, 4):
        with closing(engine(tmp_path, holding=False)) as alerter:
            alerter.drain(NOW + timedelta(minutes=minutes))
    told = {file.name.split("_")[1] for file in (tmp_path / "inbox").iterdir()}
    assert told == ({"巡检提醒", "巡检恢复"} if place == "after" else {"巡检恢复"})
