"""Wiring of the alerter: `python -m services.alerter`."""

import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from services.alerter.calendar import Calendar
from services.alerter.engine import AlerterEngine
from services.alerter.reports.base import Report
from services.alerter.routes import Routes, build_channels
from services.alerter.sender import Sender
from shared.host import Host, run_alone
from shared.plugins import discover
from shared.settings import Settings


class Alerter:
    """Messages as findings come, lists as their time comes."""

    def __init__(self, engine: AlerterEngine, calendar: Calendar, host: Host) -> None:
        self._engine = engine
        self._calendar = calendar
        self._host = host

    def step(self, now: datetime) -> bool:
        busy = self._engine.step(now)
        return self._calendar.step(now) is not None or busy

    def drain(self, now: datetime) -> None:
        """Tell everything that can be told now, without waiting for groups."""
        self._engine.drain(now)

    def close(self) -> None:
        self._engine.close()


def build(host: Host, owner: str | None = None) -> Alerter:
    """The alerter over a host; `owner` names this process in leases. Raises InputError for unusable settings."""
    settings, store = host.settings, host.store
    channels = build_channels(channel_options(settings))
    routes = Routes(settings.routes, settings.operators)
    routes.check(channels)
    engine = AlerterEngine(
        host.bus,
        store,
        routes,
        Sender(store, channels, host.metrics),
        host.metrics,
        owner=owner or socket.gethostname(),
        group_wait_seconds=settings.group_wait_seconds,
    )
    return Alerter(engine, Calendar(store, weekly_list(settings), reports_folder(settings)), host)


def channel_options(settings: Settings) -> dict[str, Mapping[str, Any]]:
    """The settings' channels; an inbox without a folder is the one in the data folder."""
    inbox = {"folder": settings.data_dir / "inbox"}
    return {
        name: {**inbox, **given} if given.get("type") == "inbox" else given for name, given in settings.channels.items()
    }


def weekly_list(settings: Settings) -> Report:
    """The weekly list, as strict about fresh looks as the settings say."""
    return discover("services.alerter.reports", Report)["weekly"].model_validate({"fresh_hours": settings.fresh_hours})


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


if __name__ == "__main__":
    run_alone("alerter", build, idle_seconds=0.5)
