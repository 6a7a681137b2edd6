"""The command line's beginning and end."""

import errno
import gc
import sys

import typer
from typer.exceptions import Abort, TyperException

from shared.errors import XunjianError
from xunjian.app import COMMANDS, GROUPS, make_app

BAD_INPUT = 2
INTERRUPTED = 130
_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
ALL = (*COMMANDS, *GROUPS)
NEW_OBJECTS = 50_000
"""New objects before the collector looks for garbage. What is loaded at the start (dictionaries, models) lives to the
end; at Python's 700 looking at it again and again takes a fifth of the start."""


def _needed(asked: str) -> tuple[str, ...]:
    """Only what is asked for is imported."""
    if asked == "--version":
        return ()
    return (asked,) if asked in ALL else ALL


def _tell_interrupted() -> None:
    typer.echo("\n已中断；没有做完的不会留下，可以再执行一次", err=True)


def main() -> None:
    """Run the command line; a foreseen error, a file's too, is one sentence and exit status 2."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        status = make_app(_needed(asked))(prog_name="xunjian", standalone_mode=False)
        if status == INTERRUPTED:
            _tell_interrupted()
        sys.exit(status)
    except KeyboardInterrupt:  # while it was loading
        _tell_interrupted()
        sys.exit(INTERRUPTED)
    except TyperException as error:
        from xunjian.usage import complaint  # noqa: PLC0415 - of no command that goes well

        typer.echo(complaint(error), err=True)
        sys.exit(BAD_INPUT)
    except Abort:
        typer.echo("\n已取消", err=True)
        sys.exit(1)
    except XunjianError as error:
        typer.echo(f"错误：{error}", err=True)
        sys.exit(BAD_INPUT)
    except OSError as error:
        from shared.validation import file_problem  # noqa: PLC0415 - of no command that goes well

        if error.filename is None and error.errno not in _OF_DISKS:
            raise
        typer.echo(f"错误：{error.filename or '写不进去'}：{file_problem(error)}", err=True)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
