"""`xunjian links`: the menu and service columns of an account that are to open, and how they were found."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from shared.addresses import refusal
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.links import Link
from shared.runtime.settings import load_settings
from shared.storage.store import Store
from xunjian.opened import opened
from xunjian.shown.table import show as show_table
from xunjian.shown.where import where
from xunjian.typed.named import account_named

links_app = typer.Typer(help="服务栏目：登记菜单和服务栏目的链接，定期检查能否打开。", no_args_is_help=True)

MOST_LABEL, MOST_URL = 50, 2_000
Named = Annotated[str, typer.Argument(metavar="账号", help="平台/账号ID、主页链接或账号名称")]
Address = Annotated[str, typer.Argument(metavar="链接", help="http 或 https 网址")]
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@links_app.command()
def add(
    account: Named,
    address: Address,
    *,
    label: Annotated[str, typer.Option(help="菜单或栏目上的名称，例如 在线预约")] = "",
    config: Config = None,
) -> None:
    """登记一个服务栏目的链接，随即检查，以后每三天检查一次。"""
    settings, now = load_settings(config), utc_now()
    url, name = _address(address), " ".join(label.split())[:MOST_LABEL]
    with closing(opened(settings, writes=True)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        is_new = store.links.add_service(Link(key=found.key, url=url, label=name or None, added_at=now), now)
    typer.echo(f"{'已登记' if is_new else '早已登记'}：{found.name}（{found.key}）的服务栏目 {name or url}")
    typer.echo(where(settings))


@links_app.command()
def remove(account: Named, address: Address, *, config: Config = None) -> None:
    """不再检查一个链接。"""
    settings = load_settings(config)
    with closing(opened(settings, writes=True)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        if not store.links.remove(found.key, address.strip(), utc_now()):
            raise InputError(address, f"{found.name}没有登记这个链接；查看已登记的：xunjian links list {found.key}")
    typer.echo(f"已移除：{address.strip()}")
    typer.echo(where(settings))


@links_app.command("list")
def list_links(
    account: Annotated[str, typer.Argument(metavar="账号", help="不填为全部账号的服务栏目")] = "",
    *,
    config: Config = None,
) -> None:
    """列出链接和最近一次检查的结果；指明账号时也列内容中的链接。"""
    with closing(opened(load_settings(config))) as store:
        rows = [_row(link) for link in _links(store, account)]
    if rows:
        show_table(("栏目或内容", "链接", "结果"), rows)
    typer.echo(f"共 {len(rows)} 个链接")


def _links(store: Store, account: str) -> list[Link]:
    known = store.accounts.all()
    if account:
        return list(store.links.of(account_named(account, known, "账号").key))
    return [link for one in known for link in store.links.of(one.key) if link.is_service]


def _row(link: Link) -> tuple[str, str, str]:
    name = link.label or ("服务栏目" if link.is_service else f"内容 {link.post_id}")
    looked = f"\n{chinese_time(link.looked_at)}" if link.looked_at else ""
    why = f"：{link.reason}" if link.reason else ""
    return f"{name}\n{link.key}", link.url, f"{link.state.words}{why}{looked}"


def _address(text: str) -> str:
    url = text.strip()
    if len(url) > MOST_URL:
        raise InputError("链接", f"过长（{len(url)}字），请核对")
    if why := refusal(url):
        raise InputError(url[:100], f"{why}；请填写公众能打开的 http 或 https 网址")
    return url
