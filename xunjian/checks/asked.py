"""Checks asked one after the other."""

import sys
from collections.abc import Iterable, Iterator

from shared.errors import XunjianError
from xunjian.checks.diagnosis import Check, Diagnosis, failed

_CLEAR = "\r\x1b[K"


def diagnose(checks: Iterable[Check]) -> Iterator[Diagnosis]:
    """One check after the other; what is foreseen to go wrong in one of them ends that one only."""
    for check in checks:
        with_sign = check.is_slow and sys.stderr.isatty()
        if with_sign:
            _hint(f"… {check.title}")
        try:
            found = list(check.look())
        except (XunjianError, OSError) as error:
            found = [failed(check.title, f"检查不了（{error}）", "按提示改正后再查")]
        if with_sign:
            _hint(_CLEAR)
        yield from found


def _hint(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
