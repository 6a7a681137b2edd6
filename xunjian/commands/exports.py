"""`xunjian exports`: files that an operator downloaded from a back office, for what pages do not show."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.collector.__main__ import build_platforms
from services.collector.exports.importing import Import, Period, prepare
from services.collector.exports.reading import ExportFile, read_export
from services.collector.exports.tables import read_bytes
from services.collector.exports.whose import demand_own
from services.collector.exports.withdrawing import withdrawal
from services.collector.reading.days import last_whole_day
from shared.account import Account
from shared.clock import chinese_time, to_shanghai, utc_now
from shared.errors import InputError, PermanentError, TransientError
from shared.export import EXPORT, Export
from shared.runtime.announced import program_version
from shared.runtime.opening import Host, open_host
from shared.runtime.settings import load_settings
from xunjian.opened import opened
from xunjian.shown.table import show as show_table
from xunjian.shown.where import where
from xunjian.typed.moments import moment
from xunjian.typed.named import account_named

exports_app = typer.Typer(help="后台导出：把从各平台后台下载的数据文件导入，作为有无更新的依据。", no_args_is_help=True)

MOST_FILES = 20
_AT_ONCE = 200
"""Posts in one part; a part is published whole or not at all."""
_SHORTEST = 8
"""Characters of a SHA-256 that may name a file."""
_WITHDRAWN = "此前据此的核实已撤回，据此报告的静默随之解除"

Named = Annotated[str, typer.Argument(metavar="账号", help="平台/账号ID、主页链接或账号名称")]
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@exports_app.command()
def add(
    account: Named,
    files: Annotated[list[Path], typer.Argument(metavar="文件", help="下载的文件（.xls、.xlsx、.csv），可多个")],
    *,
    first: Annotated[str | None, typer.Option("--from", help="下载时选择的起始日期，如 2026-11-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="下载时选择的截止日期")] = None,
    by: Annotated[str | None, typer.Option("--by", help="谁提供的（留作记录）")] = None,
    config: Config = None,
) -> None:
    """导入后台下载的数据文件；同一个文件导入几次都一样，起止日期写错了，写对再导入一次。

    微信公众号：把“已通知内容”“未开启通知内容”两个明细一起导入，并写明起止日期，或导入每日发表篇数，才能证明有没有更新。
    """
    settings, now = load_settings(config), utc_now()
    if len(files) > MOST_FILES:
        raise InputError("文件", f"一次最多 {MOST_FILES} 个，请分几次导入")
    period = Period(*(to_shanghai(moment(day, name)).date() if day else None for day, name in _named(first, last)))
    with closing(opened(settings)) as store:
        found = account_named(account, store.accounts.all(), "账号")
    platform = build_platforms(settings).get(found.platform)
    if platform is None:
        raise InputError("账号", f"没有该平台（{found.platform}）的采集程序")
    read = [_read(path, found, period, now) for path in files]
    with open_host(settings, utc_now, "exports") as host:
        done = prepare(
            host.store,
            found,
            read,
            period,
            platform.post_id,
            now=now,
            by=by,
            program=f"xunjian {program_version()}",
        )
        if done is not None:
            _take(host, done)
    _say(found, done)
    typer.echo(where(settings))


@exports_app.command("list")
def list_exports(account: Named, *, config: Config = None) -> None:
    """列出账号导入过的文件和各自的起止日期。"""
    settings = load_settings(config)
    with closing(opened(settings)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        exports = store.exports.of(found.key)
    if exports:
        show_table(("文件", "内容", "起止", "导入"), [_row(one) for one in exports])
    typer.echo(f"共 {len(exports)} 个文件")


@exports_app.command()
def remove(
    account: Named,
    file: Annotated[str, typer.Argument(metavar="文件", help="文件名，或文件的 SHA-256（开头几位即可）")],
    *,
    config: Config = None,
) -> None:
    """移出导入过的一个文件，不再作依据，据它的核实随之撤回；它里面的内容保留。"""
    settings = load_settings(config)
    with closing(opened(settings)) as store:
        found = account_named(account, store.accounts.all(), "账号")
    with open_host(settings, utc_now, "exports") as host:
        export = _named_export(file.strip(), host.store.exports.of(found.key), found)
        withdrawn = withdrawal(found, [export], utc_now(), f"导出文件{export.file}已移出")
        if withdrawn is not None:
            host.bus.publish([withdrawn])
        host.store.exports.remove(export)
        host.store.sources.forget_state(found.key, EXPORT)
    typer.echo(f"已移出：{export.file}（{export.sha256[:12]}）{f'；{_WITHDRAWN}' if withdrawn else ''}")
    typer.echo(where(settings))


def _named_export(name: str, exports: list[Export], account: Account) -> Export:
    named = [one for one in exports if one.file == name or (len(name) >= _SHORTEST and one.sha256.startswith(name))]
    if len(named) == 1:
        return named[0]
    look = f"查看：xunjian exports list {account.key}"
    if not named:
        raise InputError("文件", f"没有导入过“{name}”；{look}")
    raise InputError("文件", f"有 {len(named)} 个叫“{name}”，请改写 SHA-256：{'、'.join(x.sha256[:12] for x in named)}")


def _read(path: Path, account: Account, period: Period, now: datetime) -> tuple[ExportFile, bytes]:
    data = read_bytes(path)
    file = read_export(path.name, data, now)
    demand_own(file, account)
    _demand_saved_after(path, file, period)
    return file, data


def _demand_saved_after(path: Path, file: ExportFile, period: Period) -> None:
    """Raises InputError for days of which a file that was saved then can have no figures. A time that its own items
    refute, of a wrong clock or a copy, says nothing."""
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if any(row.when.day > to_shanghai(saved).date() for row in file.rows):
        return
    if period.last_day and file.rows and period.last_day > last_whole_day(saved):
        raise InputError(
            "--to", f"{path.name} 是{chinese_time(saved)}存下的，最晚填 {last_whole_day(saved)}；或重新下载后再导入"
        )


def _named(first: str | None, last: str | None) -> tuple[tuple[str | None, str], ...]:
    return (first, "--from"), (last, "--to")


def _take(host: Host, done: Import) -> None:
    """What was published is written down last: a crash in between imports it again, which is harmless."""
    if host.settings.keeps_evidence:
        try:
            host.evidence.keep(done.look, done.contents, done.now)
        except (TransientError, PermanentError) as error:
            typer.echo(f"警告：原文件没有存入证据（{error}），请自行保留", err=True)
    else:
        typer.echo("提示：没有设置证据存放处，原文件请自行保留", err=True)
    for start in range(0, len(done.posts), _AT_ONCE):
        host.bus.publish(list(done.posts[start : start + _AT_ONCE]))
    if done.corrected:
        host.store.sources.forget_state(done.account.key, EXPORT)
    host.bus.publish([look for look in (done.withdrawal, done.probe) if look is not None])
    host.store.exports.add(done.written)
    if done.state is not None:
        host.store.sources.note([done.state])


def _say(account: Account, done: Import | None) -> None:
    if done is None:
        typer.echo(f"已导入过，没有改变：{account.name}（{account.key}）；查看：xunjian exports list {account.key}")
        return
    for export in done.exports:
        verb = "已更正起止日期" if export.sha256 in {one.sha256 for one in done.corrected} else "已导入"
        typer.echo(f"{verb}：{export.file}　{export.kind.words}　{export.rows} 行　{_period(export)}")
    if done.withdrawal is not None:
        typer.echo(_WITHDRAWN)
    typer.echo(f"{account.name}（{account.key}）：新内容 {len(done.posts)} 条，早已监测到 {done.known} 条")
    probe = done.probe
    if probe is None:
        typer.echo("没有可作依据的内容；微信公众号请写明 --from、--to（下载时选择的起止日期）")
    elif probe.proves_list:
        typer.echo(f"列表核实到：{chinese_time(probe.at)}")
    else:
        typer.echo(f"没有核实列表：{probe.reason}")


def _row(export: Export) -> tuple[str, str, str, str]:
    by = f"\n{export.by}" if export.by else ""
    return export.file, f"{export.kind.words}\n{export.rows} 行", _period(export), chinese_time(export.imported_at) + by


def _period(export: Export) -> str:
    return f"{export.first_day} 至 {export.last_day}" if export.first_day and export.last_day else "起止不明"
