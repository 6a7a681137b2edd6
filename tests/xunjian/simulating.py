"""`xunjian simulate`, as it is run by hand."""

from typer.testing import CliRunner

from xunjian.app import make_app


def simulate(command: str, *arguments: str) -> str:
    """What `xunjian simulate` prints. Raises what it raised."""
    result = CliRunner().invoke(make_app(["simulate"]), ["simulate", command, *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output
