"""`xunjian events export` gives what `replay` reads."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import to_builtins
from typer.testing import CliRunner, Result

from shared.errors import InputError
from shared.events import Comments, Outcome
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, an_account, days
from xunjian.app import make_app

PHONE = "13800001234"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A silence that reached its red line and ended, closed comments, and a leaked number."""
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    for own in ("1001", "1002"):
        store.accounts.upsert([an_account(own, contact="张三", phone=PHONE)], NOW)
    analyzer = Analyzer(store)
    analyzer.judge([a_post(published_at=NOW), a_probe(newest_post_at=NOW)])
    for step in range(1, 130):
        analyzer.judge([a_probe(NOW + timedelta(hours=3) * step, newest_post_at=NOW)])
    for number in range(6):
        at = NOW + days(number)
        text = "公民身份号码11010519491231002X" if number == 2 else "要闻"
        post = a_post(f"q{number}", at, account_id="1002", observed_at=at, text=text, comments=Comments.CLOSED)
        analyzer.judge([post, a_probe(at, account_id="1002", newest_post_at=at)])
    analyzer.judge([a_probe(NOW + days(6), Outcome.LOGIN_WALL, account_id="1002", reason="平台要求登录")])
    analyzer.judge([a_probe(NOW + days(16.5), newest_post_at=NOW + days(16))])
    yield store
    store.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text("data_dir: .\n")
    return path


def export(config: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(
        make_app(), ["events", "export", *arguments, "--config", str(config)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done


def stored(store: Store) -> list[tuple[str, str, str]]:
    told = store.judgements.untold()
    return sorted((one.at.isoformat(), one.fingerprint, one.status) for one in told)


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.gz"])
def test_a_replay_of_the_export_finds_what_is_stored(store: Store, config: Path, tmp_path: Path, name: str) -> None:
    file, ledger = tmp_path / name, tmp_path / "ledger.csv"
    assert f"个事件到 {file}" in export(config, str(file)).stderr
    rows = ("青禾发布,新浪微博,青禾县政府办,1001", "青禾发布,新浪微博,青禾县政府办,1002")
    ledger.write_text("\n".join(["账号名称,平台,主办单位,账号ID", *rows]), encoding="utf-8-sig")
    done = CliRunner().invoke(make_app(), ["replay", str(file), "--ledger", str(ledger)])
    replayed = [json.loads(line) for line in done.stdout.splitlines()]
    found = store.judgements.untold()
    assert {one.rule for one in found} >= {"silent_account", "comments_closed", "personal_number"}
    assert [(row["at"], row["rule"], row["subject"], row["stage"], row["status"]) for row in replayed] == [
        (to_builtins(one)["at"], one.rule, one.subject, one.stage, one.status)
        for one in sorted(found, key=lambda one: (one.at, one.key, one.fingerprint))
    ]


def test_events_come_in_order_without_contacts(store: Store, config: Path, tmp_path: Path) -> None:
    text = export(config, "-").stdout
    events = [json.loads(line) for line in text.splitlines()]
    moments = [event.get("observed_at") or event["at"] for event in events]
    assert moments == sorted(moments)
    assert [event["event"] for event in events[:2]] == ["post", "post"]
    assert (PHONE in text, "张三" in text) == (False, False)
    assert len(events) == 7 + 130 + 6 + 2


def test_only_what_was_asked_for_is_exported(store: Store, config: Path) -> None:
    since, until = (NOW + days(1)).isoformat(), (NOW + days(3)).isoformat()
    text = export(config, "-", "--account", "weibo/1002", "--since", since, "--until", until).stdout
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["post", "probe", "post", "probe"]


def test_the_same_events_are_the_same_bytes(store: Store, config: Path, tmp_path: Path) -> None:
    export(config, str(tmp_path / "a.gz"))
    export(config, str(tmp_path / "b.gz"))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()).count(b"\n") == 145


def test_what_cannot_be_exported_is_said_and_leaves_no_half_file(store: Store, config: Path, tmp_path: Path) -> None:
    for arguments, words in (
        ((str(tmp_path / "none/a.jsonl"),), "写不了"),
        (("-", "--account", "weibo/9"), "台账里没有账号 weibo/9"),
        (("-", "--since", "2026-12-02", "--until", "2026-12-01"), "晚于截止时间"),
    ):
        with pytest.raises(InputError, match=words):
            export(config, *arguments)
    assert not list(tmp_path.glob(".*.part"))
