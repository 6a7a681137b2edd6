"""`xunjian deliveries`, as an engineer uses it after mending something."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.delivery import DeliveryState, Trouble
from shared.errors import PermanentError
from shared.storage.store import Store
from tests.alerter.alerting import MINUTE, Bench, bench, bus, store
from tests.builders import NOW, a_finding, days
from xunjian.app import make_app

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
    assert run(settings, "list", "--unit", "别家").output.strip() == "没有符合条件的消息"


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
    assert run(settings, "list").output.strip() == "没有符合条件的消息"
    assert [path.name for path in tmp_path.iterdir()] == [settings.name]


def test_to_list_changes_nothing_beside_a_running_watch(told: Bench, settings: Path, tmp_path: Path) -> None:
    def files() -> list[tuple[str, int, int]]:
        found = [(path, path.stat()) for path in sorted(tmp_path.rglob("*"))]
        # The index of the log of changes is shared memory: who reads marks there how far.
        return [(str(path), at.st_size, at.st_mtime_ns) for path, at in found if not path.name.endswith("-shm")]

    before = files()
    assert "共1条" in run(settings, "list").output
    assert files() == before
