"""`xunjian schema`: what events and webhook messages look like, for programs that read them."""

import json
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from services.alerter.payload import Payload
from shared.errors import InputError
from xunjian.schemas.asyncapi import EVENTS, asyncapi, name_of
from xunjian.schemas.documented import Documented


def schema(
    event: Annotated[
        str | None, typer.Argument(metavar="事件", help="post、probe、finding 或 webhook；不给则全部")
    ] = None,
    as_asyncapi: Annotated[bool, typer.Option("--asyncapi", help="改为输出整份 AsyncAPI 3.0 文档（YAML）")] = False,
) -> None:
    """打印事件和 webhook 消息的 JSON Schema。"""
    if as_asyncapi:
        typer.echo(asyncapi(), nl=False)
        return
    kinds: dict[str, type[Any]] = {**{name_of(kind): kind for kind in EVENTS}, "webhook": Payload}
    schemas = {name: TypeAdapter(kind).json_schema(schema_generator=Documented) for name, kind in kinds.items()}
    if event is not None and event not in schemas:
        raise InputError("schema", f"没有事件 {event}，可选 {'、'.join(schemas)}")
    typer.echo(json.dumps(schemas[event] if event else schemas, ensure_ascii=False, indent=2))
