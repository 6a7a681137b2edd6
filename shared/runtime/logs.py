"""Structured logs: JSON in pods and files, lines on a terminal. No secret gets through, and logging kills nobody.

structlog is imported where it is used: it takes a tenth of a second, and a command of a moment logs nothing.
"""

import io
import logging
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from io import TextIOBase
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TextIO, cast

from shared.trace import trace_id

_SECRET = re.compile(
    r"(access_token=|[?&]key=|/hook/|[?&]sign=|[?&]token=|password[=:]\s*|secret[=:]\s*)([^\s&\"']+)", re.IGNORECASE
)
_CREDENTIALS = re.compile(r"(://[^/\s:@]+:)([^/\s@]+)@")

MAX_TEXT = 4_000
"""Characters of one field; a traceback keeps its end, which says what happened."""
MAX_TRACEBACK = 12_000
MAX_ITEMS = 200
MAX_DEPTH = 4
MAX_NUMBER = 2**63
FILE_BYTES = 20 * 1024**2
OLD_FILES = 5


class Stream(Protocol):
    """What log lines are written to."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class RotatingFile:
    """A file that begins anew at `max_bytes` and keeps `old` predecessors: `name.1` is the newest of them.

    Thread-safe. What cannot be written is lost: a full disk must not stop the watch.
    """

    def __init__(self, path: Path, max_bytes: int = FILE_BYTES, old: int = OLD_FILES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._old = old
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None
        self._is_torn = False

    def write(self, text: str) -> None:
        line = text.encode("utf-8", "backslashreplace")
        with self._lock, suppress(OSError):
            file = self._opened()
            torn, self._is_torn = self._is_torn, True
            self._is_torn = file.write(b"\n" + line if torn else line) < len(line)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        with self._lock, suppress(OSError):
            if self._file is not None:
                self._file.close()
            self._file = None

    def _opened(self) -> io.FileIO:
        if self._file is not None and self._file.tell() >= self._max_bytes:
            self._file.close()
            self._file = None
            with suppress(OSError):  # then it grows, until the folder can be written again
                for number in range(self._old, 0, -1):
                    before = self._numbered(number - 1)
                    if before.exists():
                        before.replace(self._numbered(number))
        if self._file is None:
            self._file = io.FileIO(self._path, "a")
        return self._file

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


class Forgiving:
    """A stream whose reader may be gone and whose disk may be full."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: it was closed
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure_logs(log_format: str, level: str, stream: Stream | None = None) -> None:
    """Log to `stream` (standard error). `log_format`: `json`, `console`, or `auto` (console on a terminal)."""
    import structlog  # noqa: PLC0415

    _waiting.clear()
    stream = stream or sys.stderr
    is_terminal = isinstance(stream, TextIOBase) and stream.isatty()
    console = log_format == "console" or (log_format == "auto" and is_terminal)
    renderer: Any = structlog.dev.ConsoleRenderer(colors=is_terminal) if console else _json_renderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _for_whom,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Forgiving(stream))),
        cache_logger_on_first_use=False,
    )


_waiting: list[tuple[str, str]] = []
"""How logs are to be configured once somebody logs; at most one."""


def configure_logs_when_needed(log_format: str, level: str) -> None:
    """As `configure_logs`, but only before the first line of a `logger_of` where nothing else has structlog yet."""
    if "structlog" in sys.modules:
        configure_logs(log_format, level)
    else:
        _waiting[:] = [(log_format, level)]


def logger_of(name: str) -> Any:
    """The logger of a module that hardly ever logs; to be fetched for each line."""
    import structlog  # noqa: PLC0415

    for wanted in _waiting[:]:
        configure_logs(*wanted)
    return structlog.get_logger(name)


def _for_whom(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`trace_id`: the visit, or visits, that caused the work this line tells of."""
    if cause := trace_id():
        event.setdefault("trace_id", cause)
    return event


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what looks like a token, key or password in any text of a log line, and bound each text."""
    for name, value in event.items():
        event[name] = _last(redacted(value)) if name == "exception" else _safe(value)
    return event


def redacted(text: str) -> str:
    return _CREDENTIALS.sub(r"\1***@", _SECRET.sub(r"\1***", text))


def _safe(value: Any, depth: int = 0) -> Any:
    """The value without secrets and within bounds; what is no plain data becomes text."""
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < MAX_NUMBER):
        return value
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        pairs = islice(value.items(), MAX_ITEMS)
        return {_cut(redacted(str(key))): _safe(item, depth + 1) for key, item in pairs}
    if isinstance(value, list | tuple | set | frozenset) and depth < MAX_DEPTH:
        return [_safe(item, depth + 1) for item in islice(value, MAX_ITEMS)]
    return _cut(redacted(value if isinstance(value, str) else repr(value)))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…({len(text)} characters)"


def _last(text: str) -> str:
    return text if len(text) <= MAX_TRACEBACK else f"({len(text)} characters)…{text[-MAX_TRACEBACK:]}"


def _json_renderer() -> Any:
    import structlog  # noqa: PLC0415

    return structlog.processors.JSONRenderer(ensure_ascii=False)
