"""The published description of the events is the events' own."""

import json
from typing import Any

import pytest
import typer
import yaml
from msgspec import to_builtins
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typer.testing import CliRunner

from shared.bus.envelope import headers, sealed
from shared.bus.topics import DEAD_LETTER_SUFFIX, TOPICS
from shared.errors import InputError
from shared.events import Event, Post
from shared.trace import Trace
from tests.builders import a_finding, a_post, a_probe
from tests.paths import ROOT
from xunjian.commands.schema import schema
from xunjian.schemas.asyncapi import asyncapi, name_of
from xunjian.schemas.documented import Documented, field_docs

app = typer.Typer()
app.command()(schema)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(asyncapi())
    return loaded


def test_the_document_in_docs_is_the_one_made_today() -> None:
    drifted = "docs/asyncapi.yaml drifted from shared/events.py: run  xunjian schema --asyncapi > docs/asyncapi.yaml"
    assert (ROOT / "docs" / "asyncapi.yaml").read_text("utf-8") == asyncapi(), drifted


def test_every_topic_and_its_dead_letters_have_a_channel(document: dict[str, Any]) -> None:
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {*TOPICS, *(topic + DEAD_LETTER_SUFFIX for topic in TOPICS)}


@pytest.mark.parametrize("event", [a_post(), a_probe(), a_finding()])
def test_the_headers_described_are_those_written(document: dict[str, Any], event: Event) -> None:
    described = document["components"]["messages"][name_of(type(event))]["headers"]
    written = sealed(event, "collector", Trace.begun()).headers
    assert set(described["required"]) == set(headers(event, "collector"))
    assert set(described["properties"]) == set(written)
    for name, rule in described["properties"].items():
        assert rule.get("const", written[name]) == written[name]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def follow(node: Any) -> None:
        for name, child in (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        ):
            if name == "$ref":
                place: Any = document
                for step in child.removeprefix("#/").split("/"):
                    place = place[step]
            else:
                follow(child)

    follow(document)


def test_each_service_sends_and_receives_what_it_does(document: dict[str, Any]) -> None:
    assert set(document["operations"]) >= {
        "collector_sends_observations",
        "analyzer_receives_observations",
        "analyzer_sends_observations_dead",
        "analyzer_sends_findings",
        "alerter_receives_findings",
        "alerter_sends_findings_dead",
    }


@pytest.mark.parametrize("event", [a_post(), a_probe(), a_finding()])
def test_the_command_prints_the_schema_of_an_event(event: Event) -> None:
    printed = json.loads(CliRunner().invoke(app, [name_of(type(event))]).output)
    assert printed == TypeAdapter(type(event)).json_schema(schema_generator=Documented)
    assert set(printed["required"]) <= set(to_builtins(event))


def test_what_stands_below_a_field_describes_it_and_nothing_else_changes() -> None:
    described, plain = (
        TypeAdapter(Post).json_schema(schema_generator=made) for made in (Documented, GenerateJsonSchema)
    )
    assert described["properties"]["observed_at"].pop("description") == "When we saw it (UTC)."
    told = [name for name, field in described["properties"].items() if field.pop("description", None)]
    assert told == ["version", "id", "text", "published_at", "ad_signals"]
    assert described["properties"] == plain["properties"]


def test_fields_of_a_base_are_described_by_it() -> None:
    assert field_docs(Sketched) == {"one": "Of the base.", "other": "Anew."}


class Plain(BaseModel):
    one: int
    """Of the base."""
    other: int
    """Of the base too."""


class Sketched(Plain):
    other: int
    """Anew."""
    bare: int


def test_without_a_name_it_prints_all() -> None:
    assert set(json.loads(CliRunner().invoke(app, []).output)) == {"post", "probe", "finding", "webhook"}


def test_the_command_prints_the_whole_document() -> None:
    assert CliRunner().invoke(app, ["--asyncapi"]).output == asyncapi()


def test_an_unknown_event_is_an_input_error() -> None:
    error = CliRunner().invoke(app, ["comment"]).exception
    assert isinstance(error, InputError)
    assert "post、probe、finding、webhook" in str(error)
