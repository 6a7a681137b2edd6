"""When it may be said that an account is no more: its platform said so twice, and not in one breath."""

from collections.abc import Sequence
from datetime import timedelta

from shared.events import Coverage, Outcome, Probe

APART = timedelta(minutes=30)
"""Two looks that are nearer to each other may have met the same trouble of the platform: they are one sign."""


def says_gone(probe: Probe) -> bool:
    """The platform says it of the account itself, not of one of its items."""
    return probe.outcome is Outcome.GONE and probe.covers is Coverage.PROFILE


def signs_of_end(failures: Sequence[Probe]) -> list[Probe]:
    """The looks that said it, oldest first, with no sign of life after the first of them.

    `failures`: looks since the last that proved the list, oldest first. One that could not see says neither.
    """
    signs: list[Probe] = []
    for probe in failures:
        if probe.outcome.is_evidence:
            signs = []
        elif says_gone(probe):
            signs.append(probe)
    return signs


def is_gone(failures: Sequence[Probe]) -> bool:
    """By two signs that are far enough apart."""
    signs = signs_of_end(failures)
    return bool(signs) and signs[-1].at - signs[0].at >= APART
