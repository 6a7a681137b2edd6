"""The kinds of panels there are, each with all that a viewer needs: title, meaning, unit, words for no value."""

from collections.abc import Sequence
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, heatmap, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heat_looks

from monitoring.dashboards.colours import PLAIN
from monitoring.dashboards.looks import Called, Steps, handbook_links, thresholds
from monitoring.dashboards.queries import POSTGRES, PROMETHEUS, Query, Sql

Panel = stat.Panel | timeseries.Panel | bargauge.Panel | heatmap.Panel | table.Panel
AnyPanel = TypeVar("AnyPanel", stat.Panel, timeseries.Panel, bargauge.Panel, heatmap.Panel, table.Panel)

NO_DATA = "无数据"
NOTHING_WRONG = "没有（正常）"
COUNT = "suffix: 个"
PLAIN_STEPS: Steps = ((None, PLAIN),)


def _told(panel: AnyPanel, title: str, description: str, unit: str, nothing: str) -> AnyPanel:
    told = panel.title(title).description(description).unit(unit).no_value(nothing)
    return told.links([*handbook_links(description)]).datasource(PROMETHEUS)


def number(
    title: str,
    description: str,
    *queries: Query,
    unit: str = COUNT,
    steps: Steps = PLAIN_STEPS,
    mappings: Sequence[model.ValueMapping] = (),
    called: Called | None = None,
    decimals: int | None = None,
    nothing: str = NO_DATA,
) -> stat.Panel:
    """What is true now of each series, large, in the colour of its step.

    Asked for now and not over time: of a series that ended, the last value would be shown as if it still held.
    """
    panel = _told(stat.Panel(), title, description, unit, nothing).thresholds(thresholds(steps))
    panel = panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    panel = panel.color_mode(looks.BigValueColorMode.VALUE).mappings(list(mappings))
    panel = panel.graph_mode(looks.BigValueGraphMode.NONE)
    panel = panel.text_mode(looks.BigValueTextMode.AUTO).reduce_options(_last()).orientation(looks.VizOrientation.AUTO)
    if decimals is not None:
        panel = panel.decimals(decimals)
    if called is not None:
        panel = panel.overrides([*_names_only(called)])
    return panel.targets([*queries])


def lines(
    title: str,
    description: str,
    *queries: Query,
    unit: str = COUNT,
    called: Called | None = None,
    steps: Steps | None = None,
    stacked: bool = False,
    most: float | None = None,
    nothing: str = NO_DATA,
) -> timeseries.Panel:
    """Each series over time. `steps`: drawn as dashed lines; `most`: the upper end of the axis."""
    panel = _told(timeseries.Panel(), title, description, unit, nothing).targets([*queries]).min(0)
    panel = panel.line_width(2).fill_opacity(60 if stacked else 8).show_points(looks.VisibilityMode.AUTO)
    panel = panel.legend(_legend()).tooltip(_tooltip()).span_nulls(False)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A"))
    if called is not None:
        panel = panel.overrides([*called.overrides()])
    if most is not None:
        panel = panel.max(most)
    if steps is not None:
        dashed = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds(thresholds(steps)).thresholds_style(dashed)
    return panel


def bars(
    title: str,
    description: str,
    *queries: Query,
    unit: str = COUNT,
    called: Called | None = None,
    steps: Steps = PLAIN_STEPS,
    most: float | None = None,
    decimals: int | None = None,
    nothing: str = NO_DATA,
) -> bargauge.Panel:
    """What is true now of each series as a bar, the name beside it."""
    panel = _told(bargauge.Panel(), title, description, unit, nothing).targets([*queries]).min(0)
    panel = panel.display_mode(looks.BarGaugeDisplayMode.BASIC).orientation(looks.VizOrientation.HORIZONTAL)
    panel = panel.thresholds(thresholds(steps)).reduce_options(_last()).show_unfilled(True)
    panel = panel.name_placement(looks.BarGaugeNamePlacement.LEFT).value_mode(looks.BarGaugeValueMode.TEXT)
    panel = panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    if most is not None:
        panel = panel.max(most)
    if decimals is not None:
        panel = panel.decimals(decimals)
    return panel.overrides([*_names_only(called)]) if called is not None else panel


def heat(title: str, description: str, query: Query, *, unit: str = "s", nothing: str = NO_DATA) -> heatmap.Panel:
    """A histogram over time; the darker, the more often."""
    shade = heatmap.HeatmapColorOptions().mode(heat_looks.HeatmapColorMode.SCHEME).scheme("Blues").steps(32)
    panel = _told(heatmap.Panel(), title, description, "short", nothing).calculate(False).with_target(query)
    panel = panel.y_axis(heatmap.YAxisConfig().unit(unit)).cell_gap(1).hide_legend().show_color_scale(False)
    return panel.color(shade).show_value(looks.VisibilityMode.NEVER).filter_values(_more_than_nothing())


def rows(
    title: str,
    description: str,
    query: Query,
    *overrides: build.DashboardFieldConfigSourceOverrides,
    unit: str = "string",
    nothing: str = NO_DATA,
) -> table.Panel:
    """A table with filters in its headers; SQL is asked of PostgreSQL, all else of Prometheus."""
    panel = _told(table.Panel(), title, description, unit, nothing).with_target(query).filterable(True)
    if isinstance(query, Sql):
        panel = panel.datasource(POSTGRES)
    panel = panel.cell_height(looks.TableCellHeight.SM).show_header(True)
    return panel.overrides([*overrides])


def _names_only(called: Called) -> list[build.DashboardFieldConfigSourceOverrides]:
    """Where the colour tells how bad a value is, and not whose it is."""
    return Called(called.words, {}).overrides()


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().display_mode(looks.LegendDisplayMode.LIST).show_legend(True)
    return legend.placement(looks.LegendPlacement.BOTTOM).calcs([])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING)


def _more_than_nothing() -> heatmap.FilterValueRange:
    return heatmap.FilterValueRange().le(1e-9)
