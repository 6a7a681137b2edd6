"""Every process says at the start on what it runs, and at the end why it ended."""

import signal
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.errors import InputError
from shared.runtime.announced import announced
from shared.runtime.settings import Settings

SETTINGS = Settings(
    database_url="postgresql+psycopg://watch:SECRET@db/x",
    data_dir=Path("/srv/data"),
    channels={"a": {"token": "SECRET"}},
)


def test_the_start_names_everything_it_stands_on_without_a_secret() -> None:
    with capture_logs() as lines, announced(SETTINGS, ["collector"], [signal.SIGTERM]):
        pass
    started, stopped = lines
    assert (started["event"], started["roles"], started["bus"]) == ("started", ["collector"], "embedded")
    assert started["database"] == "postgresql+psycopg://watch:***@db/x"
    assert {"version", "pid", "settings", "data_dir", "rulebook", "rulebooks"} <= set(started)
    assert "SECRET" not in str(started)
    assert (stopped["event"], stopped["why"]) == ("stopped", "SIGTERM")


def test_an_error_is_why_it_stopped() -> None:
    with capture_logs() as lines, pytest.raises(InputError), announced(SETTINGS, ["alerter"], []):
        raise InputError("channels.mail", "缺少这一项")
    assert lines[-1] == {
        "event": "stopped",
        "log_level": "error",
        "roles": ["alerter"],
        "why": "error: channels.mail: 缺少这一项",
    }
