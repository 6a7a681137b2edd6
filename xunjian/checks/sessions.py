"""Saved logins, sealed or kept by hand: readable by us alone, whole, and not yet expired."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.collector.sessions.session import DEFAULT, Sessions
from shared.errors import InputError
from shared.folders import may_others_read
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good
from xunjian.checks.wording import why as why_of

LOGIN_COOKIES = {
    "weibo": ("SUB",),
    "douyin": ("sessionid", "sid_tt"),
    "toutiao": ("sessionid", "sid_tt"),
    "wechat": ("slave_sid", "data_ticket"),
}
"""Those without which nobody is logged in. With them one still may not be: the platform has the last word."""
SOON = timedelta(days=3)
_LATEST = 253_402_300_799
"""Seconds: the end of the year 9999."""
_AGAIN = "重新登录并保存这个文件，或删除它以不登录核查"


def check_sessions(
    folder: Path | None, platforms: Collection[str], now: datetime, place: str, sealed: Sessions | None = None
) -> Iterable[Diagnosis]:
    """`folder` null: nobody logs in. `place`: where the folder is set. `sealed`: what opens the sealed ones."""
    if folder is None:
        yield good("登录状态", "没有设置，不登录核查")
        return
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        why = "没有这个文件夹" if isinstance(error, FileNotFoundError) else f"读不了（{why_of(error)}）"
        yield failed("登录状态", f"{folder} {why}", f"建立它（仅运行用户可读写：chmod 700），或改正{place}")
        return
    names = [(platform, name) for platform in sorted(platforms) if sealed for name in sealed.names(platform)]
    if not files and not names:
        yield advice("登录状态", f"{folder} 里没有登录状态", f"登录：xunjian login 平台；不需要则删去{place}")
    for file in files:
        yield _check_file(file, platforms, now)
    for platform, name in names:
        if sealed and not (name == DEFAULT and any(file.stem == platform for file in files)):
            yield _check_sealed(sealed, platform, name, now)


def _check_sealed(sealed: Sessions, platform: str, name: str, now: datetime) -> Diagnosis:
    title, again = f"登录状态 {platform}/{name}", f"重新登录：xunjian login {platform} --name {name}"
    try:
        session = sealed.find(platform, name)
    except InputError as error:
        why, mark, remedy = error.message.rpartition("，请")
        return failed(title, why if mark else error.message, remedy if mark else again)
    if session is None or (cookies := _cookies(session.state)) is None:
        return failed(title, "内容不是登录状态", again)
    saved = f"登录于 {max((now - session.saved_at).days, 0)} 天前"
    return _judged(title, platform, cookies, now, saved=saved, again=again)


def _check_file(file: Path, platforms: Collection[str], now: datetime) -> Diagnosis:
    name = f"登录状态 {file.name}"
    if file.stem not in platforms:
        return advice(name, "不是平台的名字，不会用到", f"改名为 {'、'.join(sorted(platforms))} 之一加 .json")
    try:
        told = file.stat()
        if may_others_read(told):
            return failed(name, "可被其他用户读取，采集程序不会使用", f"chmod 600 {file}")
        state = json.loads(file.read_bytes())
    except OSError as error:
        return failed(name, f"读不了（{why_of(error)}）", f"让运行用户可以读 {file}")
    except (ValueError, RecursionError):
        return failed(name, f"{file} 不是完整的 JSON（可能没有存完）", _AGAIN)
    cookies = _cookies(state)
    if cookies is None:
        return failed(
            name, f"{file} 不是 Playwright 的登录状态（应有 cookies 列表，每项有 name、value、domain）", _AGAIN
        )
    saved = datetime.fromtimestamp(told.st_mtime, UTC)
    return _judged(name, file.stem, cookies, now, saved=f"保存于 {max((now - saved).days, 0)} 天前", again=_AGAIN)


def _cookies(state: Any) -> list[dict[str, Any]] | None:
    cookies = state.get("cookies") if isinstance(state, dict) else None
    if not isinstance(cookies, list) or not all(_is_cookie(cookie) for cookie in cookies):
        return None
    return cookies


def _is_cookie(cookie: Any) -> bool:
    return isinstance(cookie, dict) and all(isinstance(cookie.get(key), str) for key in ("name", "value", "domain"))


def _judged(
    name: str, platform: str, cookies: list[dict[str, Any]], now: datetime, *, saved: str, again: str
) -> Diagnosis:
    wanted = LOGIN_COOKIES.get(platform, ())
    own = [cookie for cookie in cookies if not wanted or cookie["name"] in wanted]
    if not own:
        return advice(name, f"{saved}，没有登录用的 cookie（{'、'.join(wanted) or '任何'}），多半没有登录", again)
    last = max(ends) if (ends := list(_ends(own))) else None
    if last is None:
        return good(name, f"{saved}，没有写明到期时间")
    if last <= now:
        return failed(name, f"{saved}，登录已于 {(now - last).days} 天前过期", again)
    left = f"{saved}，还有 {(last - now).days} 天到期"
    return advice(name, left, f"尽快{again}") if last - now <= SOON else good(name, left)


def _ends(cookies: list[dict[str, Any]]) -> Iterator[datetime]:
    """Those that say so; -1 is a cookie of the session, which a saved state keeps alive."""
    for cookie in cookies:
        seconds = cookie.get("expires")
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds <= _LATEST:
            yield datetime.fromtimestamp(seconds, UTC)
