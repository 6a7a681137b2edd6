"""Wiring of the alerter: `python -m services.alerter`."""

import argparse
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.alerter.engine import AlerterEngine
from services.alerter.routes import Routes, build_channels
from services.alerter.sender import Sender
from shared.clock import utc_now
from shared.host import Host, open_host, serving
from shared.service import install_signals, run
from shared.settings import Settings, load_settings


def build(host: Host, owner: str | None = None) -> AlerterEngine:
    """The alerter over a host; `owner` names this process in leases. Raises InputError for unusable settings."""
    channels = build_channels(channel_options(host.settings))
    routes = Routes(host.settings.routes, host.settings.operators)
    routes.check(channels)
    return AlerterEngine(
        host.bus,
        host.store,
        routes,
        Sender(host.store, channels, host.metrics),
        host.metrics,
        owner=owner or socket.gethostname(),
        group_wait_seconds=host.settings.group_wait_seconds,
    )


def channel_options(settings: Settings) -> dict[str, Mapping[str, Any]]:
    """The settings' channels; an inbox without a folder is the one in the data folder."""
    inbox = {"folder": settings.data_dir / "inbox"}
    return {
        name: {**inbox, **given} if given.get("type") == "inbox" else given for name, given in settings.channels.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.alerter", description=__doc__)
    parser.add_argument("--config", type=Path, help="YAML settings; XUNJIAN_* variables win over it")
    settings = load_settings(parser.parse_args().config)
    stop = threading.Event()
    install_signals(stop)
    with open_host(settings, utc_now, "alerter") as host, serving(host):
        run(build(host), stop, idle_seconds=0.5, clock=host.clock)


if __name__ == "__main__":
    main()
