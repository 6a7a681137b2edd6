"""The parts of `make cluster` that need no cluster: what is done to whom, what is true, what the other side takes."""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from demo.cluster import house
from demo.cluster.chaos import Chaos
from demo.cluster.checker import CUT, FREEZE, KILL, OPEN, RESOLVED, TERMINATE
from demo.cluster.facts import Told
from demo.cluster.history import History, Outcome
from demo.cluster.receiver import HOOK, ROBOT, Receiver
from demo.cluster.schedule import Fault, schedule
from demo.cluster.service import Service
from demo.cluster.teller import Teller
from demo.cluster.trouble import Trouble
from demo.stories import demo_world
from scripts.cluster import Run
from services.alerter.building import build_channels
from services.alerter.channels.base import Channel
from services.alerter.message import Message, MessageEvent
from shared.errors import InputError, TransientError
from shared.events import Severity
from tests.builders import NOW, a_finding
from tests.demo.eventually import eventually

TARGETS = ["collector-1", "analyzer-1", "alerter-1", "reporter-1", "broker-1", "broker-2", "broker-3", "postgres"]


class TestSchedule:
    def test_one_seed_is_one_schedule(self) -> None:
        assert schedule("7", 600, TARGETS) == schedule("7", 600, TARGETS)
        assert schedule("7", 600, TARGETS) != schedule("8", 600, TARGETS)

    def test_in_ten_minutes_everything_is_broken_in_every_way(self) -> None:
        faults = schedule("7", 600, TARGETS)
        assert {target for fault in faults for target in fault.targets} == set(TARGETS)
        assert {fault.op for fault in faults} == {KILL, FREEZE, TERMINATE}
        assert any(len(fault.targets) == 2 for fault in faults)
        assert all(fault.at < 600 for fault in faults)
        assert not any(
            fault.op == TERMINATE and fault.targets[0].startswith(("broker", "postgres")) for fault in faults
        )


class Dummy:
    """A broker that remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.is_running = True
        self.is_frozen = False

    def kill(self) -> None:
        self.done.append("kill")

    def freeze(self) -> None:
        self.done.append("freeze")

    def begin(self) -> None:
        self.done.append("begin")


def test_what_is_broken_is_made_whole_and_written_down(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl", "1", lambda: NOW)
    one, other = Dummy(), Dummy()
    faults = [Fault(0, FREEZE, ("broker-1",), 0.2), Fault(0, KILL, ("broker-1", "broker-2"), 60)]
    chaos = Chaos(faults, {}, {"broker-1": one, "broker-2": other}, history, lambda: NOW)
    chaos.step()
    assert (one.done, other.done, chaos.skipped) == (["freeze"], ["kill"], 1)
    time.sleep(0.25)
    chaos.step()
    assert one.done == ["freeze", "begin"]
    assert not chaos.is_whole
    chaos.heal()
    assert chaos.is_whole
    assert [(done.op, done.target) for done in history.operations[1:]] == [(FREEZE, "broker-1"), (KILL, "broker-2")]


class Obstinate(Service):
    """A process of ours with other words inside."""

    def __init__(self, folder: Path, words: str) -> None:
        (folder / "logs").mkdir(exist_ok=True)
        super().__init__("reporter", 1, 0, folder, {})
        self._child.command = (sys.executable, "-c", words)


def test_one_that_dies_is_started_again_and_its_death_is_remembered(tmp_path: Path) -> None:
    service = Obstinate(tmp_path, "raise SystemExit(3)")
    service.start()
    assert eventually(lambda: not service.is_running)
    assert eventually(service.keep_alive)
    assert service.deaths == [3]
    service.end()


def test_one_that_was_killed_did_not_die_by_itself(tmp_path: Path) -> None:
    service = Obstinate(tmp_path, "import time; time.sleep(600)")
    service.start()
    service.kill()
    assert eventually(service.keep_alive)
    assert service.deaths == []
    service.end()


def test_an_order_to_end_that_ends_in_an_error_is_a_failure(tmp_path: Path) -> None:
    words = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print('up', flush=True); time.sleep(600)"
    service = Obstinate(tmp_path, words)
    service.start()
    assert eventually(lambda: "up" in service.log.read_text())
    history = History(tmp_path / "history.jsonl", "1", lambda: NOW)
    chaos = Chaos([Fault(0, TERMINATE, ("reporter-1",), 0)], {"reporter-1": service}, {}, history, lambda: NOW)
    chaos.step()
    assert eventually(lambda: chaos.is_whole)
    assert (history.operations[-1].outcome, history.operations[-1].detail["status"]) == (Outcome.FAIL, "7")
    service.end()


@pytest.mark.parametrize(("said", "outcome"), [("", Outcome.OK), ("print('up', flush=True)", Outcome.FAIL)])
def test_who_has_not_begun_may_end_on_the_spot(tmp_path: Path, said: str, outcome: Outcome) -> None:
    service = Obstinate(tmp_path, f"import time; {said}\nopen('{tmp_path}/ready', 'w').close(); time.sleep(600)")
    service.start()
    assert eventually((tmp_path / "ready").exists)
    history = History(tmp_path / "history.jsonl", "1", lambda: NOW)
    chaos = Chaos([Fault(0, TERMINATE, ("reporter-1",), 0)], {"reporter-1": service}, {}, history, lambda: NOW)
    chaos.step()
    assert eventually(lambda: chaos.is_whole)
    assert (history.operations[-1].outcome, history.operations[-1].detail["status"]) == (outcome, "-15")
    service.end()


class Visiting:
    """Visits, of which one is under way at first."""

    def __init__(self) -> None:
        self.under_way = ["collector-1"]
        self.asked: list[object] = []

    def owners(self) -> list[str]:
        return self.under_way

    def make_all_due(self, now: object) -> None:
        self.asked.append(now)


def test_the_last_visit_to_all_is_asked_for_when_none_is_under_way_that_met_an_earlier_trouble() -> None:
    visits = Visiting()
    run = Run(Mock(), Mock(store=Mock(visits=visits), clock=lambda: NOW), Mock(), threading.Event())
    assert run.ask_all() is None
    visits.under_way = []
    assert run.ask_all() is not None
    assert visits.asked == [NOW]


def stands_still(service: Service) -> bool:
    first = service.seconds_since_told
    return first == service.seconds_since_told


def test_how_long_an_end_took_does_not_depend_on_when_anybody_looks(tmp_path: Path) -> None:
    service = Obstinate(tmp_path, "import time; print('up', flush=True); time.sleep(60)")
    service.start()
    assert eventually(lambda: "up" in service.log.read_text())
    service.terminate()
    assert eventually(lambda: service.status is not None)
    assert eventually(lambda: stands_still(service))
    service.end()


class TestTeller:
    def teller(self, folder: Path, seed: str = "1") -> Teller:
        history = History(folder / f"history-{seed}.jsonl", seed, lambda: NOW)
        return Teller(demo_world(NOW), seed, NOW, history)

    def test_at_first_twelve_accounts_deserve_a_word(self, tmp_path: Path) -> None:
        claims = self.teller(tmp_path).claims
        assert len({claim.key for claim in claims}) == 12
        (slow,) = {claim.rule for claim in claims if not claim.is_due}
        assert slow == "account_gone"
        assert all(claim.since < NOW for claim in claims)

    def test_what_it_publishes_is_shown_and_what_it_says_is_claimed(self, tmp_path: Path) -> None:
        teller = self.teller(tmp_path)
        before, claimed = teller.shown(), len(teller.claims)
        for second in range(60):
            teller.step(NOW + timedelta(seconds=second))
        teller.calm()
        assert teller.shown() != before
        assert teller.shown().keys() == before.keys()
        assert len(teller.claims) > claimed
        assert not any(claim.is_due for claim in teller.claims if claim.rule == "account_renamed")

    def test_who_shows_no_list_owes_none(self, tmp_path: Path) -> None:
        shown = self.teller(tmp_path).shown()
        assert "weibo/1000005" not in shown
        assert len(shown) == 19


class TestReceiver:
    @pytest.fixture
    def message(self) -> Message:
        number = a_finding().number
        return Message(
            unit="青禾县政府办", title="【巡检提醒】青禾发布", lines=(f"编号：{number}、0A1B2C3D　核查时间",),
            severity=Severity.VETO, at=NOW, numbers=(number, "0A1B2C3D"),
        )  # fmt: skip

    def channels(self, receiver: Receiver) -> dict[str, Channel]:
        return build_channels(receiver.settings, None)

    @pytest.mark.parametrize("name", [ROBOT, HOOK])
    def test_what_it_took_it_remembers(self, name: str, message: Message) -> None:
        with Receiver(lambda: NOW) as receiver:
            self.channels(receiver)[name].send(message, NOW)
            over = message.model_copy(update={"event": MessageEvent.RESOLUTION, "title": "【巡检恢复】青禾发布"})
            self.channels(receiver)[name].send(over, NOW)
        numbers = message.numbers
        assert receiver.told == tuple(Told(name, one, status, NOW) for status in (OPEN, RESOLVED) for one in numbers)

    @pytest.mark.parametrize("name", [ROBOT, HOOK])
    @pytest.mark.parametrize(("trouble", "accepted"), [("busy", False), ("cut", True)])
    def test_what_it_refused_or_did_not_confirm_is_tried_again(
        self, name: str, trouble: str, accepted: bool, message: Message
    ) -> None:
        with Receiver(lambda: NOW, lambda *_: trouble) as receiver, pytest.raises(TransientError):
            self.channels(receiver)[name].send(message, NOW)
        assert {one.accepted for one in receiver.told} == {accepted}

    def test_a_forged_message_is_not_taken(self) -> None:
        with Receiver(lambda: NOW) as receiver:
            url = receiver.settings[HOOK]["url"]
            heads = {"X-Xunjian-Timestamp": "1", "X-Xunjian-Signature": "sha256=0"}
            forged = urllib.request.Request(url, json.dumps({}).encode(), heads)
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(forged, timeout=10)
        assert receiver.told == ()


def test_lost_answers_are_in_the_history(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl", "1", lambda: NOW)
    trouble = Trouble("1", history, is_on=True)
    drawn = [trouble(ROBOT, [str(number)]) for number in range(300)]
    assert set(drawn) == {"", "busy", "cut"}
    assert sum(done.op == CUT for done in history.operations) == drawn.count("cut")
    trouble.is_on = False
    assert {trouble(ROBOT, []) for _ in range(100)} == {""}


def test_no_matter_and_no_channel_is_refused_so_often_that_a_run_would_not_see_it_told(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl", "1", lambda: NOW)
    trouble = Trouble("1", history, is_on=True)
    of_a_matter = [bool(trouble(ROBOT, ["E73472E3"])) for _ in range(300)]
    of_a_channel = [bool(trouble(HOOK, [str(number)])) for number in range(3000)]
    assert sum(of_a_matter) == 2
    assert "110" in (in_a_row := "".join(str(int(one)) for one in of_a_channel))
    assert "111" not in in_a_row


def test_what_is_lacking_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "missing_programs", lambda: ["java"])
    monkeypatch.setattr(house, "programs", lambda: None)
    with pytest.raises(
        InputError, match=r"缺少 Java 17 .*PostgreSQL.*apt-get install default-jre-headless maven postgresql"
    ):
        house.refuse_lacking()
