"""Replay prints the same findings whatever the order of events, and touches nothing."""

import gzip
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shared.bus.envelope import encode
from shared.events import Outcome, Post, Probe
from tests.builders import NOW, a_post, a_probe, days
from xunjian.app import make_app

LEDGER = "账号名称,平台,主办单位,账号ID\n青禾发布,新浪微博,青禾县政府办,1001\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.csv"
    file.write_text(LEDGER, encoding="utf-8-sig")
    return file


def replayed(tmp_path: Path, ledger: Path, events: list[Post | Probe], *options: str) -> list[dict[str, Any]]:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(encode(event) for event in events))
    result = CliRunner().invoke(make_app(), ["replay", str(file), "--ledger", str(ledger), *options])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def timeline() -> list[Post | Probe]:
    looks = [a_probe(NOW + timedelta(hours=3) * step, newest_post_at=NOW) for step in range(8 * 16)]
    return [a_post(published_at=NOW), *looks, a_probe(NOW + days(16.5), newest_post_at=NOW + days(16))]


def moments(findings: list[dict[str, Any]]) -> list[tuple[str, str, datetime]]:
    return [(row["status"], row["stage"], datetime.fromisoformat(row["at"])) for row in findings]


def test_a_timeline_gives_each_alert_once_at_the_right_minute(tmp_path: Path, ledger: Path) -> None:
    ladder = [("open", f"{step}d", NOW + days(step)) for step in (7, 10, 12, 13, 14)]
    expected = [*ladder, ("resolved", "14d", NOW + days(16.5))]
    assert moments(replayed(tmp_path, ledger, timeline())) == expected


def test_shuffled_and_tripled_events_replay_to_the_same_lines(tmp_path: Path, ledger: Path) -> None:
    events = timeline() * 3
    random.Random(7).shuffle(events)
    assert replayed(tmp_path, ledger, events) == replayed(tmp_path, ledger, timeline())


def test_at_leaves_out_what_came_later_and_asks_the_clock(tmp_path: Path, ledger: Path) -> None:
    events: list[Post | Probe] = [a_probe(NOW, newest_post_at=NOW), a_probe(NOW + days(9), Outcome.BLOCKED)]
    findings = replayed(tmp_path, ledger, events, "--at", (NOW + days(5)).isoformat())
    assert [(row["rule"], row["at"]) for row in findings] == [("unverified", "2026-11-23T04:00:00Z")]


def test_another_rulebook_shows_who_would_fail(tmp_path: Path, ledger: Path) -> None:
    book = tmp_path / "gansu.yaml"
    book.write_text(
        "name: gansu\ntitle: 甘肃\nversion: '1'\neffective_from: 2024-01-01\nextends: cn\n"
        "entries: [{indicator: U-01, options: {veto_days: 7, reminder_days: [5]}}]\n"
    )
    events: list[Post | Probe] = [a_probe(NOW, newest_post_at=NOW - days(8))]
    (finding,) = replayed(tmp_path, ledger, events, "--rulebook", str(book))
    assert (finding["severity"], finding["stage"], finding["rulebook_version"]) == ("veto", "7d", "gansu@1")


def test_a_line_that_is_no_event_is_named(tmp_path: Path, ledger: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(encode(a_probe()) + b"\n{}\n")
    result = CliRunner().invoke(make_app(), ["replay", str(file), "--ledger", str(ledger)])
    assert result.exit_code != 0
    assert "第2行" in str(result.exception)


def test_of_two_accounts_of_one_moment_the_same_is_believed_whatever_their_order(tmp_path: Path, ledger: Path) -> None:
    one, other = a_probe(NOW, newest_post_at=NOW - days(20)), a_probe(NOW, newest_post_at=NOW - days(30))
    assert replayed(tmp_path, ledger, [one, other]) == replayed(tmp_path, ledger, [other, one])


def test_a_file_with_a_byte_order_mark_and_gzip_is_read_and_one_cut_short_is_named(
    tmp_path: Path, ledger: Path
) -> None:
    body = gzip.compress(b"\xef\xbb\xbf" + encode(a_probe(newest_post_at=NOW - days(20))) + b"\r\n\r\n")
    whole, cut = tmp_path / "events.jsonl.gz", tmp_path / "cut.gz"
    whole.write_bytes(body)
    cut.write_bytes(body[: len(body) // 2])
    assert '"stage":"14d"' in CliRunner().invoke(make_app(), ["replay", str(whole), "--ledger", str(ledger)]).stdout
    result = CliRunner().invoke(make_app(), ["replay", str(cut), "--ledger", str(ledger)])
    assert "压缩文件不完整" in str(result.exception)


def test_an_empty_file_has_no_findings(tmp_path: Path, ledger: Path) -> None:
    assert replayed(tmp_path, ledger, []) == []


def test_each_region_is_replayed_by_its_own_rulebook(tmp_path: Path) -> None:
    ledger = tmp_path / "regions.csv"
    rows = ("甲发布,新浪微博,甲县政府办,1001,甘肃省甲县", "乙发布,新浪微博,乙县政府办,1002,河山省乙县")
    ledger.write_text("\n".join(["账号名称,平台,主办单位,账号ID,行政区划", *rows]), encoding="utf-8-sig")
    events: list[Post | Probe] = [a_probe(account_id=own, newest_post_at=NOW - days(8)) for own in ("1001", "1002")]
    said = replayed(tmp_path, ledger, events, "--rulebook", "甘肃省=gansu")
    assert {(row["account_id"], row["indicator"], row["rulebook_version"]) for row in said} == {
        ("1001", "U-02", "gansu@2026.1"),
        ("1002", "U-01", "cn@2026.1"),
    }


def test_two_rulebooks_for_everybody_are_refused(tmp_path: Path, ledger: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(encode(a_probe()) + b"\n")
    options = ["--rulebook", "cn", "--rulebook", "gansu"]
    result = CliRunner().invoke(make_app(), ["replay", str(file), "--ledger", str(ledger), *options])
    assert "只能有一个" in str(result.exception)
