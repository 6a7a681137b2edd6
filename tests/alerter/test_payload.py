"""What the webhook sends to programs, and the receiver that docs/webhook.md shows."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.alerter.channels.webhook import Webhook
from services.alerter.message import Matter
from services.alerter.payload import MOST_EVIDENCE, MOST_FINDINGS, Payload, ToldAccount, ToldFinding
from services.alerter.wording import word
from shared.account import WHOLE_PLATFORM
from shared.clock import utc_now
from shared.errors import ChannelError, TransientError
from shared.events import Clause, Evidence, FindingStatus, Severity
from shared.trace import Trace, traced
from tests.alerter.alerting import HOUR, MINUTE, Bench, bench, bus, store
from tests.alerter.messages import a_message
from tests.builders import NOW, a_finding, an_account
from tests.fakes.webhook import FakeReceiver
from tests.paths import ROOT
from xunjian.schemas.documented import Documented

__all__ = ["bench", "bus", "store"]

PAGE = (ROOT / "docs/webhook.md").read_text(encoding="utf-8")
ACCOUNT = an_account(url="https://weibo.com/u/1001", region="青禾县", phone="13800000000", contact="张三")


def a_matter(subject: str = "p1", at: datetime = NOW, **fields: object) -> Matter:
    return Matter(finding=a_finding(subject, at, **fields), account=ACCOUNT)


def told(*matters: Matter) -> Payload:
    return Payload.of(word("青禾县政府办", matters, resolved=False))


def test_a_finding_is_told_with_all_that_a_program_needs() -> None:
    place = Evidence(url="https://weibo.com/1001/p1", quote="原文", title="题")
    body = json.loads(told(a_matter(evidence=(place,), since=NOW - timedelta(days=20))).model_dump_json())
    assert (body["version"], body["event"], body["unit"]) == (1, "opening", "青禾县政府办")
    (finding,) = body["findings"]
    assert finding["account"] == {
        "platform": "weibo",
        "platform_name": "新浪微博",
        "id": "1001",
        "key": "weibo/1001",
        "name": "青禾发布",
        "url": "https://weibo.com/u/1001",
        "unit": "青禾县政府办",
        "supervisor": None,
        "region": "青禾县",
    }
    assert (finding["number"], finding["measured"], finding["threshold"]) == (a_finding().number, "静默20天", "14天")
    assert finding["evidence"][0]["quote"] == "原文"
    assert datetime.fromisoformat(finding["since"]) == NOW - timedelta(days=20)
    assert finding["since"].endswith("Z")


def test_no_contact_of_the_ledger_is_sent() -> None:
    body = told(a_matter()).model_dump_json()
    assert "13800000000" not in body
    assert "张三" not in body


def test_a_whole_platform_and_an_account_outside_the_ledger_have_no_name() -> None:
    (finding,) = told(Matter(finding=a_finding(account_id=WHOLE_PLATFORM), account=None)).findings
    assert (finding.account.id, finding.account.name) == ("*", None)


def test_what_is_told_names_the_visit_that_caused_it(bench: Bench) -> None:
    opening, ending = Trace.begun(), Trace.begun()
    with FakeReceiver() as server:
        hook = Webhook(url=SecretStr(server.url), secret=SecretStr(FakeReceiver.secret))
        alerter = bench.alerter(ding=hook)
        with traced(opening):
            bench.open(a_finding())
        alerter.drain(NOW)
        with traced(ending):
            bench.close(a_finding(), NOW + MINUTE)
        alerter.drain(NOW + 2 * MINUTE)
        alerter.close()
        told = [finding["traceparent"] for body in server.received.values() for finding in body["findings"]]
    assert told == [opening.header, ending.header]


def test_what_no_visit_caused_names_none_and_is_the_same_message() -> None:
    (finding,) = told(a_matter()).findings
    assert finding.traceparent is None
    traced_matter = a_matter().model_copy(update={"trace": Trace.begun().header})
    assert told(traced_matter).id == told(a_matter()).id


def test_a_thousand_findings_stay_under_a_megabyte_and_all_are_named() -> None:
    places = tuple(Evidence(url=f"https://weibo.com/{n}", title="题" * 60, quote="原文" * 60) for n in range(50))
    clause = Clause(document="国办秘函〔2019〕19号", words="条文" * 100)
    matters = [a_matter(str(n), evidence=places, sentence="句" * 200, clause=clause) for n in range(1000)]
    mild = [a_matter("mild", severity=Severity.REMINDER)]
    payload = told(*mild, *matters)
    assert len(payload.model_dump_json().encode()) < 1_000_000
    assert len(payload.numbers) == 1001
    assert len(payload.findings) == MOST_FINDINGS
    assert payload.findings[0].severity is Severity.VETO
    assert (len(payload.findings[0].evidence), payload.findings[0].evidence_total) == (MOST_EVIDENCE, 50)


def test_a_repeat_has_the_same_id_whatever_the_ledger_says_meanwhile_and_news_another() -> None:
    first = told(a_matter("a"), a_matter("b"))
    renamed = ACCOUNT.model_copy(update={"name": "青禾融媒", "phone": "13900000000"})
    again = [Matter(finding=a_finding(name), account=renamed) for name in "ba"]
    assert told(*again).id == first.id
    assert told(a_matter("a")).id != first.id
    assert told(a_matter("a"), a_matter("b", at=NOW + HOUR)).id != first.id
    assert Payload.of(word("别家", [a_matter("a"), a_matter("b")], resolved=False)).id != first.id
    assert Payload.of(word("青禾县政府办", [a_matter("a"), a_matter("b")], resolved=True)).id != first.id


def test_opening_repeat_and_resolution_arrive_as_they_are(bench: Bench) -> None:
    with FakeReceiver() as server:
        hook = Webhook(url=SecretStr(server.url), secret=SecretStr(FakeReceiver.secret))
        alerter = bench.alerter(ding=hook)
        bench.open(a_finding())
        alerter.drain(NOW)
        bench.close(a_finding(), NOW + MINUTE)
        alerter.drain(NOW + 2 * MINUTE)
        alerter.close()
        opening, resolution = server.received.values()
    assert [opening["event"], resolution["event"]] == ["opening", "resolution"]
    assert opening["findings"][0]["fingerprint"] == resolution["findings"][0]["fingerprint"]
    assert resolution["findings"][0]["status"] == FindingStatus.RESOLVED
    (row, *_) = bench.store.deliveries.of(a_finding().fingerprint, "ding")
    assert row.answer == "HTTP 204"


@pytest.mark.parametrize("kind", [Payload, ToldFinding, ToldAccount, Evidence, Clause])
def test_every_field_is_on_the_page(kind: type[Any]) -> None:
    assert [name for name in kind.__annotations__ if f"`{name}`" not in PAGE] == []


def test_the_schema_describes_each_field_a_program_may_wonder_about() -> None:
    schema = Payload.model_json_schema(schema_generator=Documented)
    assert schema["properties"]["version"]["const"] == 1
    assert "take each id once" in schema["properties"]["id"]["description"]
    assert {"id", "event", "unit", "title", "lines", "severity", "at"} <= set(schema["required"])


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[int]:
    """The receiver of the page, as somebody would run it; its port."""
    (lines,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "receiver.py").write_text(lines, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environment = {**os.environ, "HOOK_SECRET": "s3cret", "HOOK_PORT": str(port)}
    running = subprocess.Popen([sys.executable, "receiver.py"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    running.kill()
    running.communicate()


def test_the_receiver_of_the_page_takes_each_message_once_and_refuses_forgeries(receiver: int, tmp_path: Path) -> None:
    now = utc_now()
    right = Webhook(url=SecretStr(f"http://127.0.0.1:{receiver}/"), secret=SecretStr("s3cret"))
    for _ in range(2):
        assert right.send(a_message(), now) == "HTTP 204"
    right.send(a_message("别的事"), now)
    for channel, moment in (
        (right.model_copy(update={"secret": SecretStr("wrong")}), now),
        (right.model_copy(update={"secret": None}), now),
        (right, now - HOUR),
        (right, now + HOUR),
    ):
        with pytest.raises((ChannelError, TransientError)):
            channel.send(a_message("伪造"), moment)
    with sqlite3.connect(tmp_path / "hooks.db") as db:
        kept = [json.loads(body) for (body,) in db.execute("select body from hook")]
    assert sorted(body["lines"][0][:2] for body in kept) == ["别的", "监测"]
