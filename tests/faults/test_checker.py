"""The checker says nothing of a run in which all went well, and finds what three planted mistakes break."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.cluster.checker import BREAKING, CUT, KILL, OPEN, RESOLVED, check
from demo.cluster.facts import Claim, Facts, Found, Observation, Told, Waiting
from demo.cluster.gathering import findings, observations_of, published, stored, waiting
from demo.cluster.history import History, Operation, Outcome, read_history
from demo.cluster.receiver import ROBOT, Receiver
from demo.internet import Internet
from demo.stories import demo_world
from demo.web import Request
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.engine import AlerterEngine
from services.alerter.parts import Parts
from services.alerter.routes import Route, Routes
from services.analyzer.__main__ import build as build_analyzer
from services.analyzer.judge import Judge
from services.collector.capture import Capture, Captured, Plan
from services.collector.platforms.weibo import Weibo
from shared.bus.sqlite import SqliteBus
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import Settings
from shared.storage.store import Store, open_store
from tests.builders import NOW, a_finding, a_post, a_probe, an_account
from tests.collector.collecting import Bench as CollectorBench
from tests.faults.planted import CommittingFirstBus, DeafDingTalk, FirstIsNewestWeibo, KilledError, dingtalk

SECOND = timedelta(seconds=1)
POST = Observation("post", "weibo/1001", "f1", NOW, "d1", "p1")
PROBE = Observation("probe", "weibo/1001", "f2", NOW)
SILENT = Found("AAAA0001", "weibo/1001", "silent_account", "2026-11-01", NOW)
SILENCE = Claim("weibo/1001", "silent_account", NOW - timedelta(days=6), is_due=True)
MESSAGE = Told("robot", "AAAA0001", OPEN, NOW + 3 * SECOND)
WELL = Facts(
    held=(POST, PROBE, PROBE),
    published={("weibo/1001", "p1", "d1")},
    stored=(POST, PROBE),
    shown={"weibo/1001": {"p1"}},
    claims=(SILENCE,),
    findings=(SILENT,),
    told=(MESSAGE, replace(MESSAGE, accepted=False)),
    channels=("robot",),
    lags={"analyzer": 0},
    logs=(("analyzer.log", "started"),),
    secrets={"hidden-word"},
)


def said(facts: Facts) -> list[str]:
    return [f"{one.invariant} {one.words}" for one in check(facts)]


def broken(op: str, target: str, after_seconds: float) -> Operation:
    moment = NOW + after_seconds * SECOND
    return Operation(op, target, moment, moment + SECOND)


def test_a_run_in_which_all_went_well() -> None:
    assert said(WELL) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(WELL, stored=(POST,)), "I1 probe 2026-11-21T04:00:00+00:00 is on the bus, not in the database"),
        (replace(WELL, held=(PROBE,)), "I1 post p1 (d1) was acknowledged and is not on the bus"),
        (replace(WELL, stored=(POST, POST, PROBE)), "I1 post p1 is stored twice"),
        (replace(WELL, shown={"weibo/1001": {"p1", "p2"}}), "I1 post p2 is online for all to see, and not in the database"),
        (replace(WELL, dead_letters={"observations": 2}), "I1 2 records were put aside as unreadable"),
        (replace(WELL, told=()), "I2 告警编号 AAAA0001 (silent_account) never reached robot"),
        (replace(WELL, told=(replace(MESSAGE, accepted=False),)), "I2 告警编号 AAAA0001 (silent_account) never reached robot"),
        (replace(WELL, waiting=(Waiting("AAAA0001", "robot", "dead", "HTTP 500"),)), "I2 robot: left dead HTTP 500"),
        (replace(WELL, lags={"analyzer": 3}), "I4 3 records are still waiting"),
        (replace(WELL, logs=(("a.log", "x=hidden-word"),)), "I5 secret 1 is in the log: x=***"),
    ],
)  # fmt: skip
def test_each_thing_that_may_go_wrong_is_named(facts: Facts, expected: str) -> None:
    assert said(facts) == [expected]


def test_what_holds_and_was_never_found() -> None:
    assert said(replace(WELL, findings=(), told=())) == ["I2 silent_account  holds, and no finding says so"]


def test_a_post_that_left_the_page_before_anybody_saw_it_is_nobodys_fault() -> None:
    claim = Claim("weibo/1001", "sensitive_word", NOW, post_id="p9", is_due=True)
    assert said(replace(WELL, claims=(SILENCE, claim))) == []
    seen = replace(POST, fingerprint="f9", post_id="p9")
    known = replace(WELL, claims=(SILENCE, claim), stored=(POST, PROBE, seen), held=(POST, PROBE, seen))
    assert said(known) == ["I2 sensitive_word p9 holds, and no finding says so"]


def test_a_version_that_came_back_is_no_repeat() -> None:
    edited, back = (replace(POST, at=NOW + count * SECOND, digest=digest) for count, digest in ((1, "d2"), (2, "d1")))
    assert said(replace(WELL, held=(POST, PROBE, edited, back), stored=(POST, edited, back, PROBE))) == []


def test_what_a_killed_collector_published_and_its_successor_saw_again_is_no_repeat() -> None:
    again = replace(POST, at=NOW + 60 * SECOND)
    twice = replace(WELL, held=(POST, PROBE, again), stored=(POST, again, PROBE))
    assert said(twice) == ["I1 post p1 is stored twice"]
    assert said(replace(twice, history=(broken(KILL, "collector-1", 1),))) == []


def test_who_was_told_that_it_began_is_told_that_it_ended() -> None:
    over = replace(
        WELL, claims=(replace(SILENCE, is_due=False),), findings=(replace(SILENT, closed_at=NOW + 9 * SECOND),)
    )
    assert said(over) == ["I2 robot was told that it began and never that it ended"]
    ended = Told("robot", "AAAA0001", RESOLVED, NOW + 20 * SECOND)
    assert said(replace(over, told=(MESSAGE, ended))) == []
    assert said(replace(over, told=())) == []


class TestRepeats:
    twice = replace(WELL, told=(MESSAGE, replace(MESSAGE, received_at=NOW + 60 * SECOND)))

    def test_without_a_reason_it_is_one_too_many(self) -> None:
        assert said(self.twice) == ["I2 robot was told open at 04:00:03 and 04:01:00, and nothing broke in between"]

    @pytest.mark.parametrize(
        "fault",
        [broken(KILL, "alerter-2", 3), broken("freeze", "postgres", 2), broken(CUT, "robot", 3)],
    )
    def test_when_its_sender_or_the_database_broke_it_is_allowed(self, fault: Operation) -> None:
        assert fault.op in BREAKING
        assert said(replace(self.twice, history=(fault,))) == []

    @pytest.mark.parametrize(
        "fault",
        [
            broken(KILL, "alerter-2", -30),
            broken(KILL, "alerter-2", 70),
            broken("terminate", "alerter-2", 3),
            broken(KILL, "collector-1", 3),
            broken(CUT, "hook", 3),
        ],
    )
    def test_what_broke_before_or_after_or_elsewhere_excuses_nothing(self, fault: Operation) -> None:
        assert len(said(replace(self.twice, history=(fault,)))) == 1

    def test_a_matter_that_came_up_again_is_news(self) -> None:
        again = replace(SILENT, opened_at=NOW + 50 * SECOND)
        both = (replace(SILENT, closed_at=NOW + 9 * SECOND), again)
        assert said(replace(self.twice, findings=both)) == []


class TestFalseAccusations:
    def test_an_account_whose_truth_never_crossed_the_threshold(self) -> None:
        words = "finding AAAA0001 of silent_account (2026-11-01), told 2 times, was never so"
        assert said(replace(WELL, claims=())) == [f"I3 {words}"]

    def test_it_crossed_only_later(self) -> None:
        later = replace(SILENCE, since=NOW + timedelta(minutes=1))
        assert [words[:2] for words in said(replace(WELL, claims=(later,)))] == ["I3"]

    def test_another_post_than_the_one_that_deserves_it(self) -> None:
        wrong = replace(SILENT, rule="sensitive_word", subject="p1")
        right = Claim("weibo/1001", "sensitive_word", NOW, post_id="p2")
        assert [words[:2] for words in said(replace(WELL, findings=(wrong,), claims=(right,)))] == ["I3"]

    def test_a_number_that_nobody_knows(self) -> None:
        stray = replace(MESSAGE, number="FFFF0000")
        assert said(replace(WELL, told=(MESSAGE, stray))) == ["I3 told 1 times of a finding that nobody made"]


def test_a_history_is_read_as_it_was_written_also_when_its_end_is_cut(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl", "42", lambda: NOW)
    history.note("publish", "weibo/1001", post="p1")
    with pytest.raises(ZeroDivisionError), history.doing("start", "broker-1"):
        raise ZeroDivisionError("no")
    with history.file.open("a", encoding="utf-8") as file:
        file.write('{"op": "kill", "target": "aler')
    assert read_history(history.file) == list(history.operations)
    assert [one.outcome for one in history.operations] == [Outcome.OK, Outcome.OK, Outcome.FAIL]
    assert history.operations[0].target == "42"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as opened:
        opened.accounts.upsert([an_account()], NOW)
        yield opened


def gathered(store: Store, folder: Path) -> Facts:
    with closing(SqliteBus(folder / "xunjian.db", "checker", lambda: NOW)) as bus:
        reader = bus.subscribe("checker", ["observations"])
        held = observations_of(reader.poll(0))
        reader.close()
        lags = {"analyzer": bus.lag("analyzer", ["observations"])}
    database = store.database
    return Facts(
        held=held,
        published=published(database),
        stored=stored(database),
        findings=findings(database),
        waiting=waiting(database, NOW),
        lags=lags,
    )


class TestCommitBeforeEffect:
    """An analyzer that is killed while it judges; another one goes on."""

    def run(self, kind: type[SqliteBus], store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        with closing(kind(folder / "xunjian.db", "test", lambda: NOW)) as bus:
            bus.publish([a_post(), a_probe(newest_post_at=NOW, post_ids=("p1",))])
            host = Host(Settings(data_dir=folder), store, bus, Metrics(), lambda: NOW)
            with monkeypatch.context() as killed:
                killed.setattr(Judge, "judge", _killed)
                doomed = build_analyzer(host)
                with pytest.raises(KilledError):
                    doomed.step(NOW)
                doomed._subscription.close()
            heir = build_analyzer(host)
            while heir.step(NOW):
                pass
            heir.close()
        return said(gathered(store, folder))

    def test_done_right_nothing_is_lost(self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(SqliteBus, store, tmp_path, monkeypatch) == []

    def test_done_wrong_it_is_found(self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(CommittingFirstBus, store, tmp_path, monkeypatch) == [
            "I1 post p1 is on the bus, not in the database",
            "I1 probe 2026-11-21T04:00:00+00:00 is on the bus, not in the database",
        ]


def _killed(*_: object) -> object:
    raise KilledError


class TestIgnoredErrcode:
    """A robot that answers HTTP 200 and refuses the first message in its body."""

    def run(self, kind: type[DingTalk], store: Store, folder: Path) -> list[str]:
        finding = a_finding()
        troubles = iter(["busy"])
        with ExitStack() as stack:
            bus = stack.enter_context(closing(SqliteBus(folder / "xunjian.db", "test", lambda: NOW)))
            robot = stack.enter_context(Receiver(lambda: NOW, lambda *_: next(troubles, "")))
            with store.judgements.judging() as judging:
                judging.open(finding)
            bus.publish([finding])
            url = robot.settings[ROBOT]["base_url"]
            alerter = AlerterEngine(
                bus,
                Parts.of(store),
                Routes((Route(channels=(ROBOT,)),), ()),
                {ROBOT: dingtalk(kind, url, robot.token)},
                Metrics(),
                owner="alerter-1",
                patience_seconds=60,
            )
            stack.callback(alerter.close)
            for minute in range(10):
                alerter.step(NOW + timedelta(minutes=minute))
            claim = Claim(finding.key, finding.rule, NOW)
            facts = replace(gathered(store, folder), told=robot.told, channels=(ROBOT,), claims=(claim,))
        return said(facts)

    def test_done_right_it_is_told_again(self, store: Store, tmp_path: Path) -> None:
        assert self.run(DingTalk, store, tmp_path) == []

    def test_done_wrong_it_is_found(self, store: Store, tmp_path: Path) -> None:
        number = a_finding().number
        assert self.run(DeafDingTalk, store, tmp_path) == [f"I2 告警编号 {number} (silent_account) never reached robot"]


class InternetVisitor:
    """What a browser would bring from the stand-in's answers, without one."""

    def __init__(self, internet: Internet, at: datetime) -> None:
        self._internet = internet
        self._at = at

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        captures = []
        for url in plan.fetch:
            host, _, rest = url.removeprefix("https://").partition("/")
            path, _, query = rest.partition("?")
            words = dict(part.split("=", 1) for part in query.split("&"))
            answer = self._internet.answer(Request("GET", host, f"/{path}", words, {"SUB": "visitor"}))
            assert answer is not None
            captures.append(Capture(url=url, status=answer.status, body=answer.body, at=self._at))
        return Captured(captures=tuple(captures), final_url=plan.page)

    def hurry(self, seconds: float) -> None:
        """It answers at once."""

    def close(self) -> None:
        """Nothing is held."""


class TestFirstIsNewest:
    """The account whose old pinned item stands first, and that publishes every other day."""

    def run(self, kind: type[Weibo], folder: Path) -> list[str]:
        collector = CollectorBench(folder)
        pinning = an_account("1000004", name="青禾文旅")
        collector.store.accounts.upsert([pinning], NOW)
        collector.looker._platforms = collector.engine._platforms = {"weibo": kind()}
        collector.looker._visitor = InternetVisitor(Internet(demo_world(NOW)), NOW)
        assert collector.engine.step(NOW)
        analyzer = build_analyzer(
            Host(Settings(data_dir=folder), collector.store, collector.bus, Metrics(), lambda: NOW)
        )
        while analyzer.step(NOW):
            pass
        analyzer.close()
        facts = gathered(collector.store, folder)
        collector.close()
        return [words[:22] for words in said(facts)]

    def test_done_right_nobody_is_accused(self, tmp_path: Path) -> None:
        assert self.run(Weibo, tmp_path) == []

    def test_done_wrong_it_is_found(self, tmp_path: Path) -> None:
        accused = self.run(FirstIsNewestWeibo, tmp_path)
        assert {words[:2] for words in accused} == {"I3"}
