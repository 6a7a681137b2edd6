"""The dashboards' JSON: what Grafana needs, and what a viewer does."""

import json
import re
from itertools import combinations
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitoring.dashboards.__main__ import drifted
from monitoring.dashboards.accounts import COMPLIANT, VERIFIED
from monitoring.dashboards.words import OUTCOMES, PLATFORMS, STATES
from shared.runtime.metrics import Metrics
from shared.state import State
from tests.monitoring.boards import NAMES, board, panels, queries, variables_of
from tests.paths import ROOT

CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVERY = [(name, panel) for name in NAMES for panel in panels(name)]
every_panel = pytest.mark.parametrize(
    "panel", [panel for _, panel in EVERY], ids=[f"{name}-{panel['id']}" for name, panel in EVERY]
)
every_board = pytest.mark.parametrize("name", NAMES)


def test_the_json_is_what_the_code_makes() -> None:
    assert drifted() == []


@every_board
def test_it_is_a_dashboard_of_grafana_11(name: str) -> None:
    made = board(name)
    assert 39 <= made["schemaVersion"] <= 41
    assert "id" not in made
    assert "version" not in made
    assert made["uid"] == f"xunjian-{name}"
    assert {"xunjian", "巡检"} <= set(made["tags"])
    assert made["timezone"] == "Asia/Shanghai"
    assert made["refresh"] in ("30s", "5m")
    assert made["time"]["to"] == "now"
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])
    assert all(panel["id"] for panel in made["panels"])


@every_board
def test_panels_fill_the_24_columns_and_none_lies_on_another(name: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in board(name)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken.get((x, y))}"
                taken[x, y] = panel["title"]
    height = max(y for _, y in taken) + 1
    assert len(taken) == 24 * height, "there is a hole"


def test_the_supervisor_sees_four_numbers_first() -> None:
    first = [panel for panel in board("supervisor")["panels"] if panel["gridPos"]["y"] == 0]
    assert [panel["title"] for panel in first] == ["账号总数", "合格率", "已超期", "未能核实"]
    assert {panel["type"] for panel in first} == {"stat"}


@every_panel
def test_a_panel_says_what_it_shows_in_chinese(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    for text in (panel["title"], panel["description"], defaults["noValue"]):
        assert CHINESE.search(text)
    assert len(panel["description"]) >= 10
    assert defaults["unit"]


@every_board
def test_titles_are_told_apart(name: str) -> None:
    titles = [panel["title"] for panel in panels(name)]
    assert len(set(titles)) == len(titles)


@every_panel
def test_its_queries_have_names_and_the_viewers_data_sources(panel: dict[str, Any]) -> None:
    names = [target["refId"] for target in panel["targets"]]
    assert all(names)
    assert len(set(names)) == len(names)
    kinds = {"${prometheus}": "prometheus", "${postgres}": "grafana-postgresql-datasource"}
    for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
        assert source["type"] == kinds[source["uid"]]


@every_board
def test_every_variable_that_is_used_is_there_and_every_one_there_is_used(name: str) -> None:
    made = board(name)
    declared = {variable["name"] for variable in made["templating"]["list"]}
    shown = json.dumps([made["panels"], [one.get("datasource") for one in made["templating"]["list"]]])
    assert variables_of(shown) == declared


@every_board
def test_what_is_chosen_comes_from_the_data_and_is_all_at_first(name: str) -> None:
    found = [one for one in board(name)["templating"]["list"] if one["type"] == "query"]
    assert found
    for variable in found:
        assert variable["current"]["value"] == ["$__all"]
        assert "allValue" not in variable, "it would go into SQL as it is"
        assert variable["includeAll"]
        assert variable["refresh"] in (1, 2)


@every_board
def test_every_metric_that_is_asked_for_exists(name: str) -> None:
    known = {*Metrics().names(), "up"}
    asked = [query for query in queries(name) if not query.is_sql]
    found = {metric for query in asked for metric in re.findall(r"\b(?:xunjian|process)_\w+|\bup\b", query.text)}
    assert found
    assert found - known == set()


@every_board
def test_variables_stand_in_quotes_that_suit_them(name: str) -> None:
    """Escaped by `regex` in back quotes, where a backslash is one; by `sqlstring`, which brings its own quotes."""
    for query in queries(name):
        form = r"ARRAY\[\$\{\w+:sqlstring\}\]" if query.is_sql else r"=~`\$\{\w+:regex\}`"
        rest = re.sub(form, "", query.text)
        assert variables_of(rest) == set(), query


@every_panel
def test_no_legend_grows_with_the_ledger(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        outermost = re.match(r"(?:label_replace\()*((topk|bottomk)\(|[^(]*\()", target.get("expr", ""))
        grows = re.search(r"by \((region|rule|channel, reason)\)", target.get("expr", ""))
        assert not grows or (outermost and outermost[2]), "only the largest or the smallest of them"
    if panel["type"] == "timeseries":
        legend = panel["options"]["legend"]
        assert (legend["placement"], legend["displayMode"]) == ("bottom", "list")


def _linear(colour: str) -> list[float]:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


_EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
"""Machado, Oliveira, Fernandes 2009, full severity; over linear light."""


def _lab(light: list[float]) -> tuple[float, float, float]:
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    ratios = [sum(a * b for a, b in zip(row, light, strict=True)) / w for row, w in zip(matrix, white, strict=True)]
    x, y, z = (max(ratio, 0) ** (1 / 3) if ratio > 0.008856 else 7.787 * ratio + 16 / 116 for ratio in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _difference(one: str, other: str, eye: str) -> float:
    labs = []
    for colour in (one, other):
        light = _linear(colour)
        labs.append(_lab([sum(a * b for a, b in zip(row, light, strict=True)) for row in _EYES[eye]]))
    return float(sum((a - b) ** 2 for a, b in zip(*labs, strict=True)) ** 0.5)


def _colours_together(panel: dict[str, Any]) -> list[set[str]]:
    """Groups of colours between which something is told."""
    defaults = panel["fieldConfig"]["defaults"]
    steps = {step["color"] for step in defaults.get("thresholds", {}).get("steps", [])}
    overrides = panel["fieldConfig"].get("overrides") or []
    values = [prop["value"] for one in overrides for prop in one["properties"] if prop["id"] == "color"]
    return [steps, {value["fixedColor"] for value in values}]


@every_panel
@pytest.mark.parametrize("eye", _EYES)
def test_colours_are_told_apart_without_red_or_green(panel: dict[str, Any], eye: str) -> None:
    for group in _colours_together(panel):
        for one, other in combinations(sorted(group), 2):
            assert _difference(one, other, eye) >= 10, (one, other)


def test_every_state_outcome_and_platform_has_a_chinese_name() -> None:
    for words in (STATES, OUTCOMES, PLATFORMS):
        assert all(CHINESE.search(word) for word in words.values())


@every_panel
def test_what_it_says_of_the_handbook_stands_there(panel: dict[str, Any]) -> None:
    headings = re.findall(r"^### (\w+)$", (ROOT / "docs/监控.md").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"docs/监控\.md，(\w+)", panel["description"])
    assert set(named) <= set(headings)
    assert [link["url"] for link in panel.get("links", [])] == [f"${{manual:raw}}#{name.lower()}" for name in named]


def test_compliant_is_the_same_on_the_dashboards_and_in_the_rules() -> None:
    rules = yaml.safe_load((ROOT / "monitoring/rules/recording.yaml").read_text("utf-8"))["groups"][0]["rules"]
    (recorded,) = [rule["expr"] for rule in rules if rule["record"] == "xunjian_compliance:ratio"]
    part, whole = (set(found.split("|")) for found in re.findall(r'state=~"([a-z|]+)"', recorded))
    assert set(re.findall(r"[a-z]+", COMPLIANT.split("state=~")[1].split("}")[0])) == part
    excluded = set(re.findall(r"[a-z]+", VERIFIED.split("state!~")[1].split("}")[0]))
    assert {str(state) for state in State} - excluded == whole


@every_board
def test_the_sdk_reads_it_back_as_it_is(name: str) -> None:
    """Its models are generated from Grafana's own: what they do not know would be dropped, what is wrong raises."""
    register_default_plugins()
    made = board(name)
    read: dict[str, Any] = json.loads(json.dumps(Dashboard.from_json(made), cls=JSONEncoder))
    for panel in read["panels"]:
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        if not defaults.get("custom", True):
            del defaults["custom"]
    assert read == made
