"""Events from their JSON: of this version, of an earlier one, and of a newer one what we know of it."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from shared.errors import PoisonError
from shared.events import SCHEMA_VERSION, Comments, Coverage, Event, Finding, Kind, Outcome, Post, Probe
from shared.fact import decoded

E = TypeVar("E", bound=Event)
AnyEvent = Post | Probe | Finding

_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyEvent)
_decoders: dict[type[Event], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Post, Probe, Finding)
}

_CANNOT_SAY: dict[str, StrEnum] = {
    "kind": Kind.UNKNOWN,
    "comments": Comments.UNKNOWN,
    "covers": Coverage.NOTHING,
    "outcome": Outcome.UNKNOWN,
}
"""What stands for a newer version's word: it is evidence of nothing. A severity or status has no such stand-in: to
accuse on a guess, or to be silent, would be wrong, so that a finding with a new one waits among the dead letters."""

_MOMENT, _TEXT, _TABLE = "应为带时区的时间（ISO 8601）", "应为文字", "应为“名称: 值”的对照表"
_EVENTS = " 或 ".join(f"'{kind.__name__.lower()}'" for kind in (Post, Probe, Finding))

_SAID = (
    (r"Object missing required field `event`", "缺少 event"),
    (r"Object missing required field `([^`]+)`", "缺少这一项"),
    (r"Expected `datetime|Invalid RFC3339", _MOMENT),
    (r"Expected `str` of length >= 1", "至少 1 个字符"),
    (r"Expected `int` >= 1", "应不小于 1"),
    (r"Expected `str", _TEXT),
    (r"Expected `int|Integer value", "应为整数"),
    (r"Expected `bool", "应为 true 或 false"),
    (r"Expected `array", "应为列表"),
    (r"Expected `object", _TABLE),
    (r"Invalid enum value", "没有这个取值"),
    (r"Invalid value .* at `\$\.event`", f"'event' 应为 {_EVENTS}"),
    (r"Number out of range", "数太大"),
)
"""What msgspec says, and what we say; the first that fits. It quotes values, which may come from outside: we do not."""


def read_any(body: bytes | str) -> AnyEvent:
    """Raises PoisonError with the place and what is wrong there."""
    try:
        event: AnyEvent = decoded(_any, body)
    except (ValueError, RecursionError) as error:
        event = _read_newer(AnyEvent, body, error)
    if event.version > SCHEMA_VERSION:
        event.keep_written(body)
    return event


def read(kind: type[E], body: bytes | str) -> E:
    """An event that is known to be of this kind. Raises PoisonError."""
    try:
        event: E = decoded(_decoders[kind], body)
    except (ValueError, RecursionError) as error:
        event = _read_newer(kind, body, error)
    if event.version > SCHEMA_VERSION:
        event.keep_written(body)
    return event


def _read_newer(kind: Any, body: bytes | str, refused: ValueError | RecursionError) -> Any:
    """Asked only when the body is not right by our own version."""
    try:
        raw = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError):
        raise PoisonError(_problem(refused)) from None
    version = raw.get("version")
    if not isinstance(version, int) or version <= SCHEMA_VERSION:
        raise PoisonError(_problem(refused)) from None
    try:
        return msgspec.convert(raw | dict(_stand_ins(raw)), kind)
    except ValueError as error:
        written = f"由较新的版本 {version} 写成，本程序的版本是 {SCHEMA_VERSION}"
        raise PoisonError(f"{written}（{_problem(error)}）", "请升级本服务") from None


def _stand_ins(raw: dict[str, Any]) -> Iterator[tuple[str, StrEnum]]:
    for name, unknown in _CANNOT_SAY.items():
        value = raw.get(name)
        if isinstance(value, str) and value not in list(type(unknown)):
            yield name, unknown


def _problem(error: ValueError | RecursionError) -> str:
    """`evidence.0.at：应为带时区的时间`: where and what, in Chinese."""
    said, _, place = str(error).partition(" - at `$")
    if isinstance(error, RecursionError):
        return "嵌套过深"
    if not isinstance(error, msgspec.ValidationError):
        return "不是 JSON"
    for pattern, words in _SAID:
        if found := re.match(pattern, str(error)):
            parts = _dotted(place) + (f".{found[1]}" if found.groups() else "")
            return words if "event" in words or not parts else f"{parts.strip('.')}：{words}"
    return f"{_dotted(place)}.{said}".strip(".")


def _dotted(place: str) -> str:
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", place.rstrip("`")).strip(".")
