"""One thread of cause from a visit to the message about it: W3C `traceparent`, and `trace_id` in every log line."""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Self

HEADER = "traceparent"
MOST_NAMED = 20
"""Traces named in one log line: a message may be about many findings."""
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.ASCII)
_VERSION_ZERO_CHARACTERS = 55


@dataclass(frozen=True, slots=True)
class Trace:
    """`id`: 32 hexadecimal digits, the same from the visit to the message. `span`: 16, of whoever handed it on."""

    id: str
    span: str

    @property
    def header(self) -> str:
        """As it travels and as it waits in the database."""
        return f"00-{self.id}-{self.span}-01"

    @classmethod
    def begun(cls) -> Self:
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    @classmethod
    def of_header(cls, text: str | None) -> Self | None:
        """Null where there is none, or one that is not well formed: whoever sent it, no work depends on it."""
        if text is None or len(text) > 4 * _VERSION_ZERO_CHARACTERS or not _FORM.fullmatch(text):
            return None
        if text.startswith("00") and len(text) != _VERSION_ZERO_CHARACTERS:
            return None
        _, number, span, *_ = text.split("-")
        return cls(number, span)


TraceOf = Callable[[object], Trace | None]
_current: ContextVar[Trace | None] = ContextVar("trace", default=None)
_named: ContextVar[str | None] = ContextVar("trace_id", default=None)


def current_trace(_of: object = None) -> Trace | None:
    """The one whose work is being done; null where nobody began one."""
    return _current.get()


def trace_id() -> str | None:
    """For a log line: of whose work it tells; several with commas between them."""
    return _named.get()


@contextmanager
def traced(trace: Trace | None) -> Iterator[None]:
    """What is done inside is done for this visit, and its log lines say so. Null: as outside."""
    if trace is None:
        yield
        return
    with _set(trace, trace.id):
        yield


@contextmanager
def traced_together(headers: Iterable[str | None]) -> Iterator[None]:
    """What is done inside is done for all of these, and its log lines name each."""
    traces = [trace for trace in map(Trace.of_header, headers) if trace is not None]
    if not traces:
        yield
        return
    ids = dict.fromkeys(trace.id for trace in traces)
    with _set(traces[0], ",".join(islice(ids, MOST_NAMED))):
        yield


@contextmanager
def _set(trace: Trace, named: str) -> Iterator[None]:
    before, named_before = _current.set(trace), _named.set(named)
    try:
        yield
    finally:
        _current.reset(before)
        _named.reset(named_before)
