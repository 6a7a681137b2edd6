"""`xunjian report`: files for officials, reproducible for any past period."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.reporter.__main__ import build_reports, reports_folder
from services.reporter.began import Beginning
from services.reporter.period import Period
from services.reporter.pictured import Contents
from services.reporter.reports.base import Report
from services.reporter.writing import beside, write_report
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.evidence.keeper import Keeper
from shared.evidence.opening import vault_of
from shared.runtime.settings import load_settings
from shared.storage.store import Store, open_store
from shared.system_words import system_words
from xunjian.commands._mailing import mail, reading_of
from xunjian.shown.where import where

NOT_SENT = 1


def report(
    name: Annotated[str | None, typer.Argument(metavar="报表", help="例如 weekly；不给则列出所有报表")] = None,
    period: Annotated[
        str | None, typer.Option("--period", "--week", help="哪一期，例如 2026-W47；不给则为本期至今")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹；不给则为数据目录下的 reports")] = None,
    by_mail: Annotated[
        bool, typer.Option("--mail", help="并寄给设置 reports 中的收件人；不给 --period 则为刚结束的一期")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """报表：weekly 为每周监测清单（.xlsx）：汇总、已超期、临近超期、未能核实、其他问题、台账未采纳、截图。"""
    settings = load_settings(config, needs_store=name is not None)
    known = build_reports(settings)
    if name is None:
        for each, found in known.items():
            typer.echo(f"{each}　{found.title}　例如：xunjian report {each} --period {found.example}")
        return
    if name not in known:
        raise InputError(name, f"没有这种报表；现有：{'、'.join(sorted(known))}")
    typer.echo(where(settings), err=True)
    reading = reading_of(name, settings) if by_mail else None
    now = utc_now()
    chosen = _period(known[name], period, now, is_over=by_mail)
    with closing(open_store(settings.store_url)) as store:
        contents = Keeper(vault_of(settings.evidence, settings.data_dir), store.evidence).content
        path = _write(known[name], chosen, out or reports_folder(settings), store, now, contents=contents)
        if reading is not None:
            _mail(list(mail(name, known[name], reading, store, period=chosen, path=path, now=now)))


def _mail(told: list[tuple[bool, str]]) -> None:
    for _, words in told:
        typer.echo(words)
    if not all(went for went, _ in told):
        raise typer.Exit(NOT_SENT)


def _period(report: Report, name: str | None, now: datetime, *, is_over: bool) -> Period:
    running = report.period(now)
    if name is None:
        return report.period(running.begins_at - timedelta(microseconds=1)) if is_over else running
    period = report.named(name)
    if period.begins_at > now:
        raise InputError(period.name, f"这一期从{chinese_time(period.begins_at)}开始；请选择已经开始的一期")
    return period


def _write(report: Report, period: Period, folder: Path, store: Store, now: datetime, *, contents: Contents) -> Path:
    cut_off = period.cut_off(now)
    try:
        path = write_report(report, store, period, cut_off, folder, contents=contents)
    except OSError as error:
        raise InputError(
            str(folder), f"写不进去（{system_words(error)}）；请检查权限和剩余空间，或用 --out 换一个文件夹"
        ) from error
    beginning = Beginning(store.accounts.began_at(), period, cut_off)
    typer.echo(str(path))
    if beginning.words:
        typer.echo(beginning.words, err=True)
    if path.name != report.file_name(period):
        typer.echo(beside(report, period), err=True)
    return path
