"""One installation for all fault tests; who broke it gets the next test a new one."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo.kafka_broker import Broker, missing_programs
from demo.postgres import Postgres, programs
from tests.faults.amount import SEED, often
from tests.faults.office import Office, open_office

NODES = 3
DATABASE_PASSWORD = "pg-secret-83c1d7aa02"


@pytest.fixture(scope="package")
def broker() -> Iterator[Broker]:
    if missing := missing_programs():
        pytest.skip(f"no {', no '.join(missing)}: faults of Kafka are not tested")
    with Broker(nodes=NODES) as broker:
        yield broker


@pytest.fixture(scope="package")
def postgres() -> Iterator[Postgres]:
    if programs() is None:
        pytest.skip("no PostgreSQL server: its faults are not tested")
    with Postgres(password=DATABASE_PASSWORD) as postgres:
        yield postgres


@pytest.fixture(scope="package")
def _offices() -> Iterator[list[tuple[Office, ExitStack]]]:
    offices: list[tuple[Office, ExitStack]] = []
    yield offices
    for _, stack in offices:
        stack.close()


@pytest.fixture
def office(
    request: pytest.FixtureRequest,
    _offices: list[tuple[Office, ExitStack]],
    broker: Broker,
    postgres: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """Everybody runs and nothing is left over of the test before."""
    if not _offices:
        broker.resume()
        postgres.resume()
        stack = ExitStack()
        folder: Path = tmp_path_factory.mktemp("office")
        _offices.append((open_office(folder, broker, postgres, stack, SEED, size=often(600, 6000)), stack))
    office, stack = _offices[0]
    office.restart()
    office.begin(request.node.name)
    failed = request.session.testsfailed
    yield office
    office.restart()
    if request.session.testsfailed > failed or not _is_sound(office):
        _offices.clear()
        stack.close()


def _is_sound(office: Office) -> bool:
    return office.lag() == {"analyzer": 0, "alerter": 0}
