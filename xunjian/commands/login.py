"""`xunjian login`: a person logs in on a platform's own page; what remains is sealed for the collector."""

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.collector.__main__ import browser_settings, build_logins, build_platforms, reach_of
from services.collector.browser.login import NotLoggedInError, log_in
from services.collector.logins.base import Login
from services.collector.sessions.folder import SessionFolder, session_folder
from services.collector.sessions.session import DEFAULT, Session, checked_name
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.nearest import advice
from shared.runtime.settings import Settings, load_settings
from xunjian.logins.person import AtTerminal
from xunjian.typed.targets import targets

NOT_IN = 1
MINUTE = 60.0


def login(
    platform: Annotated[str, typer.Argument(metavar="平台", help="weibo、douyin、toutiao 或 wechat")],
    *,
    name: Annotated[str, typer.Option(help="登录的名称；一个平台可以有几个，轮流使用")] = DEFAULT,
    window: Annotated[
        bool | None, typer.Option("--window/--no-window", help="显示浏览器窗口；不写则有显示器时显示")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="二维码图片存到这个文件；不写则存在数据文件夹")] = None,
    by: Annotated[str | None, typer.Option(metavar="渠道", help="同时把二维码发到设置中的这个渠道")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=120, help="等待多久")] = 10,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """由本人扫码登录一个平台，加密保存登录状态供采集使用。滑块和验证码都由人完成。

    退出码：0 已登录并保存，1 没有登录成功，2 写法或设置有误。
    """
    settings = load_settings(config)
    platform = platform.strip().lower()
    chosen, kept = _login(platform), _kept(settings)
    checked_name(name)
    has_window = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) if window is None else window
    file = picture or settings.data_dir / f"login-{platform}-{secrets.token_hex(4)}.png"
    person = AtTerminal(file, targets(by, None, None, settings) if by else (), platform, utc_now)
    person.check()
    _say_where(has_window, minutes)
    try:
        entered = log_in(
            browser_settings(settings),
            chosen,
            person,
            seconds=minutes * MINUTE,
            window=has_window,
            reach=_reach(settings, platform),
        )
    except NotLoggedInError as error:
        typer.echo(f"没有登录：{'时间到了，仍为“' + str(error) + '”' if error.is_late else error}")
        raise typer.Exit(NOT_IN) from None
    finally:
        person.leave()
    _keep(kept, Session(platform, name, utc_now(), entered.state, entered.address), chosen)


def _login(platform: str) -> Login:
    known = build_logins()
    if platform not in known:
        raise InputError(
            "平台", f"没有 {platform[:40]} 的登录；{advice(platform, known)}可用的有：{'、'.join(sorted(known))}"
        )
    return known[platform]


def _kept(settings: Settings) -> SessionFolder:
    """Whether it can be saved is known before a person takes out a phone."""
    browser = browser_settings(settings)
    folder = session_folder(browser.storage_state, browser.session_key)
    if folder is None:
        raise InputError("browser.storage_state", "没有设置保存登录状态的文件夹；请写明，例如 storage_state: sessions")
    folder.check()
    return folder


def _reach(settings: Settings, platform: str) -> tuple[str, ...]:
    return reach_of([build_platforms(settings)[platform]], browser_settings(settings))


def _say_where(has_window: bool, minutes: int) -> None:
    where = "请在打开的浏览器窗口里登录" if has_window else "没有使用窗口：请用手机扫描下面的二维码"
    typer.echo(f"{where}；{minutes} 分钟内有效，按 Ctrl-C 放弃。")


def _keep(kept: SessionFolder, session: Session, chosen: Login) -> None:
    kept.save(session)
    typer.echo(f"已登录，平台已确认；加密保存为 {kept.file(session.platform, session.name)}")
    typer.echo(
        f"运行中的采集服务在一分钟内开始使用；查看：xunjian sessions list{_when_again(session.saved_at, chosen)}"
    )


def _when_again(now: datetime, chosen: Login) -> str:
    return f"。通常到{chinese_time(now + chosen.life)}前后失效，失效前会提醒" if chosen.life else ""
