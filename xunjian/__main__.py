"""The command line: one file per command, put together here."""

import sys

import typer

from shared.errors import XunjianError
from shared.runtime.logs import configure_logs
from xunjian.check import check
from xunjian.deliveries import deliveries_app
from xunjian.doctor import doctor
from xunjian.ledger import ledger_app
from xunjian.parse import parse
from xunjian.replay import replay
from xunjian.report import report
from xunjian.rescan import rescan
from xunjian.rulebook import rulebook_app
from xunjian.run import run
from xunjian.schema import schema
from xunjian.similar import similar
from xunjian.visit import visit

BAD_INPUT = 2

app = typer.Typer(
    name="xunjian",
    help="巡检：政务新媒体账号的持续监测（国办秘函〔2019〕19号）。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def prepare() -> None:
    """Results go to standard output, warnings to standard error."""
    configure_logs("auto", "warning")


for command in (run, visit, parse, check, similar, replay, rescan, report, schema, doctor):
    app.command()(command)
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(ledger_app, name="ledger")
app.add_typer(rulebook_app, name="rulebook")


def main() -> None:
    """Run the command line; a foreseen error is one sentence and exit status 2."""
    try:
        app()
    except XunjianError as error:
        typer.echo(f"错误：{error}", err=True)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
