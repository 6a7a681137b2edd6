"""The command line's beginning and end."""

import gc
import sys

import typer

from shared.errors import XunjianError
from xunjian.app import COMMANDS, GROUPS, make_app

BAD_INPUT = 2
_NEW_OBJECTS = 50_000
"""New objects before the collector looks for garbage. What is loaded at the start (dictionaries, models) lives to the
end; at Python's 700 looking at it again and again takes a fifth of the start."""


def main() -> None:
    """Run the command line; a foreseen error is one sentence and exit status 2."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        app = make_app([asked]) if asked in (*COMMANDS, *GROUPS) else make_app()
        app()
    except XunjianError as error:
        typer.echo(f"错误：{error}", err=True)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
