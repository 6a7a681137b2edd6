"""How fields look: thresholds, mappings, overrides, links."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from monitoring.dashboards.colours import SERIES

Steps = Sequence[tuple[float | None, str]]
"""From which value on which colour; the first from null, which is everything below the second."""


@dataclass(frozen=True)
class Called:
    """Label values by name: what they are called, and in which colour; without colours they take those of the order."""

    words: Mapping[str, str]
    colours: Mapping[str, str] | None = None

    def colour(self, name: str) -> str | None:
        if self.colours is not None:
            return self.colours.get(name)
        return SERIES[list(self.words).index(name) % len(SERIES)]

    def overrides(self) -> list[build.DashboardFieldConfigSourceOverrides]:
        """For panels with a series each, named by the label."""
        return [_override(name, words, self.colour(name)) for name, words in self.words.items()]

    def mapping(self) -> model.ValueMap:
        """For cells that hold the label."""
        results = {
            name: model.ValueMappingResult(text=words, color=self.colour(name), index=place)
            for place, (name, words) in enumerate(self.words.items())
        }
        return model.ValueMap(options=results)

    def texts(self) -> model.ValueMap:
        """As `mapping`, without colours."""
        results = {name: model.ValueMappingResult(text=words) for name, words in self.words.items()}
        return model.ValueMap(options=results)


def _override(name: str, words: str, colour: str | None) -> build.DashboardFieldConfigSourceOverrides:
    properties = [model.DynamicConfigValue("displayName", words)]
    if colour:
        properties.append(model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}))
    return override(name, *properties)


def override(name: str, *properties: model.DynamicConfigValue) -> build.DashboardFieldConfigSourceOverrides:
    matcher = model.MatcherConfig(id_val="byName", options=name)
    return build.DashboardFieldConfigSourceOverrides().matcher(matcher).properties(list(properties))


def thresholds(steps: Steps) -> build.ThresholdsConfig:
    found = [model.Threshold(value=value, color=colour) for value, colour in steps]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def numbers(words: Mapping[float, tuple[str, str]]) -> model.ValueMap:
    """Of a gauge that stands for a state: number to (words, colour)."""
    results = {
        f"{number:g}": model.ValueMappingResult(text=text, color=colour, index=place)
        for place, (number, (text, colour)) in enumerate(words.items())
    }
    return model.ValueMap(options=results)


def renamed(**names: str) -> list[build.DashboardFieldConfigSourceOverrides]:
    """Columns of a table of labels, called so; the moment and the number, which is always 1, are left out."""
    hidden = [override(name, model.DynamicConfigValue("custom.hidden", True)) for name in ("Time", "Value")]
    return hidden + [override(name, model.DynamicConfigValue("displayName", words)) for name, words in names.items()]


_HANDBOOK = "docs/监控.md"
_SECTION = re.compile(f"{_HANDBOOK}，(\\w+)")


def handled(alert: str) -> str:
    """Where it stands what to do: the section on the alert that is raised for it."""
    return f"处理：{_HANDBOOK}，{alert}。"


def handbook_links(description: str) -> list[build.DashboardLink]:
    """To the sections that a description names, where the viewer has said above where his office keeps them."""
    return [_link(section) for section in _SECTION.findall(description)]


def _link(section: str) -> build.DashboardLink:
    link = (
        build.DashboardLink(f"处理办法：{section}")
        .type(model.DashboardLinkType.LINK)
        .url(f"${{manual:raw}}#{section.lower()}")
    )
    return link.target_blank(True).icon("doc").tooltip(_HANDBOOK).as_dropdown(False).tags([])
