"""The commands, put together. Only what is asked for is imported: a check need not wait for database and browser."""

import importlib
from collections.abc import Iterable
from typing import Annotated

import typer

from shared.runtime.logs import configure_logs_when_needed
from xunjian.usage import in_chinese

COMMANDS = (
    *("init", "run", "visit", "parse", "check", "similar", "replay", "rescan", "report", "schema", "doctor"),
    *("backup", "restore", "login"),
)
GROUPS = (
    *("channel", "db", "deliveries", "events", "evidence", "exports", "ledger", "links", "list", "rulebook", "silence"),
    *("sessions", "simulate", "sources", "topics"),
)


def make_app(names: Iterable[str] = (*COMMANDS, *GROUPS)) -> typer.Typer:
    """An application with these commands and groups; each stands in the file of its name."""
    app = typer.Typer(
        name="xunjian",
        help="巡检：政务新媒体账号的持续监测（国办秘函〔2019〕19号）。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # its tables cut Chinese short, which has no spaces to break at
    )
    app.callback()(prepare)
    for name in names:
        module = importlib.import_module(f"xunjian.commands.{name}")
        if name in GROUPS:
            app.add_typer(in_chinese(getattr(module, f"{name}_app")), name=name)
        else:
            app.command()(getattr(module, name))
    return in_chinese(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from xunjian.version import version_lines  # noqa: PLC0415 - of no other command

        typer.echo("\n".join(version_lines()))
        raise typer.Exit


def prepare(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="版本、提交、规则集和表结构，然后退出"),
    ] = False,
) -> None:
    """Results go to standard output, warnings to standard error."""
    configure_logs_when_needed("auto", "warning")
