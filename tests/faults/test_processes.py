"""Services killed, frozen and told to end, at random moments and at the worst ones."""

import os
import sys
import time

import pytest

from demo.child import Child
from tests.faults.amount import at_length, often
from tests.faults.office import CREW, Office
from tests.faults.verdict import violations

BURNERS = 4 * (os.cpu_count() or 2)

LEAST_SILENT = 3
"""So many messages at least, or who is to die at the second would wait for it in vain."""

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(3600)]


@pytest.mark.fault(1, 2, 3, 4)
def test_killed_at_random_moments_nothing_is_lost(office: Office) -> None:
    for _ in range(often(4, 200)):
        victim = office.chance.choice(CREW)
        office.until(lambda: office.ask(victim, "/healthz")[0] == 200, f"{victim} lives")  # noqa: B023
        office.file(4)
        time.sleep(office.chance.uniform(0, 1.5))
        office.kill(victim)
        office.start(victim)
    office.settle()
    assert violations(office) == []


@pytest.mark.parametrize(
    ("name", "place"),
    [
        pytest.param("analyzer-1", "KafkaSubscription.commit:2:before", marks=pytest.mark.fault(2)),
        pytest.param("alerter-1", "Deliveries.record_sent:2:before", marks=pytest.mark.fault(3)),
        *at_length(
            pytest.param("collector", "CollectorEngine._record:2:before", marks=pytest.mark.fault(1)),
            pytest.param("alerter-1", "Webhook.send:2:before", marks=pytest.mark.fault(4)),
            pytest.param("collector", "KafkaBus.publish:2:after", marks=pytest.mark.fault(1)),
            pytest.param("analyzer-1", "Judgements.mark_told:1:before", marks=pytest.mark.fault(2)),
            pytest.param("alerter-1", "KafkaSubscription.commit:1:before", marks=pytest.mark.fault(2)),
        ),
    ],
)
def test_killed_at_the_worst_moment_nothing_is_lost(office: Office, name: str, place: str) -> None:
    """With nobody beside it, so that the moment comes."""
    for other in [other for other in CREW if other.partition("-")[0] == name.partition("-")[0]]:
        office.end(other)
    office.start(name, die_at=place)
    office.await_ready(name)
    silent = 0
    while silent < LEAST_SILENT:
        silent += sum(one.is_silent for one in office.file(8))
    office.await_death(name, place)
    office.start()
    office.settle()
    assert violations(office) == []


@pytest.mark.fault(5)
@pytest.mark.parametrize("name", ["analyzer-1", *at_length("alerter-2", "collector")])
def test_who_is_frozen_is_replaced_and_harms_nobody_when_it_wakes(office: Office, name: str) -> None:
    for _ in range(often(1, 5)):
        office.file(6)
        time.sleep(office.chance.uniform(0, 1))
        office.freeze(name)
        if name == "collector":
            office.start("collector-2")
        office.file(6)
        office.settle()
        office.thaw(name)
        office.file(6)
        office.settle()
    if name == "collector":
        office.end("collector-2")
    assert violations(office) == []


@pytest.mark.fault(34)
def test_told_to_end_in_the_middle_of_everything_each_ends_in_order(office: Office) -> None:
    for _ in range(often(1, 10)):
        for name in CREW:
            office.until(lambda: office.ask(name, "/healthz")[0] == 200, f"{name} lives")  # noqa: B023
            office.file(4)
            time.sleep(office.chance.uniform(0, 1))
            assert office.end(name) == 0
            office.start(name)
    office.settle()
    assert violations(office) == []


@pytest.mark.fault(41)
def test_a_busy_machine_expels_nobody_from_its_group(office: Office) -> None:
    """As the product has it: a hurried member would be right to be given up."""
    for name in CREW:
        office.end(name)
    office.start(hurried=False)
    office.await_ready()
    office.file(10)
    office.settle()
    before = office.members()
    burners = [Child([sys.executable, "-c", "while True: pass"], office.folder / "burner") for _ in range(BURNERS)]
    try:
        for burner in burners:
            burner.start()
        for _ in range(often(2, 20)):
            office.file(10)
            office.settle()
    finally:
        for burner in burners:
            burner.kill()
    assert office.members() == before
    assert violations(office) == []
    for name in CREW:
        office.end(name)
