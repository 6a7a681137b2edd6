"""Wiring of the alerter: `python -m services.alerter`."""

from collections.abc import Mapping
from typing import Any

from services.alerter.building import build_channels, channel_kinds
from services.alerter.channels.base import Channel
from services.alerter.engine import GROUP, TOPICS, AlerterEngine
from services.alerter.hook import PATH, AlertmanagerHook
from services.alerter.own import own_channels
from services.alerter.parts import Parts
from services.alerter.readers import build_readers
from services.alerter.routes import build_routes
from shared.plugins import discover
from shared.runtime.opening import Host, run_alone
from shared.runtime.process import unique_owner
from shared.runtime.settings import Settings
from shared.runtime.shown import show_bus
from shared.validation import paths_beside


def build(host: Host) -> AlerterEngine:
    """The alerter over a host. Raises InputError for unusable settings."""
    settings = host.settings
    channels = build_channels(channel_options(settings), settings.file)
    routes = build_routes(settings.routes, settings.operators, settings.file)
    routes.check(channels)
    show_bus(host.metrics, host.bus, GROUP, TOPICS)
    own = own_channels(channels, settings.unit_mail, channel_kinds())
    for held in (host.store.deliveries, host.store.notices, host.store.report_deliveries):
        for claim in held.claims():
            if host.is_gone(claim.partition("/")[0]):
                held.release(claim)
    host.hooks.register(PATH, AlertmanagerHook(host.store.notices, host.metrics, host.clock))
    return AlerterEngine(
        host.bus,
        Parts.of(host.store),
        routes,
        {**channels, **own},
        host.metrics,
        owner=unique_owner(),
        readings=build_readers(settings.reports, channels, settings.unit_mail, settings.file),
        contents=host.evidence.content,
        group_wait_seconds=settings.group_wait_seconds,
    )


def channel_options(settings: Settings) -> dict[str, Mapping[str, Any]]:
    """The settings' channels, paths beside the settings file; an inbox without a folder is the one in the data folder.

    Whether the options are right, whoever builds the channels says.
    """
    kinds = discover("services.alerter.channels", Channel)
    inbox = {"folder": settings.data_dir / "inbox"}
    options: dict[str, Mapping[str, Any]] = {}
    for name, given in settings.channels.items():
        kind = kinds.get(str(given.get("type")), Channel)
        placed = paths_beside(kind, given, settings.folder)
        options[name] = {**inbox, **placed} if given.get("type") == "inbox" else placed
    return options


if __name__ == "__main__":
    run_alone("alerter", build, idle_seconds=0.5)
