"""`xunjian silence`, as an officer who is told about something that is being mended."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.clock import utc_now
from shared.errors import InputError
from shared.silence import Silence
from shared.storage.store import Store, open_store
from tests.alerter.alerting import MINUTE, Bench, bench, bus, store
from tests.builders import NOW, a_finding, an_account, days
from xunjian.app import make_app

__all__ = ["bench", "bus", "store"]

WHO = ("--author", "李", "--comment", "系统迁移")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Run:
    file = tmp_path / "settings.yaml"
    file.write_text(f"data_dir: {tmp_path}\n", encoding="utf-8")
    monkeypatch.setattr("xunjian.commands.silence.utc_now", lambda: NOW)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(make_app(["silence"]), ["silence", *words, "--config", str(file)])

    return invoke


def added(run: Run, store: Store, *words: str) -> Silence:
    result = run("add", *WHO, *words)
    assert result.exit_code == 0, result.output or result.exception
    return store.silences.listed(NOW)[-1]


def refusal(run: Run, *words: str) -> str:
    error = run("add", *words).exception
    assert isinstance(error, InputError), error
    return str(error)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (("--unit", "青禾县政府办"), "unit", "青禾县政府办"),
        (("--account", "weibo/1001"), "account_key", "weibo/1001"),
        (("--account", "https://weibo.com/u/1000003001?from=x"), "account_key", "weibo/1000003001"),
        (("--account", "weibo.com/u/1000003001"), "account_key", "weibo/1000003001"),
        (("--account", "北山卫健"), "account_key", "weibo/1000003001"),
        (("--rule", "silent_account"), "rule", "silent_account"),
        (("--rule", "u-01"), "indicator", "U-01"),
    ],
)
def test_what_is_quiet_can_be_named_as_people_name_it(
    run: Run, store: Store, words: tuple[str, ...], name: str, value: str
) -> None:
    store.accounts.upsert([an_account("1000003001", name="北山卫健")], NOW)
    silence = added(run, store, *words, "--for", "3d")
    assert getattr(silence, name) == value
    assert [one for one in silence.conditions if one] == [value]


def test_a_number_must_be_one_that_was_told(run: Run, bench: Bench) -> None:
    bench.open(a_finding())
    assert added(run, bench.store, "--number", a_finding().number.lower(), "--for", "3d").number == a_finding().number
    for wrong in ("00000000", a_finding().number[:7], "%", ""):
        assert "--number" in refusal(run, *WHO, "--number", wrong, "--for", "3d") or not wrong


@pytest.mark.parametrize(
    ("words", "length"),
    [
        (("--for", "3d"), days(3)),
        (("--for", "3天"), days(3)),
        (("--for", "12h"), timedelta(hours=12)),
        (("--for", "90分钟"), timedelta(minutes=90)),
        (("--until", "2026-11-21"), timedelta(hours=12)),
        (("--until", "2026-11-23 18:00"), timedelta(days=2, hours=6)),
        (("--until", "2026/11/23 18：00"), timedelta(days=2, hours=6)),
        (("--from", "2026-11-21", "--for", "3d"), days(3)),
    ],
)
def test_its_end_is_written_in_beijing_time(run: Run, store: Store, words: tuple[str, ...], length: timedelta) -> None:
    silence = added(run, store, "--rule", "U-01", *words)
    assert (silence.starts_at, silence.ends_at) == (NOW, NOW + length)


def test_a_whole_day_ends_at_24_oclock(run: Run, store: Store) -> None:
    assert (
        added(run, store, "--rule", "U-01", "--until", "2026-12-01").words == "已静默至2026-12-01 24:00（李：系统迁移）"
    )
    assert "至 2026-12-01 24:00（北京时间）" in run("list").output


def test_it_may_begin_later(run: Run, store: Store) -> None:
    silence = added(run, store, "--rule", "U-01", "--from", "2026-11-23", "--until", "2026-11-24")
    assert silence.starts_at == NOW + timedelta(days=1, hours=12)
    assert silence.ends_at == silence.starts_at + days(2)
    assert "未开始" in run("list").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--rule", "U-01", "--for", "91d", *WHO), "最长90天"),
        (("--rule", "U-01", "--until", "2027-12-01", *WHO), "最长90天"),
        (("--rule", "U-01", "--until", "2026-11-20", *WHO), "不晚于"),
        (("--rule", "U-01", "--from", "2026-11-01", "--for", "3d", *WHO), "已经过去"),
        (("--rule", "U-01", "--from", "2027-11-01", "--for", "3d", *WHO), "最多提前90天"),
        (("--rule", "U-01", "--until", "明天", *WHO), "请写成 2026-12-01"),
        (("--rule", "U-01", "--for", "long", *WHO), "请写成 3d"),
        (("--rule", "U-01", "--for", "0d", *WHO), "请写成 3d"),
        (("--rule", "U-01", "--for", "99999w", *WHO), "最长90天"),
        (("--rule", "U-01", *WHO), "二者取一"),
        (("--rule", "U-01", "--for", "3d", "--until", "2026-12-01", *WHO), "二者取一"),
        (("--for", "3d", *WHO), "不能静默全部"),
        (("--rule", "U-01", "--for", "3d", "--author", "李"), "--comment"),
        (("--rule", "U-01", "--for", "3d", "--comment", "迁移", "--author", " \n"), "--author"),
        (("--rule", "U-01", "--for", "3d", "--author", "李", "--comment", "长" * 201), "最多200字"),
        (("--unit", "青禾县政府", "--for", "3d", *WHO), "是不是：青禾县政府办"),
        (("--account", "weibo/1O01", "--for", "3d", *WHO), "是不是：weibo/1001"),
        (("--account", "青禾发布", "--for", "3d", *WHO), "台账中有3个账号"),
        (("--rule", "silent_acount", "--for", "3d", *WHO), "是不是：silent_account"),
        (("--rule", "U-1", "--for", "3d", *WHO), "U-01"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_remedy(run: Run, words: tuple[str, ...], says: str) -> None:
    assert says in refusal(run, *words)


def test_a_hostile_comment_is_one_harmless_line_wherever_it_stands(run: Run, bench: Bench) -> None:
    hostile = "=cmd|' /C calc'!A0\n\x1b[31m红\u202e[bold]"
    assert run("add", "--rule", "U-01", "--for", "3d", "--author", "李", "--comment", hostile).exit_code == 0
    bench.open(a_finding())
    bench.run(NOW, MINUTE)
    shown = run("list").output
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]" in shown
    assert len(shown.strip().splitlines()) == 2
    assert {"\n" in (row.error or "") for row in bench.store.deliveries.listed()} == {False}


def test_the_same_twice_says_so(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    added(run, store, "--rule", "U-01", "--for", "3d")
    monkeypatch.setattr("xunjian.commands.silence.utc_now", lambda: NOW + MINUTE)
    result = run("add", *WHO, "--rule", "U-01", "--for", "2d")
    assert result.exit_code == 0
    assert "已有同样的静默" in result.output
    assert len(store.silences.listed(NOW)) == 1


def test_ended_early_it_stays_on_record_and_what_still_covers_is_named(run: Run, store: Store) -> None:
    first = added(run, store, "--rule", "U-01", "--for", "3d")
    second = added(run, store, "--unit", "青禾县政府办", "--for", "3d")
    result = run("expire", str(first.id), "--author", "王")
    assert f"另有静默 {second.id}" in result.output
    assert "共1条" in run("list").output
    assert "王于2026-11-21 12:00提前结束" in run("list", "--all").output
    for wrong, says in ((str(first.id), "无须再结束"), ("99", "没有序号")):
        error = run("expire", wrong, "--author", "王").exception
        assert says in str(error)
    assert "--author" in str(run("expire", str(second.id)).exception)


def test_a_clock_that_differs_from_the_databases_is_refused(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(postgres_url).close()
    file = tmp_path / "settings.yaml"
    file.write_text(f"data_dir: {tmp_path}\ndatabase_url: {postgres_url}\n", encoding="utf-8")
    monkeypatch.setattr("xunjian.commands.silence.utc_now", lambda: utc_now() + days(1))
    for words in (("add", *WHO, "--rule", "U-01", "--for", "3d"), ("expire", "1", "--author", "王")):
        error = CliRunner().invoke(make_app(["silence"]), ["silence", *words, "--config", str(file)]).exception
        assert "校准时间" in str(error)


def test_nothing_to_list_makes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"data_dir: {tmp_path}/var\n", encoding="utf-8")
    result = CliRunner().invoke(make_app(["silence"]), ["silence", "list", "--config", str(file)])
    assert result.output.strip() == "没有静默"
    assert not (tmp_path / "var").exists()


def test_with_the_machines_own_clock(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"data_dir: {tmp_path}\n", encoding="utf-8")
    words = ["silence", "add", *WHO, "--rule", "U-01", "--for", "3d", "--config", str(file)]
    assert CliRunner().invoke(make_app(["silence"]), words).exit_code == 0
    (silence,) = store.silences.as_of(utc_now())
    assert silence.ends_at - silence.starts_at == days(3)
