"""Checks asked one after the other."""

import sys
from collections.abc import Iterable, Iterator

from shared.errors import XunjianError
from shared.validation import file_problem
from xunjian.checks.diagnosis import Check, Diagnosis, failed

_CLEAR = "\r\x1b[K"


def diagnose(checks: Iterable[Check]) -> Iterator[Diagnosis]:
    """One check after the other; what is foreseen to go wrong in one of them ends that one only."""
    for check in checks:
        with_sign = check.is_slow and sys.stderr.isatty()
        if with_sign:
            _hint(f"… {check.title}")
        found = list(_looked(check))
        if with_sign:
            _hint(_CLEAR)
        yield from found


def _looked(check: Check) -> Iterator[Diagnosis]:
    """What was found before something went wrong is told as well."""
    try:
        yield from check.look()
    except OSError as error:
        place = error.filename or "检查不了"
        yield failed(check.title, f"{place}：{file_problem(error)}", "改正后再查")
    except XunjianError as error:
        yield failed(check.title, f"检查不了（{error}）", "按提示改正后再查")


def _hint(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
