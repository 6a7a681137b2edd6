"""Wiring of the collector: `python -m services.collector`."""

import random
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog

from services.collector.bridges import Bridges, BridgeSettings, bridges_in
from services.collector.browser.chromium import BrowserSettings
from services.collector.browser.memory import tree_memory
from services.collector.browser.process import Browser
from services.collector.capture import Captured, Plan
from services.collector.clock_watch import ClockWatch
from services.collector.download import Downloader
from services.collector.engine import CollectorEngine
from services.collector.fallback import Fallback
from services.collector.forgetting import Forgetting
from services.collector.inquiry import Inquiry
from services.collector.keeping import Keeping
from services.collector.links.errands import Errands
from services.collector.logins.base import Login
from services.collector.looker import Looker
from services.collector.owners.desk import Desk
from services.collector.owners.options import owners_in
from services.collector.owners.wechat_days import MOST_BODY, WechatDays
from services.collector.pictured import Captioning, Picture
from services.collector.platforms.base import Platform
from services.collector.sessions.folder import session_folder
from services.collector.sessions.session import Session
from services.collector.sessions.shown import shown
from services.collector.sessions.turns import Turns
from services.collector.sources.base import Source
from shared.clock import Clock
from shared.errors import InputError
from shared.evidence.pruning import Pruning
from shared.plugins import Plugin, discover
from shared.runtime.announced import program_version
from shared.runtime.ledger_at_start import import_ledger
from shared.runtime.metrics import Answer, Metrics
from shared.runtime.opening import Host, run_alone
from shared.runtime.process import unique_owner
from shared.runtime.settings import Settings
from shared.validation import validated

_log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=90)
"""Beyond a visit's own time: to start the browser, to end it by force, to write down what was found."""


def build(host: Host) -> CollectorEngine:
    """The collector over a host. Raises InputError for unusable settings."""
    browser, platforms, owner = browser_settings(host.settings), build_platforms(host.settings), unique_owner()
    _free_what_the_gone_held(host)
    bridges = bridges_in(host.settings.bridges, host.settings.file)
    visitor = _visitor(host, browser, platforms, bridges)
    watch = ClockWatch()
    looker = Looker(
        visits=host.store.visits,
        platforms=platforms,
        visitor=visitor,
        metrics=host.metrics,
        clock=host.clock,
        watch=watch,
        bridges=Bridges(bridges, visitor, platforms["feed"], host.clock),
        turns=_turns(host, browser, platforms, visitor, owner),
        teller=_teller(host, browser),
    )
    lease = timedelta(seconds=browser.timeout_seconds) + GRACE
    keeps = _keeps_evidence(host)
    return CollectorEngine(
        inquiry=Inquiry(platforms, visitor, host.store.questions),
        errands=_errands(host, browser),
        bus=host.bus,
        visits=host.store.visits,
        notes=host.store.notes,
        platforms=platforms,
        own=own_platforms(host.settings),
        looker=looker,
        metrics=host.metrics,
        clock=host.clock,
        watch=watch,
        owner=owner,
        lease=lease,
        chance=random.Random(),  # noqa: S311 - jitter, not secrecy
        prune=_pruning(host) if keeps else _nothing_to_prune,
        keeping=_keeping(host, platforms, visitor) if keeps else None,
        fallback=_fallback(host, platforms, looker, lease),
    )


def _keeps_evidence(host: Host) -> bool:
    if not host.settings.keeps_evidence:
        _log.warning("evidence_not_kept", remedy="set evidence.bucket or evidence.folder, which all services share")
    return host.settings.keeps_evidence


def _free_what_the_gone_held(host: Host) -> None:
    visits, lives = host.store.visits, host.store.session_lives
    visits.free_leases([owner for owner in visits.owners() if host.is_gone(owner)], host.clock())
    lives.free([holder for holder in lives.holders() if host.is_gone(holder)])


def _visitor(
    host: Host, browser: BrowserSettings, platforms: Mapping[str, Platform], bridges: Mapping[str, BridgeSettings]
) -> "Visitor":
    own = [bridge.base_url for bridge in bridges.values()]
    reach = reach_of(platforms.values(), browser)
    visitor = Visitor(browser, host.clock, host.metrics.browser_starts.inc, reach, own=own)
    host.metrics.ask("browser", lambda: visitor.shown(host.metrics))
    return visitor


def _turns(
    host: Host, browser: BrowserSettings, platforms: Mapping[str, Platform], visitor: "Visitor", owner: str
) -> Turns:
    sessions, lives = session_folder(browser.storage_state, browser.session_key), host.store.session_lives
    host.metrics.ask("sessions", lambda: shown(host.metrics, sessions, lives, platforms))
    return Turns(
        sessions=sessions,
        logins=build_logins(),
        lives=lives,
        notices=host.store.notices,
        opener=visitor,
        clock=host.clock,
        owner=owner,
    )


def _teller(host: Host, browser: BrowserSettings) -> WechatDays:
    poster = Downloader(
        host.clock,
        proxy=browser.proxy,
        proxy_spki=browser.proxy_spki,
        timeout_seconds=OWNER_SECONDS,
        max_body_bytes=MOST_BODY,
    )
    return WechatDays(Desk(poster, host.store.owners, host.clock))


def _errands(host: Host, browser: BrowserSettings) -> Errands:
    opener = Downloader(host.clock, proxy=browser.proxy, proxy_spki=browser.proxy_spki, timeout_seconds=LINK_SECONDS)
    return Errands(host.store.links, opener, host.clock, random.Random())  # noqa: S311 - jitter, not secrecy


def _fallback(host: Host, platforms: Mapping[str, Platform], looker: Looker, lease: timedelta) -> Fallback:
    return Fallback(
        looker=looker,
        kinds=build_sources(host.settings),
        platforms=platforms,
        sources=host.store.sources,
        visits=host.store.visits,
        clock=host.clock,
        lease=lease,
    )


def _keeping(host: Host, platforms: Mapping[str, Platform], visitor: "Visitor") -> Keeping:
    return Keeping(
        keeper=host.evidence,
        pictures=host.store.pictures,
        platforms=platforms,
        photographer=visitor,
        clock=host.clock,
        program=f"xunjian {program_version()}",
    )


def _pruning(host: Host) -> Callable[[datetime], object]:
    evidence, options = host.store.evidence, host.settings.evidence
    pruning = Pruning(host.evidence.vault, evidence, host.store.findings, options)
    forgetting = Forgetting(host.store.pictures, host.store.sources, timedelta(days=options.keep_days))

    def prune(now: datetime) -> None:
        pruning.prune(now)
        forgetting.prune(now)

    return prune


def _nothing_to_prune(now: datetime) -> None:
    """Nothing is kept."""


_NOUNS = {"platforms": "平台", "sources": "来源"}
P = TypeVar("P", bound=Plugin)
LINK_SECONDS = 25.0
"""Longer than what counts as slow, shorter than a lease."""
OWNER_SECONDS = 8.0
"""For one answer of an owner's interface: a look asks for several, all within its lease."""


class Visitor:
    """What opens a plan: the browser, or, where there is no page to show, a plain download that needs none."""

    def __init__(
        self,
        settings: BrowserSettings,
        clock: Clock,
        started: Callable[[], object] = lambda: None,
        reach: tuple[str, ...] = (),
        *,
        own: Iterable[str] = (),
    ) -> None:
        """`reach`: hosts that pages may reach. `own`: servers of the office's own, which may lie inside."""
        self._browser = Browser(settings, clock, started, reach)
        self._downloader = Downloader(
            clock,
            proxy=settings.proxy,
            proxy_spki=settings.proxy_spki,
            user_agent=settings.user_agent,
            timeout_seconds=settings.timeout_seconds,
            max_body_bytes=settings.max_body_bytes,
            own=own,
        )

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        if plan.page is None:
            return self._downloader.visit(platform, plan, hosts)
        return self._browser.visit(platform, plan, hosts, full)

    def picture(self, platform: str, url: str, hosts: tuple[str, ...], caption: Captioning) -> Picture:
        return self._browser.picture(platform, url, hosts, caption)

    def attend(self, platform: str, session: Session | None) -> None:
        self._browser.attend(platform, session)

    def state(self, platform: str) -> dict[str, Any] | None:
        return self._browser.state(platform)

    def hurry(self, seconds: float) -> None:
        self._browser.hurry(seconds)
        self._downloader.hurry(seconds)

    def shown(self, metrics: Metrics) -> Answer:
        """What its browser takes at present; any thread may ask."""
        pid = self._browser.pid
        memory = tree_memory(pid) if pid else None
        return {metrics.browser_memory: {("rss",): memory.rss, ("pss",): memory.pss} if memory else {}}

    def close(self) -> None:
        """Ends the browser; a later visit starts it again."""
        self._browser.close()


def build_platforms(settings: Settings) -> dict[str, Platform]:
    """Every platform with its options. Raises InputError naming platform and option."""
    known = discover("services.collector.platforms", Platform)
    return _with_options(known, settings.platforms, "platforms", settings.file)


def build_sources(settings: Settings) -> dict[str, Source]:
    """Every kind of source with its options. Raises InputError naming kind and option."""
    known = discover("services.collector.sources", Source)
    kinds = _with_options(known, settings.sources, "sources", settings.file)
    owners = owners_in(settings.owner_accounts, settings.file)
    return {name: kind.for_owners(owners) for name, kind in kinds.items()}


def build_logins() -> dict[str, Login]:
    """How one logs in, of each platform where one can."""
    return {name: kind() for name, kind in discover("services.collector.logins", Login).items()}


def _with_options(
    known: Mapping[str, type[P]], given: Mapping[str, Mapping[str, Any]], key: str, file: Path | None
) -> dict[str, P]:
    for name in given.keys() - known.keys():
        raise InputError(f"{key}.{name}", f"没有这个{_NOUNS[key]}；可用的有：{'、'.join(sorted(known))}")
    return {name: validated(kind, given.get(name, {}), f"{key}.{name}", file) for name, kind in known.items()}


def reach_of(platforms: Iterable[Platform], settings: BrowserSettings) -> tuple[str, ...]:
    """Every host that pages of these platforms may reach, and those that the settings add."""
    named = {host for platform in platforms for host in (*platform.hosts, *platform.page_hosts)}
    ends = {end for login in build_logins().values() for end in login.hosts} if settings.storage_state else set()
    return tuple(sorted({*named, *ends, *(f"*.{end}" for end in ends), *settings.more_hosts}))


def own_platforms(settings: Settings) -> tuple[str, ...]:
    """Those this process visits; none named is all. Raises InputError naming one that there is not."""
    known = discover("services.collector.platforms", Platform)
    for name in settings.collector_platforms:
        if name not in known:
            raise InputError("collector_platforms", f"没有平台 {name}；可用的有：{'、'.join(sorted(known))}")
    return settings.collector_platforms


def browser_settings(settings: Settings) -> BrowserSettings:
    """How to reach the platforms. Raises InputError naming the option."""
    options = dict(settings.browser)
    if program := shutil.which(str(options.get("executable") or "")):
        options["executable"] = Path(program)  # `chromium` is a program wherever it lies, no file beside the settings
    return validated(BrowserSettings, options, "browser", settings.file)


def build_alone(host: Host) -> CollectorEngine:
    """As `build`, where no other role of this process has imported the settings' ledger."""
    for said in import_ledger(host.settings.ledger, host.store, host.clock()):
        _log.warning("ledger", said=said)
    return build(host)


if __name__ == "__main__":
    run_alone("collector", build_alone, idle_seconds=1)
