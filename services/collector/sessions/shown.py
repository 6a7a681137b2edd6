"""What is shown of the logins: of each platform the newest, and when the last one is expected to end."""

from collections.abc import Iterable

from services.collector.sessions.ends import cookies_end
from services.collector.sessions.session import Session, Sessions
from shared.errors import InputError
from shared.runtime.metrics import Answer, Metrics
from shared.storage.session_lives import SessionLives


def shown(metrics: Metrics, sessions: Sessions | None, lives: SessionLives, platforms: Iterable[str]) -> Answer:
    """For a gauge each; a platform without a login is not among them. Any thread may ask."""
    saved: dict[tuple[str, ...], float] = {}
    ends: dict[tuple[str, ...], float] = {}
    if sessions is None:
        return {metrics.session_saved: saved, metrics.session_expires: ends}
    for platform in platforms:
        known = [session for name in sessions.names(platform) if (session := _read(sessions, platform, name))]
        if not known:
            continue
        over = {(life.name, life.since): life.ended_at for life in lives.of(platform)}
        told = [over.get((one.name, one.saved_at)) or cookies_end(one.state) for one in known]
        saved[platform,] = max(one.saved_at for one in known).timestamp()
        if dated := list(filter(None, told)):
            ends[platform,] = max(dated).timestamp()
    return {metrics.session_saved: saved, metrics.session_expires: ends}


def _read(sessions: Sessions, platform: str, name: str) -> Session | None:
    """One that cannot be read is told by the doctor and by who looks."""
    try:
        return sessions.find(platform, name)
    except InputError:
        return None
