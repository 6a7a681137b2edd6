"""Structured logs: JSON in pods, plain lines on a terminal; secrets never get through."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET = re.compile(
    r"(access_token=|[?&]key=|/hook/|[?&]sign=|[?&]token=|password[=:]\s*|secret[=:]\s*)([^\s&\"']+)", re.IGNORECASE
)
_CREDENTIALS = re.compile(r"(://[^/\s:@]+:)([^/\s@]+)@")


def configure_logs(log_format: str, level: str, stream: TextIO | None = None) -> None:
    """Log to `stream` (standard error). `log_format`: `json`, `console`, or `auto` (console on a terminal)."""
    stream = stream or sys.stderr
    console = log_format == "console" or (log_format == "auto" and stream.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer(colors=stream.isatty()) if console else _json_renderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what looks like a token, key or password in any text of a log line."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = redacted(value)
    return event


def redacted(text: str) -> str:
    return _CREDENTIALS.sub(r"\1***@", _SECRET.sub(r"\1***", text))


def _json_renderer() -> Any:
    return structlog.processors.JSONRenderer(ensure_ascii=False)
