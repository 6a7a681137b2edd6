"""A look by hand at an account, which leaves no trace and takes no login out of a running collector's hands."""

from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.collector.__main__ import build, build_logins
from services.collector.looker import Visit
from shared.account import Account
from shared.errors import XunjianError
from shared.runtime.opening import Host
from shared.runtime.settings import Settings
from shared.storage.store import open_to_read


def thrown_away(settings: Settings, stack: ExitStack, now: datetime) -> Settings:
    """The same settings over an empty folder that is gone afterwards; without the logins that a collector looks with,
    since one login in two browsers is soon none."""
    folder = Path(stack.enter_context(TemporaryDirectory()))
    browser = dict(settings.browser)
    if are_held(settings, now):
        browser.pop("storage_state", None)
    update = {"data_dir": folder, "database_url": None, "kafka_bootstrap": None, "browser": browser}
    return settings.model_copy(update=update)


def are_held(settings: Settings, now: datetime) -> bool:
    """Whether a collector has a login at this moment; a store that does not answer tells of none."""
    try:
        store = open_to_read(settings.store_url)
    except XunjianError:
        return False
    if store is None:
        return False
    with closing(store):
        return any(store.session_lives.are_held(platform, now) for platform in build_logins())


def looked(host: Host, account: Account) -> Visit:
    """One visit, its browser ended."""
    engine = build(host)
    try:
        return engine.visit(account)
    finally:
        engine.close()
