"""`xunjian report`: files for officials, reproducible for any past period."""

from pathlib import Path
from typing import Annotated

import typer

from services.reporter.__main__ import reports_folder, weekly_list
from services.reporter.weeks import week_cut_off
from shared.clock import utc_now
from shared.runtime.settings import load_settings
from shared.storage.store import open_store

report_app = typer.Typer(help="报表：每周僵尸账号清单等。", no_args_is_help=True)


@report_app.command()
def weekly(
    week: Annotated[str | None, typer.Option(help="ISO 周，例如 2026-W47；不给则为本周至今")] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹；不给则为数据目录下的 reports")] = None,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """每周僵尸账号清单（.xlsx）：已超期、临近超期、未能核实。"""
    settings = load_settings(config)
    store = open_store(settings.store_url)
    try:
        now = utc_now()
        cut_off = week_cut_off(week, now) if week else now
        typer.echo(str(weekly_list(settings).write(store, cut_off, out or reports_folder(settings))))
    finally:
        store.close()
