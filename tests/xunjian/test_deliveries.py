"""`xunjian deliveries`, as an engineer uses it after mending something."""

import csv
import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from shared.clock import utc_now
from shared.delivery import DeliveryState, Trouble
from shared.errors import InputError, PermanentError
from shared.storage.store import Store
from tests.alerter.alerting import MINUTE, Bench, bench, bus, store
from tests.builders import NOW, a_finding, a_silence, days
from xunjian.app import make_app
from xunjian.shown.told import show

__all__ = ["bench", "bus", "store"]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.yaml"
    file.write_text(f"data_dir: {tmp_path}\n", encoding="utf-8")
    return file


@pytest.fixture
def told(bench: Bench) -> Bench:
    """One finding sent by mail, dead on ding."""
    bench.ding.fail(PermanentError("太长"))
    bench.open(a_finding())
    bench.engine.drain(NOW)
    return bench


def run(settings: Path, *words: str) -> Result:
    result = CliRunner().invoke(make_app(), ["deliveries", *words, "--config", str(settings)])
    assert result.exit_code == 0, result.output
    return result


def test_list_shows_what_was_not_delivered_and_why(told: Bench, settings: Path) -> None:
    lines = run(settings, "list").output.splitlines()
    number = a_finding().number
    assert lines[0].startswith(f"{number} | 无法送达 | ding | 青禾县政府办 | ")
    assert lines[0].endswith(" | 太长")
    assert lines[1] == "共1条"
    assert "已送达 | mail" in run(settings, "list", "--state", "sent").output
    assert run(settings, "list", "--channel", "mail").output.strip() == "没有符合条件的消息"
    assert run(settings, "list", "--unit", "北山区卫健局").output.strip() == "没有符合条件的消息"


def test_in_a_dispute_one_number_tells_when_it_was_taken_with_what_answer(told: Bench, settings: Path) -> None:
    dead, sent, count = run(settings, "list", "--number", f"#{a_finding().number.lower()}").output.splitlines()
    assert " | 无法送达 | ding | " in dead
    assert " | 已送达 | mail | 青禾县政府办 | weibo/1001 | " in sent
    assert " | 2026-11-21 12:00 | 0 | taken as number 1" in sent
    assert count == "共2条"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--account", "weibo/1001"), 1),
        (("--since", "2026-11-21"), 1),
        (("--since", "2026-11-22"), 0),
        (("--unit", "青禾县政府办", "--state", "sent"), 1),
        (("--account", "weibo/2001"), 0),
        (("--number", "00000000"), 0),
    ],
)
def test_list_can_be_narrowed(told: Bench, settings: Path, words: tuple[str, ...], count: int) -> None:
    last = run(settings, "list", *words).output.splitlines()[-1]
    assert last == (f"共{count}条" if count else "没有符合条件的消息")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("list", "--unit", "青禾县政府"), "是不是：青禾县政府办"),
        (("list", "--account", "weibo/9999"), "台账中没有"),
        (("list", "--since", "昨天"), "请写成"),
        (("list", "--csv", "/nowhere/at/all.csv"), "请换一个位置"),
    ],
)
def test_what_is_misspelt_is_no_empty_list(told: Bench, settings: Path, words: tuple[str, ...], says: str) -> None:
    error = CliRunner().invoke(make_app(), ["deliveries", *words, "--config", str(settings)]).exception
    assert isinstance(error, InputError)
    assert says in str(error)


def test_a_csv_file_holds_all_and_no_formula(bench: Bench, settings: Path, tmp_path: Path) -> None:
    bench.open(a_finding(sentence="=HYPERLINK(1)"))
    bench.mail.fail(PermanentError("+1"))
    bench.engine.drain(NOW)
    file = tmp_path / "消息.csv"
    output = run(settings, "list", "--number", a_finding().number, "--csv", str(file)).output
    assert str(file) in output
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["状态"] for row in rows] == ["已送达", "无法送达"]
    assert {row["编号"] for row in rows} == {f"#{a_finding().number}"}
    assert rows[0]["内容"] == "'=HYPERLINK(1)"
    assert rows[1]["应答或原因"] == "'+1"
    assert len(rows[0]["消息号"]) == 32


def test_at_80_columns_a_card_has_whole_words_and_no_line_is_cut(told: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("xunjian.shown.told.Console", lambda: Console(file=screen, width=80))
    rows = told.store.deliveries.listed(states=tuple(DeliveryState))
    with monkeypatch.context() as patch:
        patch.setattr("xunjian.shown.told.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True)))
        show(rows)
    text = screen.getvalue()
    assert f"{a_finding().number}  已送达  2026-11-21 12:00  mail → 青禾县政府办" in text
    assert "对方应答：taken as number 1" in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_a_number_that_cannot_be_sent_again_says_why(told: Bench, settings: Path) -> None:
    number = a_finding().number
    assert "没有这样的消息" in run(settings, "resend", "00000000").output
    said = run(settings, "resend", number, "--channel", "mail").output
    assert "已送达" in said
    assert "--again" in said


def test_what_is_silenced_is_said_when_sent_again(told: Bench, settings: Path) -> None:
    silence = a_silence(starts_at=utc_now(), ends_at=utc_now() + days(3))
    told.store.silences.add(silence)
    assert "1项在静默中" in run(settings, "resend", "--dead").output


def test_a_channel_in_trouble_is_said_first(store: Store, settings: Path) -> None:
    trouble = Trouble(name="ding", failures=1, error="密钥不对", retry_at=NOW, off_since=NOW, digest="a:b")
    store.channels.record_failure(trouble)
    assert run(settings, "list").output.startswith("渠道 ding 已停用（2026-11-21 12:00起）：密钥不对")
    assert "渠道 ding 重新启用" in run(settings, "resend").output
    assert store.channels.troubles() == []


@pytest.mark.parametrize("words", [(), ("--dead",), ("--channel", "ding"), (a_finding().number,)])
def test_what_was_dead_is_sent_once_more_and_nothing_that_was_sent(
    told: Bench, settings: Path, words: tuple[str, ...]
) -> None:
    assert "1条待补发" in run(settings, "resend", *words).output
    told.engine.drain(NOW + days(400))
    told.engine.drain(NOW + days(400) + MINUTE)
    assert len(told.ding.messages) == len(told.mail.messages) == 1
    assert told.store.deliveries.listed() == []


def test_what_no_longer_holds_is_not_sent_again(told: Bench, settings: Path) -> None:
    told.close(a_finding(), NOW + MINUTE)
    run(settings, "resend", "--dead")
    told.engine.drain(NOW + days(400))
    assert told.ding.messages == []


def test_again_needs_a_number_and_sends_what_was_sent(told: Bench, settings: Path) -> None:
    refused = CliRunner().invoke(make_app(), ["deliveries", "resend", "--again", "--config", str(settings)])
    assert refused.exit_code != 0
    run(settings, "resend", a_finding().number.lower(), "--again", "--channel", "mail")
    told.engine.drain(NOW + days(400))
    assert len(told.mail.messages) == 2
    (row,) = told.store.deliveries.listed()
    assert (row.channel, row.state) == ("ding", DeliveryState.DEAD)


def test_to_list_makes_nothing(settings: Path, tmp_path: Path) -> None:
    assert run(settings, "list").output.strip() == "没有未送达的消息；已送达的用 --state sent 查看"
    assert [path.name for path in tmp_path.iterdir()] == [settings.name]


def test_to_list_changes_nothing_beside_a_running_watch(told: Bench, settings: Path, tmp_path: Path) -> None:
    def files() -> list[tuple[str, int, int]]:
        found = [(path, path.stat()) for path in sorted(tmp_path.rglob("*"))]
        # The index of the log of changes is shared memory: who reads marks there how far.
        return [(str(path), at.st_size, at.st_mtime_ns) for path, at in found if not path.name.endswith("-shm")]

    before = files()
    assert "共1条" in run(settings, "list").output
    assert files() == before
