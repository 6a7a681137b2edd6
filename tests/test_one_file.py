"""A new platform, rule, channel and report are one file each and no other edit: added to a copy of the tree and used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.bus.envelope import encode
from tests.builders import a_post, a_probe
from tests.paths import ROOT

PLATFORM = '''"""A platform somebody adds."""
from collections.abc import Sequence
from services.collector.capture import Capture, Plan, Reading, ShownAccount, ShownPost
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.events import Coverage, Outcome

class Blog(Platform):
    """One title per line."""

    def plan(self, account: Account) -> Plan:
        return Plan(fetch=(account.url or "",))

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        posts = tuple(ShownPost(id=line, title=line) for line in captures[0].text.split())
        return Reading(outcome=Outcome.OK, account=ShownAccount(name="博客"), posts=posts, covers=Coverage.LIST)
'''

RULE = '''"""A rule somebody adds."""
from collections.abc import Iterator
from typing import ClassVar, Literal
from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.events import Post

class ShortTitle(Rule):
    """Titles under `least` characters."""

    scope: ClassVar[Literal["account", "post", "platform"]] = "post"
    least: int = 5

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        if len(post.title or "") < self.least:
            yield Objection(
                subject=post.id, sentence="标题过短。", measured="短", threshold=str(self.least), window="本条"
            )
'''

CHANNEL = '''"""A channel somebody adds."""
from datetime import datetime
from services.alerter.channels.base import Channel
from services.alerter.message import Message

class Shout(Channel):
    """Nobody hears it."""

    loudness: int

    def send(self, message: Message, now: datetime) -> str:
        return "heard"
'''

REPORT = '''"""A report somebody adds."""
from datetime import datetime, timedelta
from typing import IO, ClassVar
from services.reporter.period import Period
from services.reporter.pictured import Contents
from services.reporter.reports.base import Report
from shared.clock import SHANGHAI, to_shanghai
from shared.storage.store import Store

class Daily(Report):
    """How many accounts there are."""

    title: ClassVar[str] = "每日账号数"
    example: ClassVar[str] = "2026-11-20"
    words: str = "个账号"

    def period(self, moment: datetime) -> Period:
        return self.named(f"{to_shanghai(moment):%Y-%m-%d}")

    def named(self, name: str) -> Period:
        begins_at = datetime.fromisoformat(name).replace(tzinfo=SHANGHAI)
        return Period(name, begins_at, begins_at + timedelta(days=1))

    def schedule(self, period: Period) -> datetime:
        return period.ends_at + timedelta(hours=1)

    def file_name(self, period: Period) -> str:
        return f"{period.name}.txt"

    def write(
        self, store: Store, period: Period, cut_off: datetime, file: IO[bytes], contents: Contents | None = None
    ) -> None:
        file.write(f"{len(store.accounts.as_of(cut_off))}{self.words}".encode())
'''

REPORTER = """
from datetime import datetime, timedelta
from pathlib import Path
from services.reporter.__main__ import build
from shared.account import Account
from shared.clock import SHANGHAI, utc_now
from shared.runtime.opening import open_host
from shared.runtime.settings import load_settings

dawn = datetime(2026, 11, 21, 0, 59, tzinfo=SHANGHAI)
with open_host(load_settings(Path("mine.yaml")), utc_now, "trial") as host:
    account = Account(platform="weibo", id="1", name="青禾发布", unit="青禾县政府办")
    host.store.accounts.upsert([account], dawn - timedelta(hours=12))
    reporter = build(host)
    print([reporter.step(dawn + timedelta(minutes=minutes)) for minutes in range(3)])
"""

RULEBOOK = """name: mine
title: 试验
version: '1'
effective_from: 2026-01-01
extends: cn
entries: [{indicator: X-01, rule: short_title, severity: reminder, clause: {document: 某文件, words: 某条}}]
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in ("services", "shared", "demo", "xunjian"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def xunjian(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(tree, "-m", "xunjian", *arguments)


def python(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, check=False, cwd=tree, env=environment, capture_output=True, text=True, timeout=60)


def test_a_platform_is_one_file(copy: Path) -> None:
    (copy / "services/collector/platforms/blog.py").write_text(PLATFORM)
    (copy / "page.txt").write_text("开工 竣工")
    done = xunjian(copy, "parse", "page.txt", "--platform", "blog")
    assert [post["title"] for post in json.loads(done.stdout)["posts"]] == ["开工", "竣工"]


def test_a_rule_is_one_file(copy: Path) -> None:
    (copy / "services/analyzer/rules/short_title.py").write_text(RULE)
    (copy / "mine.yaml").write_text(RULEBOOK)
    (copy / "ledger.csv").write_text("账号名称,平台,主办单位,账号ID\n青禾发布,新浪微博,青禾县政府办,1001\n")
    (copy / "events.jsonl").write_bytes(b"\n".join(encode(event) for event in (a_post(title="短"), a_probe())))
    done = xunjian(copy, "replay", "events.jsonl", "--ledger", "ledger.csv", "--rulebook", "mine.yaml")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert [finding["rule"] for finding in findings] == ["short_title"]


def test_a_channel_is_one_file(copy: Path) -> None:
    (copy / "services/alerter/channels/shout.py").write_text(CHANNEL)
    (copy / "mine.yaml").write_text(
        "channels: {loud: {type: shout, loudness: 11}}\nroutes: [{channels: [loud]}]\noperators: [loud]\n"
    )
    done = xunjian(copy, "doctor", "--config", "mine.yaml")
    assert "✓ 渠道 loud" in done.stdout
    (copy / "mine.yaml").write_text("channels: {loud: {type: shout, loudnes: 11}}\n")
    assert "loudnes" in xunjian(copy, "doctor", "--config", "mine.yaml").stdout


def test_a_report_is_one_file_found_listed_written_by_command_and_when_it_is_due_once(copy: Path) -> None:
    (copy / "services/reporter/reports/daily.py").write_text(REPORT)
    (copy / "mine.yaml").write_text("data_dir: data\nreports: {daily: {words: 个}}\n")
    assert "daily　每日账号数" in xunjian(copy, "report", "--config", "mine.yaml").stdout
    assert python(copy, "-c", REPORTER).stdout.splitlines()[-1] == "[False, True, False]"
    assert (copy / "data/reports/2026-11-20.txt").read_text() == "1个"
    arguments = ("--period", "2026-11-19", "--out", "mine", "--config", "mine.yaml")
    assert xunjian(copy, "report", "daily", *arguments).stdout == "mine/2026-11-19.txt\n"
    assert (copy / "mine/2026-11-19.txt").read_text() == "0个"
    (copy / "mine.yaml").write_text("reports: {daily: {word: 个}}\n")
    assert "reports.daily.word" in xunjian(copy, "report", "--config", "mine.yaml").stderr
