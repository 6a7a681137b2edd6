"""Events to and from bytes: versioned JSON bodies, CloudEvents 1.0 attributes as headers (Kafka protocol binding)."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from shared.errors import PoisonError
from shared.event_json import AnyEvent, read_any
from shared.events import Event, Finding, Post
from shared.trace import HEADER as TRACE
from shared.trace import Trace

MAX_BODY_BYTES = 900_000
"""Below Kafka's default message.max.bytes of 1 MiB, headers included."""


class Envelope(NamedTuple):
    """One event as it travels."""

    topic: str
    key: str
    body: bytes
    headers: Mapping[str, str]


def sealed(event: Event, source: str, trace: Trace | None = None) -> Envelope:
    """What a bus sends; the event is written out once. `source` and errors as in `headers` and `encode`."""
    body = encode(event)
    head = headers(event, source)
    if trace is not None:
        head[TRACE] = trace.header
    return Envelope(event.topic, event.key, body, head)


def encode(event: Event) -> bytes:
    """UTF-8 JSON of the event. Raises PoisonError when it would be too large for the bus."""
    body = event.to_json()
    if len(body) > MAX_BODY_BYTES:
        raise PoisonError(
            f"事件 {event.fingerprint} 有 {len(body)} 字节，总线最多收 {MAX_BODY_BYTES} 字节", "请报告开发者"
        )
    return body


def headers(event: Event, source: str) -> dict[str, str]:
    """CloudEvents 1.0 attributes with the `ce_` prefix of its Kafka binding. `source` names the publishing service."""
    kind = type(event).__name__.lower()
    return {
        "ce_specversion": "1.0",
        "ce_id": event_id(event),
        "ce_source": f"/xunjian/{source}",
        "ce_type": f"cn.xunjian.{kind}.v{event.version}",
        "ce_time": event.occurred_at.isoformat(),
        "ce_subject": event.key,
        "content-type": "application/json; charset=utf-8",
    }


def kept_headers(source: str) -> dict[str, str]:
    """Of `headers` what the body does not tell, and the one that every reader asks for."""
    return {"ce_specversion": "1.0", "ce_source": f"/xunjian/{source}"}


class Headers(Mapping[str, str]):
    """Those that were kept, and those of the event in the body, made when somebody asks: that is dear and rare."""

    def __init__(self, kept: Mapping[str, str], body: bytes) -> None:
        self._kept = kept
        self._body = body

    def __getitem__(self, name: str) -> str:
        if name == TRACE:  # no body tells it: not to be looked for there
            return self._kept[name]
        return self._kept[name] if name in self._kept else self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> dict[str, str]:
        try:
            return {**headers(read_any(self._body), ""), **self._kept}
        except PoisonError:
            return dict(self._kept)


def event_id(event: Event) -> str:
    """Identity of this very message: unlike the fingerprint it changes with a post's content or a finding's status."""
    if isinstance(event, Post):
        return f"{event.fingerprint}-{event.digest}"
    if isinstance(event, Finding):
        return f"{event.fingerprint}-{event.status}-{event.at.timestamp():.0f}"
    return event.fingerprint


def decode(body: bytes, headers: Mapping[str, str] | None = None) -> AnyEvent:
    """The event in a body. Raises PoisonError with the reason when it cannot be one of ours."""
    if headers and (version := headers.get("ce_specversion", "1.0")) != "1.0":
        raise PoisonError(
            f"CloudEvents 版本（specversion）是 {version[:20]}，本程序只读 1.0", "请核对写入的程序，或升级本服务"
        )
    return read_any(body)
