"""What `xunjian doctor` checks, in which order, and how it really looks."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels, channel_kinds
from services.alerter.channels.base import Channel
from services.alerter.own import Own, own_channels
from services.alerter.readers import build_readers
from services.alerter.routes import build_routes
from services.analyzer.in_force import load_rulebooks
from services.collector.__main__ import browser_settings, build_platforms, own_platforms
from services.collector.browser.chromium import BrowserSettings
from services.collector.platforms.base import Platform
from services.collector.sessions.folder import session_folder
from services.reporter.__main__ import build_reports
from shared.account import Account
from shared.bus.topics import declared
from shared.clock import utc_now
from shared.delivery import Trouble
from shared.errors import InputError, XunjianError
from shared.evidence.opening import folder_of, vault_of
from shared.ledger.reading import LedgerFile, read_ledger
from shared.ledger.refusal import Refusal
from shared.plugins import discover
from shared.runtime.opening import PORTS, open_bus
from shared.runtime.settings import Settings
from shared.storage.evidence_log import Logged
from shared.storage.store import SQLITE, open_to_read
from xunjian.checks import (
    bus,
    channels,
    clock,
    evidence,
    ledger,
    machine,
    proxy,
    refusals,
    routes,
    rulebooks,
    service,
    sessions,
    storage,
)
from xunjian.checks.bare_machine import browser_check, clock_check, font_check, hosts_of, surroundings
from xunjian.checks.diagnosis import Check, Diagnosis, Sign, advice, good
from xunjian.checks.patience import within
from xunjian.checks.places import Places

_DATABASE_SECONDS = 12
_BROKER_SECONDS = 25
_PROXY_SECONDS = 10
_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Examination:
    """Everything, from settings that could be read."""

    settings: Settings
    places: Places
    now: datetime

    def checks(self) -> Iterator[Check]:
        yield Check("设置", self._options)
        yield Check("运行用户", self._user)
        yield Check("数据目录", lambda: storage.check_folder(self.settings.data_dir))
        yield Check("磁盘", self._disk)
        yield from surroundings(self.now)
        yield Check("数据库", self._database, True)
        yield Check("消息总线", self._bus, True)
        yield Check("证据库", self._evidence, True)
        yield Check("运行中的服务", self._services)
        yield Check("规则集", self._rulebooks, True)
        yield Check("台账", self._ledger, True)
        yield Check("台账未采纳", self._refused)
        yield Check("渠道", self._channels)
        yield Check("通知去向", self._routes)
        yield Check("清单收件人", self._readers)
        yield Check("登录状态", self._sessions)
        yield Check("代理", self._proxy, True)
        yield Check("时钟", self._clocks, True)
        yield Check("中文字体", lambda: [font_check()])
        if self.browser is not None:
            yield browser_check(self.browser, self.places)

    @cached_property
    def browser(self) -> BrowserSettings | None:
        """Null where its settings are wrong, which is told once, by `_options`."""
        try:
            return browser_settings(self.settings)
        except InputError:
            return None

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        try:
            return build_platforms(self.settings)
        except InputError:
            return {name: kind() for name, kind in discover("services.collector.platforms", Platform).items()}

    @cached_property
    def wrong_address(self) -> list[Diagnosis]:
        return list(storage.check_address(self.settings.store_url, self.places.of("database_url")))

    @cached_property
    def url(self) -> str:
        """Of the database, with a time limit on connecting."""
        if self.wrong_address:
            return self.settings.store_url
        return storage.with_time_limit(self.settings.store_url, _CONNECT_SECONDS)

    @cached_property
    def server(self) -> Diagnosis:
        """Of a PostgreSQL, asked once."""
        shown = urlsplit(self.settings.store_url)
        name = f"PostgreSQL {shown.hostname}:{shown.port or 5432}{shown.path}"
        ask = lambda: within(_DATABASE_SECONDS, lambda: storage.ask_postgresql(self.url))  # noqa: E731
        return storage.check_postgresql(ask, name, self.places.of("database_url"))

    @property
    def is_away(self) -> bool:
        """Nobody waits a second time for a server that does not answer."""
        return bool(self.wrong_address) or (self.url.startswith("postgresql") and self.server.sign is not Sign.GOOD)

    @cached_property
    def recorded(self) -> "Recorded":
        """Where it cannot be read, the check of the database has said so."""
        try:
            return Recorded() if self.is_away else within(_DATABASE_SECONDS, lambda: recorded_at(self.url))
        except (XunjianError, OSError):
            return Recorded()

    @cached_property
    def file(self) -> LedgerFile | InputError | None:
        if self.settings.ledger is None:
            return None
        try:
            return read_ledger(self.settings.ledger)
        except InputError as error:
            return error

    @property
    def accounts(self) -> list[Account]:
        """The ledger as it will stand once the file is imported."""
        known = self.recorded.accounts or []
        given = self.file.over(known).accounts if isinstance(self.file, LedgerFile) else ()
        return list({account.key: account for account in (*known, *given)}.values())

    def _options(self) -> Iterator[Diagnosis]:
        """What each service would refuse at its start."""
        for build in (browser_settings, build_platforms, own_platforms, build_reports):
            try:
                build(self.settings)
            except InputError as error:
                yield self.places.refused("设置", error)

    def _user(self) -> Iterable[Diagnosis]:
        folder = self.settings.data_dir
        owner = folder.stat().st_uid if folder.exists() else None
        return machine.check_user(os.geteuid(), owner, machine.user_name)

    def _disk(self) -> Iterator[Diagnosis]:
        folder = machine.nearest(self.settings.data_dir)
        yield machine.check_disk(folder, machine.space_of(folder), self.places.of("data_dir"))

    def _database(self) -> Iterator[Diagnosis]:
        url, place = self.settings.store_url, self.places.of("database_url")
        if self.wrong_address:
            yield from self.wrong_address
            return
        if url.startswith(SQLITE):
            where = place if self.settings.database_url else self.places.of("data_dir")
            found = list(self._sqlite("数据库", Path(url.removeprefix(SQLITE)), where))
            yield from found
            if any(one.sign is Sign.FAILED for one in found):
                return  # its schema could not be read either
        else:
            yield self.server
            if self.is_away:
                return
        yield from storage.check_schema(
            lambda: within(_DATABASE_SECONDS, lambda: storage.schema_at(self.url)), url.startswith(SQLITE), place
        )

    def _sqlite(self, title: str, path: Path, place: str) -> Iterator[Diagnosis]:
        mounts = Path("/proc/self/mounts")
        told = mounts.read_text(encoding="utf-8", errors="replace") if mounts.exists() else ""
        yield from storage.check_sqlite(title, path, storage.file_system_of(path, told), place)

    def _bus(self) -> Iterator[Diagnosis]:
        bootstrap, creates = self.settings.kafka_bootstrap, self.settings.kafka_create_topics > 0
        if bootstrap is not None:
            wanted = declared(self.settings.kafka_topics, self.settings.kafka_prefix)
            place = self.places.of("kafka_bootstrap")
            yield from bus.check_kafka(self._broker, bootstrap, wanted, place, creates=creates)
            return
        path = self.settings.data_dir / "xunjian.db"
        if self.settings.store_url == f"{SQLITE}{path}":
            yield good("消息总线", "内嵌，与数据库同一文件")
        else:
            yield from self._sqlite("消息总线", path, self.places.of("data_dir"))

    def _evidence(self) -> Iterator[Diagnosis]:
        options, folder = self.settings.evidence, folder_of(self.settings.evidence, self.settings.data_dir)
        key = "evidence.folder" if options.folder else "evidence.bucket" if options.bucket else "data_dir"
        shown = f"桶 {options.bucket.bucket}（{options.bucket.endpoint}）" if options.bucket else str(folder)
        if not self.settings.keeps_evidence:
            why = "各服务分开运行，没有设置共同的证据存放处，不留证据"
            yield advice("证据库", why, f"设置{self.places.of('evidence.bucket')}")
        elif options.bucket is None and not folder.exists():
            yield good("证据库", f"尚未建立，保存第一份证据时会建在 {folder}")
        else:
            vault = vault_of(options, self.settings.data_dir)
            yield evidence.check_vault(vault, shown, self.places.of(key))
        yield from evidence.check_log(self.recorded.evidence)

    def _broker(self) -> bus.Broker:
        settings = self.settings.model_copy(update={"kafka_create_topics": 0})
        broker = open_bus(settings, utc_now, "doctor")
        within(_BROKER_SECONDS, broker.check)
        return cast(bus.Broker, broker)

    def _services(self) -> Iterator[Diagnosis]:
        yield from service.check_holders(self.settings.data_dir, service.holder_of)
        given, host, place = self.settings.metrics_port, self.settings.metrics_host, self.places.of("metrics_port")
        ports = sorted(set(PORTS.values())) if given is None else [given]
        yield from service.check_ports(host, ports, service.why_not_bound, service.is_our_service, place)

    def _rulebooks(self) -> Iterable[Diagnosis]:
        local = [(row.region, row.rulebook) for row in self.settings.rulebooks]
        load = lambda: load_rulebooks(self.settings.rulebook, local, self.settings.folder)  # noqa: E731
        return rulebooks.check_rulebooks(load, self.now, self.places.of("rulebook"))

    def _ledger(self) -> Iterator[Diagnosis]:
        known = self.recorded.accounts
        if self.settings.ledger is not None and self.file is not None:
            yield from ledger.check_file(self.settings.ledger, self.file, self.places.of("ledger"), len(known or ()))
        yield from ledger.check_accounts(None if known is None else len(known), self.accounts, self.platforms)

    def _refused(self) -> Iterable[Diagnosis]:
        told_already = self.settings.ledger.name if self.settings.ledger is not None else ""
        return refusals.check_refusals(self.recorded.refused, told_already)

    def _channels(self) -> Iterator[Diagnosis]:
        for name, options in channel_options(self.settings).items():
            yield channels.check_channel(name, options, build_channels, self.places)
        yield from map(channels.check_trouble, self.recorded.troubles)

    def _routes(self) -> Iterator[Diagnosis]:
        settings, places = self.settings, self.places
        try:
            built = replace(
                build_routes(settings.routes, settings.operators, settings.file), names=frozenset(settings.channels)
            )
        except InputError as error:
            yield places.refused("通知去向", error)
            return
        yield from routes.check_routes(
            built, settings.channels, self.accounts, lambda account: bool(built.own_of(account)), places
        )
        yield from routes.check_recipients(built, self.sound_channels, places)
        try:
            own = own_channels(self.sound_channels, settings.unit_mail, channel_kinds())
        except InputError as error:
            yield places.refused("单位自己的渠道", error)
            return
        yield from routes.check_own(
            self.accounts, {name: one for name, one in own.items() if isinstance(one, Own)}, built
        )

    def _readers(self) -> Iterator[Diagnosis]:
        """Who gets the lists by mail or channel; nobody need."""
        title, settings = "清单收件人", self.settings
        try:
            found = build_readers(settings.reports, self.sound_channels, settings.unit_mail, settings.file)
        except InputError as error:
            yield self.places.refused(title, error)
            return
        for name, reading in found.items():
            if reading.readers.mail_to or reading.readers.channels:
                yield good(title, f"{name}：{'、'.join((*reading.readers.mail_to, *reading.readers.channels))}")

    @cached_property
    def sound_channels(self) -> dict[str, Channel]:
        """Those that can be built; what is wrong with the others is told one by one."""
        found: dict[str, Channel] = {}
        for name, options in channel_options(self.settings).items():
            with suppress(InputError):
                found |= build_channels({name: options})
        return found

    def _sessions(self) -> Iterable[Diagnosis]:
        if self.browser is None:
            return []
        place = self.places.of("browser.storage_state")
        folder = self.browser.storage_state
        sealed = session_folder(folder, self.browser.session_key)
        return sessions.check_sessions(folder, set(self.platforms), self.now, place, sealed)

    def _proxy(self) -> Iterable[Diagnosis]:
        if self.browser is None or self.browser.proxy is None:
            return []
        hosts, url, place = hosts_of(self.platforms.values())[:2], self.browser.proxy, self.places.of("browser.proxy")
        ask = lambda url, host: within(_PROXY_SECONDS, lambda: proxy.ask_proxy(url, host))  # noqa: E731
        return [proxy.check_proxy(url, hosts, ask, place)]

    def _clocks(self) -> Iterator[Diagnosis]:
        yield clock_check(map(type, self.platforms.values()), self.browser.proxy if self.browser else None)
        if self.url.startswith("postgresql") and not self.is_away:
            its = within(_DATABASE_SECONDS, lambda: storage.database_time(self.url))
            yield from clock.check_against_database(utc_now(), its)


@dataclass(frozen=True)
class Recorded:
    """What the services left in the database; `accounts` null where that is not known."""

    accounts: list[Account] | None = None
    troubles: Sequence[Trouble] = ()
    refused: Sequence[Refusal] = ()
    evidence: Sequence[Logged] = ()


def recorded_at(url: str) -> Recorded:
    """Raises TransientError, InputError."""
    store = open_to_read(url)
    if store is None:
        return Recorded([])
    with closing(store):
        return Recorded(
            list(store.accounts.all()),
            list(store.channels.troubles()),
            store.refusals.current(),
            store.evidence.last(evidence.LAST + 1),
        )
