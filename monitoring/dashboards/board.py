"""A dashboard put together: rows of panels on Grafana's 24 columns, numbered in reading order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from monitoring.dashboards.panels import Panel
from monitoring.dashboards.variables import Variable

COLUMNS = 24
TAG = "xunjian"


@dataclass(frozen=True)
class Line:
    """Panels beside each other, of equal height; their widths come to 24."""

    height: int
    panels: Sequence[tuple[int, Panel]]


@dataclass(frozen=True)
class Room:
    """A titled part of a dashboard; without a title it is the first and has no bar."""

    title: str | None
    lines: Sequence[Line]


@dataclass(frozen=True)
class Board:
    uid: str
    title: str
    description: str
    since: str
    """How far back it looks when opened: `now-7d`."""
    refresh: str
    variables: Sequence[Variable]
    rooms: Sequence[Room]

    def text(self) -> str:
        """The JSON as it lies in the repository."""
        made = json.loads(json.dumps(self._built(), cls=JSONEncoder))
        return json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    def _built(self) -> model.Dashboard:
        board = build.Dashboard(self.title).uid(self.uid).description(self.description).tags([TAG, "巡检"])
        board = board.timezone("Asia/Shanghai").time(self.since, "now").refresh(self.refresh).week_start("monday")
        board = board.readonly().tooltip(model.DashboardCursorSync.CROSSHAIR).variables([*self.variables])
        board = board.annotations([_own_notes()]).link(_others())
        number, top = 0, 0
        for room in self.rooms:
            if room.title is not None:
                number += 1
                place = model.GridPos(h=1, w=COLUMNS, x=0, y=top)
                board = board.with_row(build.Row(room.title).id(number).grid_pos(place))
                top += 1
            for line in room.lines:
                left = 0
                for width, panel in line.panels:
                    number += 1
                    place = model.GridPos(h=line.height, w=width, x=left, y=top)
                    board = board.with_panel(panel.id(number).grid_pos(place))
                    left += width
                top += line.height
        return board.build()


def _own_notes() -> build.AnnotationQuery:
    """What people note on Grafana itself; every dashboard has it."""
    source = model.DataSourceRef(type_val="grafana", uid="-- Grafana --")
    notes = build.AnnotationQuery().name("Annotations & Alerts").datasource(source).built_in(1).enable(True)
    return notes.hide(True).icon_color("rgba(0, 211, 255, 1)").type("dashboard")


def _others() -> build.DashboardLink:
    link = build.DashboardLink("其他看板").type(model.DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(False)
    return link.include_vars(False).keep_time(False).icon("external link").tooltip("").url("").target_blank(False)
