"""What travels on the bus as an AsyncAPI 3.0 document, made from the event types themselves."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter

from shared.bus.envelope import MAX_BODY_BYTES
from shared.bus.topics import DEAD_LETTER_SUFFIX
from shared.events import SCHEMA_VERSION, Event, Finding, Post, Probe
from shared.trace import HEADER as TRACE
from xunjian.schemas.documented import Documented

EVENTS: tuple[type[Event], ...] = (Post, Probe, Finding)
SENDS = {"collector": (Post, Probe), "analyzer": (Finding,)}
RECEIVES = {"analyzer": (Post, Probe), "alerter": (Finding,)}
"""Also the consumer groups: a service reads under its own name, and what it cannot read it dead-letters."""

_KAFKA = "0.5.0"
"""Version of AsyncAPI's Kafka bindings."""
_TRACE = {TRACE: {"type": "string", "description": "W3C Trace Context of the visit that caused it, where one did."}}
_HEADING = "# Made from shared/events.py, not by hand: xunjian schema --asyncapi > docs/asyncapi.yaml\n"
_ABOUT = f"""Events of xunjian. Bodies are UTF-8 JSON of at most {MAX_BODY_BYTES} bytes; CloudEvents 1.0 attributes
travel as Kafka headers with the `ce_` prefix. Delivery is at least once: two messages with one `ce_id`
say the same thing. Readers ignore fields they do not know. Times are UTC."""


class _Readable(yaml.SafeDumper):
    """Several lines of text are written as several lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


def name_of(event: type[Event]) -> str:
    """`post`, `probe`, `finding`"""
    return event.__name__.lower()


def asyncapi() -> str:
    """The document as YAML."""
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "xunjian", "version": f"{SCHEMA_VERSION}.0.0", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": _channels(),
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }
    plain = json.loads(json.dumps(document))
    return _HEADING + yaml.dump(plain, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=120)


def _server() -> dict[str, Any]:
    bootstrap = {"default": "kafka:9092", "description": "XUNJIAN_KAFKA_BOOTSTRAP"}
    return {"host": "{bootstrap}", "protocol": "kafka", "variables": {"bootstrap": bootstrap}}


def _channels() -> dict[str, Any]:
    channels: dict[str, Any] = {}
    for topic, events in _topics(EVENTS).items():
        about = " ".join(["Keyed by account, so that the events of one account stay in order.", *map(_summary, events)])
        channels[topic] = _channel(topic, about, [name_of(event) for event in events])
    for topic, events in _topics(EVENTS).items():
        about = f"Records of `{topic}` that could not be read or judged, body and key unchanged."
        dead = [f"{name_of(event)}_dead" for event in events]
        channels[f"{topic}_dead"] = _channel(f"{topic}{DEAD_LETTER_SUFFIX}", about, dead)
    return channels


def _topics(events: Sequence[type[Event]]) -> dict[str, list[type[Event]]]:
    topics: dict[str, list[type[Event]]] = {}
    for event in events:
        topics.setdefault(event.topic, []).append(event)
    return topics


def _channel(address: str, about: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": about,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
        "bindings": {"kafka": {"topic": address, "bindingVersion": _KAFKA}},
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for service, sent in SENDS.items():
        for topic, events in _topics(sent).items():
            operations[f"{service}_sends_{topic}"] = _operation(service, "send", topic, events)
    for service, taken in RECEIVES.items():
        for topic, events in _topics(taken).items():
            group = {"groupId": {"type": "string", "const": service}, "bindingVersion": _KAFKA}
            received = _operation(service, "receive", topic, events) | {"bindings": {"kafka": group}}
            operations[f"{service}_receives_{topic}"] = received
            operations[f"{service}_sends_{topic}_dead"] = _operation(service, "send", topic, events, "_dead")
    return operations


def _operation(
    service: str, action: str, topic: str, events: Sequence[type[Event]], suffix: str = ""
) -> dict[str, Any]:
    channel = f"#/channels/{topic}{suffix}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"{channel}/messages/{name_of(event)}{suffix}"} for event in events],
    }


def _messages() -> dict[str, Any]:
    live = {name_of(event): _message(event) for event in EVENTS}
    dead = {f"{name_of(event)}_dead": _dead_message(event) for event in EVENTS}
    return live | dead


def _message(event: type[Event]) -> dict[str, Any]:
    key = {"type": "string", "description": "`platform/account_id`", "examples": ["weibo/1234567890"]}
    return {
        "name": f"cn.xunjian.{name_of(event)}.v{SCHEMA_VERSION}",
        "title": event.__name__,
        "summary": _summary(event),
        "contentType": "application/json; charset=utf-8",
        "headers": {"type": "object", "required": list(_headers(event)), "properties": {**_headers(event), **_TRACE}},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _KAFKA}},
    }


def _dead_message(event: type[Event]) -> dict[str, Any]:
    message = _message(event)
    headers = {
        "dlq_reason": {"type": "string", "description": "Why it could not be taken."},
        "dlq_topic": {"type": "string", "const": event.topic},
        "dlq_partition": {"type": "string", "pattern": "^[0-9]+$"},
        "dlq_offset": {"type": "string", "pattern": "^[0-9]+$"},
    }
    return {
        "name": f"{name_of(event)}_dead",
        "title": f"{event.__name__} that could not be taken",
        "summary": "The original headers, whatever they were, and the four that say where it came from.",
        "headers": {"type": "object", "required": list(headers), "properties": headers},
        "payload": {"description": "The bytes as they were received; possibly no JSON at all."},
        "bindings": message["bindings"],
    }


def _headers(event: type[Event]) -> dict[str, Any]:
    """As shared.bus.envelope.headers writes them."""
    return {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "Identity of this very message."},
        "ce_source": {"type": "string", "pattern": "^/xunjian/", "examples": ["/xunjian/collector"]},
        "ce_type": {"type": "string", "const": f"cn.xunjian.{name_of(event)}.v{SCHEMA_VERSION}"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "`platform/account_id`"},
        "content-type": {"type": "string", "const": "application/json; charset=utf-8"},
    }


def _schemas() -> dict[str, Any]:
    events: list[tuple[str, Literal["validation"], TypeAdapter[Any]]] = [
        (name_of(event), "validation", TypeAdapter(event)) for event in EVENTS
    ]
    place = "#/components/schemas/{model}"
    _, schema = TypeAdapter.json_schemas(events, ref_template=place, schema_generator=Documented)
    schemas: dict[str, Any] = schema["$defs"]
    return schemas


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]
