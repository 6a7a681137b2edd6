"""`POST /hooks/alertmanager` over real HTTP, down to what the operators read."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from services.alerter import hook as module
from services.alerter.hook import PATH, AlertmanagerHook
from shared.errors import TransientError
from shared.runtime import hooks as shared_hooks
from shared.runtime import http_request
from shared.runtime.health import HealthServer
from shared.runtime.hooks import Hooks
from shared.runtime.vitals import Vitals
from shared.storage.store import open_store
from tests.alerter.alerting import Bench, bench, bus, store
from tests.builders import NOW

__all__ = ["bench", "bus", "store"]
TOKEN = "canary-token-0123456789"
MINUTE = timedelta(minutes=1)
Body = dict[str, Any]


class Hooked:
    """A bench whose alerter serves the hook, at a time of its own."""

    def __init__(self, bench: Bench, tokens: dict[str, str]) -> None:
        self.bench = bench
        self.now = NOW
        self.hooks = Hooks(tokens, time.monotonic)
        self.hooks.register(PATH, AlertmanagerHook(bench.store.notices, bench.metrics, lambda: self.now))
        self.server = HealthServer("127.0.0.1", 0, bench.metrics, Vitals(), self.hooks)

    def post(self, body: Body | bytes, token: str | None = TOKEN, path: str = PATH) -> tuple[int, str]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", raw, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def told(self) -> list[str]:
        self.bench.engine.step(self.now)
        return [message.text for message in self.bench.ops.messages]

    def talk(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as connection:
            connection.sendall(request)
            received = b""
            while more := connection.recv(65536):
                received += more
        return received


@pytest.fixture
def hooked(bench: Bench) -> Iterator[Hooked]:
    one = Hooked(bench, {PATH: TOKEN})
    yield one
    one.server.close()


def an_alert(name: str = "XunjianPlatformBlocked", status: str = "firing", **fields: object) -> Body:
    said = {
        "summary": f"{name} 整个平台拒绝核查",
        "description": "请耐心等待。",
        "runbook": f"docs/监控.md#{name.lower()}",
    }
    own = {"labels": {"alertname": name, "severity": "critical", "platform": "weibo"}, "annotations": said}
    times = {"startsAt": "2026-11-21T03:00:00.123456789Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": name}
    return {"status": status, **own, **times, "generatorURL": "http://prometheus/graph"} | fields


def a_notification(*alerts: Body, **fields: object) -> Body:
    group = {"version": "4", "groupKey": '{}:{alertname="XunjianPlatformBlocked"}', "truncatedAlerts": 0}
    rest = {
        "receiver": "xunjian",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://am",
    }
    return {**group, "status": "firing", **rest, "alerts": list(alerts or (an_alert(),))} | fields


def test_an_alert_reaches_the_operators_and_its_end_too(hooked: Hooked) -> None:
    assert hooked.post(a_notification())[0] == 202
    (first,) = hooked.told()
    assert first.startswith(
        "【巡检运维】1项需要处理\n〔严重〕XunjianPlatformBlocked 整个平台拒绝核查（2026-11-21 11:00起）：请耐心等待。"
    )
    assert "docs/监控.md#xunjianplatformblocked" in first
    over = a_notification(an_alert(status="resolved"), status="resolved")
    assert hooked.post(over)[0] == 202
    assert hooked.told()[1].startswith("【巡检运维】1项已恢复\n〔已恢复〕XunjianPlatformBlocked")


def test_a_copy_is_told_once_and_a_repeat_again(hooked: Hooked) -> None:
    assert [hooked.post(a_notification())[0] for _ in range(3)] == [202, 200, 200]
    assert len(hooked.told()) == 1
    hooked.now += 5 * MINUTE
    assert hooked.post(a_notification())[0] == 200
    hooked.now += timedelta(hours=4)
    assert hooked.post(a_notification())[0] == 202
    assert len(hooked.told()) == 2


def test_what_joins_a_group_or_comes_back_is_news(hooked: Hooked) -> None:
    hooked.post(a_notification())
    assert hooked.post(a_notification(an_alert(), an_alert("XunjianCoverageLow")))[0] == 202
    assert hooked.post(a_notification(an_alert(startsAt="2026-11-21T03:30:00Z")))[0] == 202


def test_another_number_of_alerts_left_out_is_news_once(hooked: Hooked) -> None:
    hooked.post(a_notification(truncatedAlerts=7))
    hooked.told()
    assert [hooked.post(a_notification(truncatedAlerts=left))[0] for left in (7, 9, 9)] == [200, 202, 200]
    assert [message.splitlines()[-1][:5] for message in hooked.told()] == ["另有7条，", "另有9条，"]


def test_it_is_kept_before_it_is_answered_and_told_by_the_next_alerter(hooked: Hooked) -> None:
    hooked.post(a_notification())
    hooked.bench.restart()
    assert len(hooked.told()) == 1


def test_a_storm_is_one_message_with_what_matters_first(hooked: Hooked) -> None:
    many = [an_alert(f"A{number}", labels={"alertname": "A", "n": str(number)}) for number in range(500)]
    hooked.post(a_notification(an_alert(status="resolved"), *many, truncatedAlerts=7))
    (told,) = hooked.told()
    lines = told.splitlines()
    assert len(lines) == 12
    assert lines[-1] == "另有498条，见 Alertmanager。"
    assert not any("已恢复" in line for line in lines)


def test_a_group_that_grew_before_it_was_told_is_told_once_and_every_alert_counted(hooked: Hooked) -> None:
    hooked.post(a_notification())
    hooked.post(a_notification(an_alert(), an_alert("XunjianCoverageLow"), an_alert("XunjianCoverageLow")))
    (told,) = hooked.told()
    assert told.splitlines()[0] == "【巡检运维】3项需要处理"
    assert len(told.splitlines()) == 4
    many = [an_alert(f"A{number}", labels={"alertname": "A", "n": str(number)}) for number in range(6000)]
    hooked.post(a_notification(*[{**one, "annotations": {}} for one in many[:10]], groupKey="b"))
    hooked.post(a_notification(*[{**one, "annotations": {}} for one in many[:900]], truncatedAlerts=5100, groupKey="b"))
    assert hooked.told()[1].splitlines()[0] == "【巡检运维】6000项需要处理"


def test_what_was_over_before_anybody_was_told_is_told_as_over(hooked: Hooked) -> None:
    hooked.post(a_notification())
    hooked.now += MINUTE
    hooked.post(a_notification(an_alert(status="resolved"), status="resolved"))
    (told,) = hooked.told()
    assert told.splitlines()[0] == "【巡检运维】1项已恢复"
    assert len(told.splitlines()) == 2


def test_what_still_holds_is_told_whatever_is_over(hooked: Hooked) -> None:
    douyin = {"alertname": "XunjianPlatformBlocked", "platform": "douyin"}
    hooked.post(a_notification(an_alert(), an_alert("XunjianCoverageLow")))
    hooked.post(a_notification(an_alert(labels=douyin), groupKey="another"))
    hooked.now += MINUTE
    hooked.post(a_notification(an_alert(status="resolved"), status="resolved"))
    hooked.now += MINUTE
    hooked.post(a_notification(an_alert(startsAt="2026-11-21T05:00:00Z")))
    (told,) = hooked.told()
    assert told.splitlines()[0] == "【巡检运维】4项需要处理，1项已恢复"
    assert "XunjianCoverageLow" in told


def test_text_is_hostile(hooked: Hooked) -> None:
    evil = {"summary": "一\n【巡检提醒】假消息\u202e\x00" + "长" * 5000, "description": "<@all>"}
    assert hooked.post(a_notification(an_alert(annotations=evil)))[0] == 202
    (told,) = hooked.told()
    assert len(told.splitlines()) == 2
    assert len(told) < 600
    assert "\u202e" not in told


def test_no_secret_of_an_annotation_goes_on(hooked: Hooked) -> None:
    leaks = "https://oapi.dingtalk.com/robot/send?access_token=CANARY1 postgresql+psycopg://xunjian:CANARY2@db/x"
    told = {"summary": f"失败 {leaks}", "description": leaks, "runbook": "https://wiki.example/a?token=CANARY3"}
    hooked.post(a_notification(an_alert(annotations=told)))
    assert "CANARY" not in hooked.told()[0]


def test_alerts_without_a_summary_are_told_apart_by_their_labels(hooked: Hooked) -> None:
    disks = [{"alertname": "DiskFull", "severity": "warning", "instance": name} for name in ("甲", "乙")]
    blank = an_alert("C", labels={"alertname": " \u200b", "job": "x"}, annotations={"summary": " \u200b "})
    hooked.post(a_notification(*[an_alert(str(labels), labels=labels, annotations={}) for labels in disks], blank))
    lines = hooked.told()[0].splitlines()[1:]
    assert [line.split("（")[0] for line in lines] == [
        "〔注意〕DiskFull instance=甲",
        "〔注意〕DiskFull instance=乙",
        "〔提醒〕未命名的告警 job=x",
    ]


def test_of_several_groups_the_gravest_comes_first(hooked: Hooked) -> None:
    for number in range(6):
        labels = {"alertname": f"A{number}", "severity": "critical" if number == 3 else "info"}
        hooked.post(a_notification(an_alert(f"A{number}", labels=labels), groupKey=str(number)))
    assert hooked.told()[0].splitlines()[1].startswith("〔严重〕A3")


def test_refusals_name_settings_that_exist(hooked: Hooked) -> None:
    assert "hooks.token" not in hooked.post(a_notification(), "wrong")[1] + hooked.post(b"{}", path="/hooks/x")[1]


def test_without_a_token_there_is_no_way_in(bench: Bench) -> None:
    shut = Hooked(bench, {})
    try:
        assert shut.post(a_notification())[0] == 404
    finally:
        shut.server.close()


@pytest.mark.parametrize("token", [None, "", "canary-token-012345678", TOKEN + "x", "口令"])
def test_a_wrong_token_is_refused_before_anything_is_read(hooked: Hooked, token: str | None) -> None:
    shown = token.encode().decode("latin-1") if token else token
    status, said = hooked.post(b"\x00" * 100_000 if token is None else b"{}", shown)
    assert status == 401
    assert TOKEN not in said
    assert hooked.told() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"version": "4"}',
        json.dumps(a_notification(version="5")).encode(),
        json.dumps(a_notification(alerts=[])).encode(),
        json.dumps(a_notification(an_alert(startsAt="2026-11-21T03:00:00"))).encode(),
        json.dumps(a_notification(an_alert(startsAt="9999-12-31T23:59:59Z"))).encode(),
        json.dumps(a_notification(an_alert(labels={"alertname": {"a": 1}}))).encode(),
        json.dumps(a_notification(groupKey="x" * 20_000)).encode(),
        json.dumps(a_notification(truncatedAlerts=10**4000)).encode(),
        json.dumps(a_notification(truncatedAlerts=-1)).encode(),
    ],
)
def test_what_will_never_do_is_refused_with_a_sentence(hooked: Hooked, body: bytes) -> None:
    status, said = hooked.post(body)
    assert status == 400
    assert 5 < len(said) < 500
    assert hooked.told() == []


def test_newer_fields_are_no_reason_to_refuse(hooked: Hooked) -> None:
    assert hooked.post(a_notification(an_alert(newer={"a": [1]}), notificationReason="group_interval"))[0] == 202


def test_a_database_that_is_away_asks_for_it_again(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise TransientError("does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(hooked.bench.store.notices, "post", away)
        assert hooked.post(a_notification())[0] == 503
    assert hooked.post(a_notification())[0] == 202


def test_a_database_that_does_not_answer_keeps_nobody_waiting_and_holds_few_threads(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    post = hooked.bench.store.notices.post

    def hangs(*given: Any) -> bool:
        assert answers.wait(60)
        return post(*given)

    monkeypatch.setattr(module, "ANSWERED_WITHIN_SECONDS", 0.3)
    hooked.hooks.register(PATH, AlertmanagerHook(hooked.bench.store.notices, hooked.bench.metrics, lambda: hooked.now))
    with monkeypatch.context() as patched:
        patched.setattr(hooked.bench.store.notices, "post", hangs)
        replies = [hooked.post(a_notification()) for _ in range(module.MOST_AT_ONCE + 5)]
        assert {status for status, _ in replies} == {503}
        assert waiting() == module.MOST_AT_ONCE
        answers.set()
        while waiting():
            time.sleep(0.01)
    assert hooked.post(a_notification())[0] == 200
    assert len(hooked.told()) == 1


def waiting() -> int:
    return sum(thread.name == module.THREAD for thread in threading.enumerate())


@pytest.mark.fault(15)
def test_a_table_that_somebody_holds_locked_keeps_nobody_waiting(
    hooked: Hooked, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWERED_WITHIN_SECONDS", 1.0)
    with closing(open_store(postgres_url)) as store:
        hooked.hooks.register(PATH, AlertmanagerHook(store.notices, hooked.bench.metrics, lambda: hooked.now))
        with store.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM notice")
            connection.exec_driver_sql("LOCK TABLE notice")
            begun = time.monotonic()
            assert hooked.post(a_notification())[0] == 503
            assert time.monotonic() - begun < 10
        while waiting():
            time.sleep(0.01)
        assert hooked.post(a_notification())[0] == 200


def test_before_the_alerter_is_ready_the_sender_is_asked_to_wait(bench: Bench) -> None:
    server = HealthServer("127.0.0.1", 0, bench.metrics, Vitals(), Hooks({PATH: TOKEN}, time.monotonic))
    early = Hooked(bench, {PATH: TOKEN})
    early.server.close()
    early.server = server
    assert early.post(a_notification())[0] == 503
    server.close()


def test_too_much_and_too_often_are_refused(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
    assert b" 413 " in hooked.talk(head + b"Content-Length: 600000\r\n\r\n")
    assert b" 411 " in hooked.talk(head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    assert b" 400 " in hooked.talk(head + b"Content-Length: -5\r\n\r\n")
    monkeypatch.setattr(shared_hooks, "MOST_A_MINUTE", 2)
    assert [hooked.post(a_notification())[0] for _ in range(3)] == [202, 200, 503]


@pytest.mark.parametrize(("token", "status"), [(TOKEN, 413), ("wrong", 401)])
def test_who_sends_far_too_much_reads_why_it_is_refused(hooked: Hooked, token: str, status: int) -> None:
    assert hooked.post(b"x" * 10_000_000, token)[0] == status


def test_whose_body_does_not_come_is_asked_to_send_it_again(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_request, "REQUEST_SECONDS", 0.2)
    head = f"POST {PATH} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n".encode()
    assert "没有收全".encode() in (said := hooked.talk(head + b"abc"))
    assert b" 503 " in said
    assert hooked.post(a_notification())[0] == 202


def test_old_notifications_are_not_kept_for_ever(hooked: Hooked) -> None:
    hooked.post(a_notification())
    hooked.told()
    hooked.now += module.KEPT_FOR + MINUTE
    hooked.post(a_notification(an_alert("XunjianCoverageLow")))
    assert len(hooked.told()) == 2
    with hooked.bench.store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notice WHERE kind = 'hook'").scalar() == 1


def test_elsewhere_nothing_can_be_posted(hooked: Hooked) -> None:
    assert hooked.post(a_notification(), path="/metrics")[0] == 405
    assert hooked.post(a_notification(), path="/hooks/other")[0] == 404
