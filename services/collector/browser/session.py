"""The login a platform's page begins with: sealed by `xunjian login`, or kept by hand in `<platform>.json`."""

from typing import Any

from services.collector.browser.chromium import BrowserSettings
from services.collector.sessions.folder import SessionFolder
from services.collector.sessions.seal import Seal
from services.collector.sessions.session import SessionFileError


def saved_state(settings: BrowserSettings, platform: str) -> dict[str, Any] | None:
    """Of the session `default`; null: there is none. Raises SessionFileError when it cannot be used."""
    folder = session_folder(settings)
    session = folder.find(platform) if folder else None
    return session.state if session else None


def session_folder(settings: BrowserSettings) -> SessionFolder | None:
    """Null where no folder is set.."""
    if settings.storage_state is None:
        return None
    return SessionFolder(settings.storage_state, Seal(settings.session_key) if settings.session_key else None)


def unusable(settings: BrowserSettings, platform: str) -> SessionFileError:
    """What is said of a state that the browser does not take."""
    folder = session_folder(settings)
    why = f"登录状态无法使用，请重新登录：xunjian login {platform}；或删除该文件后不登录核查"
    return SessionFileError(str(folder.file(platform)) if folder else platform, why)
