"""When it may be said that an account is no more: its platform said so twice, and not in one breath."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.events import Coverage, Outcome, Probe

APART = timedelta(minutes=30)
"""Two looks that are nearer to each other may have met the same trouble of the platform: they are one sign."""


def says_gone(probe: Probe) -> bool:
    """The platform says it of the account itself, not of one of its items."""
    return probe.outcome is Outcome.GONE and probe.covers is Coverage.PROFILE


def signs_of_end(failures: Sequence[Probe], newest_post_at: datetime | None = None) -> list[Probe]:
    """The looks that said it, oldest first, with no sign of life after the first of them.

    `failures`: looks since the last that proved the list, oldest first. One that could not see says neither.
    `newest_post_at`: what was published after a sign, wherever it was seen, is a sign of life.
    """
    signs: list[Probe] = []
    for probe in failures:
        if probe.outcome.is_evidence:
            signs = []
        elif says_gone(probe):
            signs.append(probe)
    return [probe for probe in signs if newest_post_at is None or probe.at >= newest_post_at]


def is_gone(failures: Sequence[Probe], newest_post_at: datetime | None = None) -> bool:
    """By two signs that are far enough apart."""
    signs = signs_of_end(failures, newest_post_at)
    return bool(signs) and signs[-1].at - signs[0].at >= APART
