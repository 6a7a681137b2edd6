"""PostgreSQL killed under load, frozen, away for long and away at the start."""

import time

import pytest

from tests.faults.amount import often
from tests.faults.office import CREW, Office
from tests.faults.verdict import violations

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(3600)]


def none_is_ready(office: Office) -> bool:
    answers = [office.ask(name, "/readyz") for name in CREW]
    lives = {office.ask(name, "/healthz")[0] for name in CREW} == {200}
    return lives and all(status == 503 and "数据库" in said for status, said in answers)


@pytest.mark.fault(14)
def test_a_database_killed_under_load_loses_nothing_and_tells_nobody_twice(office: Office) -> None:
    for _ in range(often(2, 20)):
        office.file(8)
        time.sleep(office.chance.uniform(0, 2))
        office.kill_database()
        office.restart_database()
    office.settle()
    office.await_ready()
    assert violations(office) == []


@pytest.mark.fault(15)
def test_while_the_database_is_away_everybody_waits_and_nothing_goes_to_the_dead_letters(office: Office) -> None:
    office.file(8)
    time.sleep(office.chance.uniform(0, 1))
    office.kill_database()
    office.until(lambda: none_is_ready(office), "nobody is ready without a database")
    members = office.members()
    time.sleep(often(8, 300))
    assert all(office.runs(name) for name in CREW)
    assert office.members() == members, "somebody was expelled from its group"
    office.restart_database()
    office.file(8)
    office.settle()
    office.await_ready()
    assert violations(office) == []


@pytest.mark.fault(15)
def test_a_database_that_says_nothing_any_more_is_waited_for(office: Office) -> None:
    office.file(8)
    time.sleep(office.chance.uniform(0, 1))
    office.freeze_database()
    time.sleep(often(5, 120))
    office.restart_database()
    office.file(8)
    office.settle()
    office.await_ready()
    assert violations(office) == []


@pytest.mark.fault(15)
def test_started_while_the_database_is_away_everybody_waits_and_says_so(office: Office) -> None:
    for name in CREW:
        office.end(name)
    office.file(6)
    office.kill_database()
    office.start()
    office.until(lambda: none_is_ready(office), "everybody lives and is not ready")
    office.restart_database()
    office.await_ready()
    office.settle()
    assert "Traceback" not in office.logs_since_begin()
    assert violations(office) == []
