"""A fortnight of outages: who publishes is accused by nobody; who fell silent is found, or it is said why not.

`python -m bench.month` plays whole months of more accounts; this is one of its seeds, shortened.
"""

import random
from datetime import timedelta
from functools import cache

import pytest

from bench.month.lives import DAY, HOUR, Item, Life
from bench.month.played import START, Month
from bench.month.verdicts import Verdicts
from bench.month.weather import Trouble, Weather
from shared.account import Account
from shared.events import Finding
from tests.builders import a_finding

ACCOUNTS, DAYS, SEED = 12, 12, 3
ACCOUNT = Account(platform="weibo", id="1001", name="青禾发布", unit="青禾县政府办")


@cache
def played() -> Verdicts:
    return Month(SEED, accounts=ACCOUNTS, days=DAYS).played()


@pytest.mark.timeout(600)
def test_nobody_is_accused_of_what_is_not_true() -> None:
    told = played()
    assert told.looks > 300
    assert told.said
    assert told.false() == []


@pytest.mark.timeout(600)
def test_who_fell_silent_is_found_or_stands_as_not_verified() -> None:
    told = played()
    assert told.found()
    assert all("未能核实" in one or "published again" in one for one in told.missed())


@pytest.mark.timeout(600)
def test_most_account_days_are_verified_all_the_same() -> None:
    assert 0.01 < played().unseen_share() < 0.5


def test_the_weather_knows_every_trouble_within_a_few_months() -> None:
    months = [Weather(random.Random(seed), START, START + 31 * DAY) for seed in range(12)]
    assert {spell.trouble for month in months for spell in month.spells} == set(Trouble)


def verdicts(*items: Item, gone_after: float | None = None) -> Verdicts:
    gone_at = START + gone_after * DAY if gone_after is not None else None
    life = Life("any", ACCOUNT, items, gone_at=gone_at)
    return Verdicts({ACCOUNT.key: life}, START, START + 31 * DAY)


def silent(after: float, stage: str = "14d") -> Finding:
    return a_finding(at=START + after * DAY, stage=stage)


def test_an_accusation_is_false_where_something_was_published_within_its_days() -> None:
    told = verdicts(Item(START - DAY), Item(START + 3 * DAY))
    told.take([silent(13.5), silent(2, "7d"), silent(17.1)], timedelta(0))
    assert len(told.false()) == 2
    assert told.unseeable() == []


def test_what_was_published_and_deleted_again_makes_it_one_that_nobody_could_see() -> None:
    told = verdicts(Item(START - DAY), Item(START + 3 * DAY, deleted_at=START + 3.2 * DAY))
    told.take([silent(13.5)], timedelta(0))
    assert told.false() == []
    assert len(told.unseeable()) == 1


def test_what_a_wrong_clock_dates_is_held_against_the_right_time() -> None:
    told = verdicts(Item(START - DAY))
    told.take([silent(14)], timedelta(days=10))
    assert len(told.false()) == 1


def test_an_account_that_still_is_makes_a_false_end_and_any_other_accusation_is_false() -> None:
    told = verdicts(Item(START - DAY), gone_after=5)
    told.take([a_finding(rule="account_gone", at=START + day * DAY) for day in (4, 6)], timedelta(0))
    told.take([a_finding(rule="account_renamed", at=START)], timedelta(0))
    assert len(told.false()) == 2


def test_a_zombie_is_who_crossed_the_line_and_its_delay_counts_from_there() -> None:
    told = verdicts(Item(START - 10 * DAY))
    told.take([silent(1, "10d"), silent(4.5)], timedelta(0))
    assert told.zombies() == {ACCOUNT.key: START + 4 * DAY}
    told.said = [one for one in told.said if one.finding.stage == "14d"]
    assert told.found() == {ACCOUNT.key: 12 * HOUR}
    assert told.missed() == []
