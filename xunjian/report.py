"""`xunjian report`: files for officials, reproducible for any past period."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from services.reporter.__main__ import build_reports, reports_folder
from services.reporter.began import Beginning
from services.reporter.reports.base import Report
from services.reporter.writing import beside, write_report
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.runtime.settings import load_settings
from shared.storage.store import open_store
from shared.system_words import system_words
from xunjian.where import where


def report(
    name: Annotated[str | None, typer.Argument(metavar="[报表]", help="例如 weekly；不给则列出所有报表")] = None,
    period: Annotated[
        str | None, typer.Option("--period", "--week", help="哪一期，例如 2026-W47；不给则为本期至今")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹；不给则为数据目录下的 reports")] = None,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """报表：weekly 为每周监测清单（.xlsx）：汇总、已超期、临近超期、未能核实、其他问题、台账未采纳。"""
    settings = load_settings(config, needs_store=name is not None)
    known = build_reports(settings)
    if name is None:
        for each, found in known.items():
            typer.echo(f"{each}　{found.title}　例如：xunjian report {each} --period {found.example}")
        return
    if name not in known:
        raise InputError(name, f"没有这种报表；现有：{'、'.join(sorted(known))}")
    typer.echo(where(settings), err=True)
    _write(known[name], period, out or reports_folder(settings), settings.store_url)


def _write(report: Report, name: str | None, folder: Path, store_url: str) -> None:
    now = utc_now()
    period = report.named(name) if name else report.period(now)
    if period.begins_at > now:
        raise InputError(period.name, f"这一期从{chinese_time(period.begins_at)}开始；请选择已经开始的一期")
    cut_off = period.cut_off(now)
    with closing(open_store(store_url)) as store:
        try:
            path = write_report(report, store, period, cut_off, folder)
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
