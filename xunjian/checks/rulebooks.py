"""The rulebooks: they load, every rule of them can be configured, and one is in force today."""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.analyzer.in_force import Rulebooks
from shared.clock import to_shanghai
from shared.errors import InputError
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good


def check_rulebooks(load: Callable[[], Rulebooks], now: datetime, place: str) -> Iterable[Diagnosis]:
    """`load` raises InputError. `place`: where the default rulebook is set."""
    try:
        books = load()
        books.check()
        troubles = books.troubles()
    except InputError as error:
        yield failed("规则集", str(error), f"改正该文件，或改正{place}（内置的见 xunjian rulebook list）")
        return
    day = to_shanghai(now).date()
    if not books.in_force(now):
        yield failed("规则集", f"今天（{day}）没有一个规则集生效，不会认定任何问题", f"改正{place}，或核对系统时间")
        return
    yield good("规则集", f"{books.label(now)}，今天生效")
    for trouble in troubles:
        yield advice("规则集", trouble, "更新规则集或其词表文件")
