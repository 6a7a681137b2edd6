"""No secret gets through a log line."""

import io

import pytest
import structlog

from shared.runtime.logs import configure_logs, redacted


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
