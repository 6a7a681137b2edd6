"""Stretches of time, and what lies between them: in which of them an account was seen."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from shared.clock import to_shanghai

LOOKED_APART = timedelta(hours=48)
"""Looks no further apart are one watch: an account's own nights and a platform's cool-downs lie between them."""


class Seen(StrEnum):
    """`listed`: a list showed everything that was published then and not deleted. `looked`: from look to look."""

    LISTED = "listed"
    LOOKED = "looked"

    @property
    def gap(self) -> timedelta:
        """What may lie between two stretches of this kind that are one."""
        return LOOKED_APART if self is Seen.LOOKED else timedelta(0)


class Stretch(NamedTuple):
    """UTC, both ends included."""

    since: datetime
    until: datetime

    @property
    def words(self) -> str:
        """`11月3日至11月9日`, Beijing dates; within one day its hours."""
        since, until = to_shanghai(self.since), to_shanghai(self.until)
        if since.date() == until.date():
            return f"{since.month}月{since.day}日{since:%H:%M}至{until:%H:%M}"
        return f"{since.month}月{since.day}日至{until.month}月{until.day}日"


def merged(stretches: Iterable[Stretch], gap: timedelta = timedelta(0)) -> list[Stretch]:
    """The same time in as few stretches as may be, oldest first; the same in whatever order they are given."""
    found: list[Stretch] = []
    for one in sorted(stretches):
        if one.until < one.since:
            continue
        if found and one.since - found[-1].until <= gap:
            found[-1] = Stretch(found[-1].since, max(found[-1].until, one.until))
        else:
            found.append(one)
    return found


def up_to(stretches: Iterable[Stretch], moment: datetime) -> list[Stretch]:
    """What of them lies before a moment."""
    return [Stretch(one.since, min(one.until, moment)) for one in stretches if one.since <= moment]


def holes(stretches: Iterable[Stretch], asked: Stretch) -> list[Stretch]:
    """What of the stretch that is asked about none of them covers, oldest first."""
    found, at = [], asked.since
    for one in merged(stretches):
        if one.until < at:
            continue
        if one.since > asked.until:
            break
        if one.since > at:
            found.append(Stretch(at, one.since))
        at = one.until
    return [*found, Stretch(at, asked.until)] if at < asked.until else found


def named(stretches: Sequence[Stretch], most: int = 3) -> str:
    """`11月3日至11月9日、11月12日08:00至20:00等5段`."""
    told = "、".join(one.words for one in stretches[:most])
    return f"{told}等{len(stretches)}段" if len(stretches) > most else told
