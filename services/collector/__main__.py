"""Wiring of the collector: `python -m services.collector`."""

import random
import socket

from services.collector.browser.chromium import BrowserSettings
from services.collector.browser.process import Browser
from services.collector.engine import CollectorEngine
from services.collector.platforms.base import Platform
from shared.errors import InputError
from shared.plugins import discover
from shared.runtime.opening import Host, run_alone
from shared.runtime.settings import Settings
from shared.validation import validated


def build(host: Host, owner: str | None = None) -> CollectorEngine:
    """The collector over a host; `owner` names this process in leases, which it frees if it held them when killed."""
    owner = owner or socket.gethostname()
    host.store.visits.release_leases(owner)
    return CollectorEngine(
        bus=host.bus,
        store=host.store,
        platforms=build_platforms(host.settings),
        looker=Browser(browser_settings(host.settings), host.clock),
        metrics=host.metrics,
        clock=host.clock,
        owner=owner,
        deadline_days=host.settings.deadline_days,
        chance=random.Random(),  # noqa: S311 - jitter, not secrecy
    )


def build_platforms(settings: Settings) -> dict[str, Platform]:
    """Every platform with its options. Raises InputError naming platform and option."""
    known = discover("services.collector.platforms", Platform)
    for name in settings.platforms.keys() - known.keys():
        raise InputError(f"platforms.{name}", f"no such platform; there are: {', '.join(sorted(known))}")
    return {
        name: validated(kind, settings.platforms.get(name, {}), f"platforms.{name}") for name, kind in known.items()
    }


def browser_settings(settings: Settings) -> BrowserSettings:
    """How to reach the platforms. Raises InputError naming the option."""
    return validated(BrowserSettings, settings.browser, "browser")


if __name__ == "__main__":
    run_alone("collector", build, idle_seconds=1)
