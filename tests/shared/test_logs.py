"""No secret gets through a log line."""

import io
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import structlog

from shared.runtime.logs import MAX_TEXT, RotatingFile, configure_logs, configure_logs_when_needed, redacted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "https://oapi.example/robot/send?access_token=abc123&x=1",
            "https://oapi.example/robot/send?access_token=***&x=1",
        ),
        ("https://q.example/cgi-bin/webhook/send?key=abc-123", "https://q.example/cgi-bin/webhook/send?key=***"),
        ("https://f.example/open-apis/bot/v2/hook/abc", "https://f.example/open-apis/bot/v2/hook/***"),
        ("postgresql+psycopg://xunjian:hunter2@db/x", "postgresql+psycopg://xunjian:***@db/x"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_tokens_are_blanked(text: str, kept: str) -> None:
    assert redacted(text) == kept


def test_log_lines_are_json_with_fields_and_without_secrets() -> None:
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    structlog.get_logger("test").info("sent", account="weibo/1", url="https://x/?key=SECRET")
    structlog.reset_defaults()
    line = stream.getvalue()
    assert '"account": "weibo/1"' in line
    assert "SECRET" not in line


def logged(**fields: object) -> dict[str, object]:
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    structlog.get_logger("test").info("said", **fields)
    line: dict[str, object] = json.loads(stream.getvalue())
    return line


def test_secrets_inside_lists_and_mappings_are_blanked_too() -> None:
    line = str(
        logged(urls=["https://x/?key=SECRET"], more={"a": ("https://x/?token=SECRET",)}, odd=Path("/hook/SECRET"))
    )
    assert "SECRET" not in line


def test_a_line_is_bounded_and_stays_json() -> None:
    line = logged(page="头" * 1_000_000, numbers=list(range(1_000_000)), deep=[[[[[["x" * 9_000]]]]]])
    assert str(line["page"]).startswith("头" * MAX_TEXT + "…(1000000")
    assert len(str(line)) < 20_000


def test_a_file_begins_anew_when_it_is_full_and_keeps_a_few_predecessors(tmp_path: Path) -> None:
    path = tmp_path / "xunjian.log"
    file = RotatingFile(path, max_bytes=100, old=2)
    for number in range(40):
        file.write(f"{number:02} " + "x" * 26 + "\n")
    file.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["xunjian.log", "xunjian.log.1", "xunjian.log.2"]
    newest = [one for name in (".2", ".1", "") for one in Path(f"{path}{name}").read_text().splitlines()]
    assert [line[:2] for line in newest] == [f"{number:02}" for number in range(40 - len(newest), 40)]


def test_writers_side_by_side_tear_no_line(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "log", max_bytes=5_000, old=500)

    def write() -> None:
        for _ in range(300):
            file.write("x" * 49 + "\n")

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    file.close()
    lines = [line for one in tmp_path.iterdir() for line in one.read_text().splitlines()]
    assert lines == ["x" * 49] * 2400


@pytest.mark.fault(17)
def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    file = RotatingFile(tmp_path / "log")
    configure_logs("json", "info", file)
    structlog.get_logger("test").info("lost")
    file.close()


def test_a_folder_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    RotatingFile(tmp_path / "gone" / "log").write("lost\n")


def test_a_closed_stream_stops_nobody() -> None:
    stream = io.StringIO()
    configure_logs("json", "info", stream)
    stream.close()
    structlog.get_logger("test").info("lost")


_LATER = """
import sys
from shared.runtime.logs import configure_logs_when_needed, logger_of
configure_logs_when_needed("json", "warning")
assert "structlog" not in sys.modules
logger_of("test").info("unimportant")
logger_of("test").warning("refused", url="https://x/?key=SECRET")
"""


def test_what_is_configured_for_later_holds_from_the_first_line_on() -> None:
    ran = subprocess.run([sys.executable, "-c", _LATER], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert json.loads(ran.stderr)["event"] == "refused"
    assert "SECRET" not in ran.stderr


def test_where_structlog_is_in_use_it_is_configured_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs_when_needed("json", "warning")
    structlog.get_logger("test").warning("told")
    structlog.reset_defaults()
    assert json.loads(capsys.readouterr().err)["event"] == "told"
