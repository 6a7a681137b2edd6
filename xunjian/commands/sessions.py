"""`xunjian sessions`: who is logged in, until when, and how long logins lasted before."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.collector.__main__ import browser_settings, build_logins
from services.collector.sessions.ends import cookies_end
from services.collector.sessions.folder import SessionFolder, session_folder
from shared.clock import chinese_time
from shared.errors import InputError
from shared.runtime.settings import Settings, load_settings
from shared.session_life import Life, Proof, end_of, usual_length
from shared.storage.store import open_to_read
from xunjian.shown.table import show as show_table

sessions_app = typer.Typer(help="登录：列出、移除供采集使用的登录状态。", no_args_is_help=True)

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]
_PROOFS = {Proof.IN: "平台确认有效", Proof.OUT: "平台说未登录，稍后再问一次", Proof.UNKNOWN: "平台没有答复是否有效"}


@sessions_app.command("list")
def list_sessions(config: Config = None) -> None:
    """列出各平台的登录：何时登录、平台最近怎么说、预计何时失效，以及以往维持了多久。"""
    settings = load_settings(config)
    folder = _folder(settings)
    lives = _lives(settings)
    rows = [row for platform in build_logins() for row in _rows(folder, platform, lives[platform])]
    if rows:
        show_table(("登录", "登录时间", "状态", "预计失效"), rows)
    typer.echo(f"共 {len(rows)} 个登录；登录：xunjian login 平台")
    for platform, known in lives.items():
        for life in known:
            if life.ended_at:
                typer.echo(f"以往：{_life_words(platform, life)}")


@sessions_app.command()
def remove(
    platform: Annotated[str, typer.Argument(metavar="平台")],
    name: Annotated[str, typer.Argument(metavar="名称")] = "default",
    config: Config = None,
) -> None:
    """删除一个登录状态；此后该平台用其余的登录，没有了就不登录核查。"""
    if not _folder(load_settings(config)).remove(platform.strip().lower(), name):
        raise InputError(f"{platform}/{name}", "没有这个登录；查看：xunjian sessions list")
    typer.echo(f"已删除：{platform}/{name}；采集服务在一分钟内不再使用。平台上的登录请在手机里退出")


def _folder(settings: Settings) -> SessionFolder:
    browser = browser_settings(settings)
    folder = session_folder(browser.storage_state, browser.session_key)
    if folder is None:
        raise InputError("browser.storage_state", "没有设置保存登录状态的文件夹；请写明，例如 storage_state: sessions")
    return folder


def _lives(settings: Settings) -> dict[str, tuple[Life, ...]]:
    store = open_to_read(settings.store_url)
    if store is None:
        return dict.fromkeys(build_logins(), ())
    with closing(store):
        return {platform: store.session_lives.of(platform) for platform in build_logins()}


def _rows(folder: SessionFolder, platform: str, lives: tuple[Life, ...]) -> Iterator[tuple[str, str, str, str]]:
    usual = usual_length(lives, build_logins()[platform].life)
    for name in folder.names(platform):
        try:
            session = folder.find(platform, name)
        except InputError as error:
            yield f"{platform}/{name}", "—", str(error.message), "—"
            continue
        if session is None:
            continue
        life = next((one for one in lives if (one.name, one.since) == (name, session.saved_at)), None)
        expected = end_of(life or _unused(platform, name, session.saved_at), usual, cookies_end(session.state))
        end = "—" if life and life.ended_at else chinese_time(expected) if expected else "不详"
        yield f"{platform}/{name}", chinese_time(session.saved_at), _state(life), end


def _unused(platform: str, name: str, since: datetime) -> Life:
    return Life(platform=platform, name=name, since=since)


def _state(life: Life | None) -> str:
    if life is None or life.asked_at is None:
        return "还没有使用过"
    if life.ended_at:
        return f"已失效（{chinese_time(life.ended_at)}），请重新登录"
    return f"{_PROOFS[life.proof]}（{chinese_time(life.asked_at)}问）"


def _life_words(platform: str, life: Life) -> str:
    days, hours = life.length.days, life.length.seconds // 3600
    lasted = f"至少维持 {days} 天 {hours} 小时" if life.length else "没有用成"
    return f"{platform}/{life.name} {chinese_time(life.since)}登录，{lasted}，{life.why}"
