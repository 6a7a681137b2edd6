"""Who is in the ledger: listed, shown with all that was ever said of them, taken out and brought back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from shared.account import Account
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.ledger.columns import HEADER_OF, SECRETS
from shared.ledger.writing import cell_text
from shared.runtime.settings import load_settings
from shared.storage.accounts import Version
from shared.storage.store import Store
from xunjian.opened import opened
from xunjian.shown.table import show as show_table
from xunjian.shown.where import where
from xunjian.typed.named import account_named

MOST_WORDS = 500
Named = Annotated[list[str], typer.Argument(metavar="账号", help="平台/账号ID、主页链接或账号名称，可以多个")]
Author = Annotated[str, typer.Option(help="谁决定的（必填，留作记录）")]
Comment = Annotated[str, typer.Option(help="为什么（必填，留作记录）")]
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


def list_(
    words: Annotated[str, typer.Argument(metavar="筛选", help="名称、单位或 平台/账号ID 中的字；不填为全部")] = "",
    *,
    removed: Annotated[bool, typer.Option("--removed", help="只列已移出的账号")] = False,
    config: Config = None,
) -> None:
    """列出台账中的账号：名称、平台/账号ID、主办单位、目前状态。"""
    with closing(opened(load_settings(config))) as store:
        gone = list(_removed_rows(store))
        rows = gone if removed else list(_rows(store))
    found = [row for row in rows if words.strip().casefold() in " ".join(row).casefold()]
    if found:
        show_table(("账号", "主办单位", "移出" if removed else "状态"), found)
    others = f"（另有 {len(gone)} 个已移出台账，加 --removed 查看）" if gone and not removed else ""
    typer.echo((f"共 {len(found)} 个账号" if found else "没有符合条件的账号") + others)


def show(
    account: Annotated[str, typer.Argument(metavar="账号", help="平台/账号ID、主页链接或账号名称")],
    config: Config = None,
) -> None:
    """显示一个账号的台账内容，以及何时由谁改过什么。"""
    with closing(opened(load_settings(config))) as store:
        key = account_named(account, [*store.accounts.all(), *_accounts(store.accounts.removed())], "账号").key
        versions, standing = store.accounts.versions(key), store.standings.find(key)
    newest = versions[-1]
    typer.echo(f"{newest.account.name}　{newest.account.platform_name}　{key}")
    stands = f"{standing.state.words}（{standing.why}）" if standing else "已移出台账"
    typer.echo(f"状态：{stands}")
    for name, header in HEADER_OF.items():
        if value := _cell(newest.account, name):
            typer.echo(f"{header}：{value}")
    typer.echo("变更记录：")
    for before, version in pairwise([None, *versions]):
        if version is not None:
            typer.echo(f"  {chinese_time(version.since)}　{_what_changed(before, version)}{_by_whom(version)}")


def remove(accounts: Named, *, author: Author = "", comment: Comment = "", config: Config = None) -> None:
    """把账号移出台账：即刻起不再核查、不再提醒；历史、已发现的问题和以前的清单都保留。"""
    who, why = _given("--author", author), _given("--comment", comment)
    settings = load_settings(config)
    with closing(opened(settings, writes=True)) as store:
        known = store.accounts.all()
        chosen = [account_named(words, known, "账号") for words in accounts]
        store.accounts.remove([account.key for account in chosen], who, why, utc_now())
    for account in _once(chosen):
        typer.echo(f"已移出台账：{account.name}（{account.key}，{account.unit}）")
    typer.echo("再次导入台账文件不会把它带回来；要恢复：xunjian ledger restore 账号 --author 姓名 --comment 理由")
    typer.echo(where(settings))


def restore(accounts: Named, *, author: Author = "", comment: Comment = "", config: Config = None) -> None:
    """让移出的账号连同历史回到台账，随即安排核查。"""
    who, why = _given("--author", author), _given("--comment", comment)
    settings = load_settings(config)
    with closing(opened(settings, writes=True)) as store:
        gone = _accounts(store.accounts.removed())
        chosen = [account_named(words, gone, "账号", "已移出的账号") for words in accounts]
        store.accounts.restore([account.key for account in chosen], who, why, utc_now())
    for account in _once(chosen):
        typer.echo(f"已恢复：{account.name}（{account.key}，{account.unit}），随即安排核查")
    typer.echo(where(settings))


def _given(place: str, words: str) -> str:
    text = " ".join(words.split())
    if not text:
        raise InputError(place, "必填：写明姓名和理由，如 --author 张三 --comment 已移交某局")
    if len(text) > MOST_WORDS:
        raise InputError(place, f"过长（{len(text)}字），请缩短到{MOST_WORDS}字以内")
    return text


def _rows(store: Store) -> Iterator[tuple[str, str, str]]:
    for standing in store.standings.current():
        account = standing.account
        yield f"{account.name}\n{account.key}", account.unit, standing.state.words


def _removed_rows(store: Store) -> Iterator[tuple[str, str, str]]:
    for version in store.accounts.removed():
        account = version.account
        why = f"{chinese_time(version.since)}\n{version.comment or ''}{_by_whom(version)}"
        yield f"{account.name}\n{account.key}", account.unit, why


def _accounts(versions: Iterable[Version]) -> list[Account]:
    return [version.account for version in versions]


def _once(accounts: Sequence[Account]) -> list[Account]:
    return list({account.key: account for account in accounts}.values())


def _cell(account: Account, name: str) -> str:
    if name in SECRETS:
        return "（已填，不显示）" if getattr(account, name) else ""
    return cell_text(account, name)


def _what_changed(before: Version | None, version: Version) -> str:
    if before is None:
        return "进入台账"
    if version.removed != before.removed:
        return f"{'移出台账' if version.removed else '恢复'}：{version.comment or '—'}"
    changed = (
        f"{header} {_cell(before.account, name) or '空'} → {_cell(version.account, name) or '空'}"
        for name, header in HEADER_OF.items()
        if getattr(before.account, name) != getattr(version.account, name)
    )
    return "；".join(changed) or "内容未变"


def _by_whom(version: Version) -> str:
    by = version.author or version.source
    return f"（{by}）" if by else ""
