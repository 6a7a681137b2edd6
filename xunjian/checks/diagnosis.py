"""What one check found: a line for a person, with what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared.runtime.logs import redacted


class Sign(StrEnum):
    GOOD = "✓"
    FAILED = "✗"
    """Something the system cannot do without."""
    ADVICE = "△"
    """The system runs all the same, or nobody can tell from here."""


@dataclass(frozen=True)
class Diagnosis:
    """One line of the doctor's report. No text holds a secret, a second line or what controls a terminal."""

    name: str
    sign: Sign
    detail: str
    remedy: str = ""

    @property
    def line(self) -> str:
        return f"{self.sign} {self.name}：{self.detail}" + (f" → {self.remedy}" if self.remedy else "")


class Check(NamedTuple):
    """`look` really looks, when it is asked. `is_slow`: it asks the network, the browser or a whole file."""

    title: str
    look: Callable[[], Iterable[Diagnosis]]
    is_slow: bool = False


def good(name: str, detail: str) -> Diagnosis:
    return Diagnosis(tidy(name), Sign.GOOD, tidy(detail))


def failed(name: str, detail: str, remedy: str) -> Diagnosis:
    return Diagnosis(tidy(name), Sign.FAILED, tidy(detail), tidy(remedy))


def advice(name: str, detail: str, remedy: str) -> Diagnosis:
    return Diagnosis(tidy(name), Sign.ADVICE, tidy(detail), tidy(remedy))


def tidy(text: str) -> str:
    """One line without secrets: some drivers write several lines, some the password."""
    return "".join(sign for sign in " ".join(redacted(text).split()) if sign.isprintable())


def some(names: Iterable[str], most: int = 10) -> str:
    """The first names and how many there are: 甲、乙等 12 个."""
    listed = list(names)
    return "、".join(listed[:most]) + (f"等 {len(listed)} 个" if len(listed) > most else "")
