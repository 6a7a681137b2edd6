"""One real Kafka for the whole test run: the one of XUNJIAN_TEST_KAFKA, or one of our own, or a reason to skip."""

import gc
import logging
import os
import warnings
from collections.abc import Iterator

import pytest

from demo.kafka_broker import Broker, missing_programs


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """host:port of a broker that answers."""
    if given := os.environ.get("XUNJIAN_TEST_KAFKA"):
        yield given
        return
    if missing := missing_programs():
        pytest.skip(f"no {', no '.join(missing)} and no XUNJIAN_TEST_KAFKA: the bus is not tested on a real Kafka")
    with Broker() as broker:
        yield broker.bootstrap


@pytest.fixture
def refused_connections() -> Iterator[None]:
    """For tests in which a broker is away: kafka-python leaves each refused socket to the garbage collector."""
    warnings.filterwarnings(
        "ignore", "unclosed <(socket|ssl.SSLSocket)", ResourceWarning
    )  # pytest takes it back after the test
    library_log = logging.getLogger("kafka")
    library_log.setLevel(logging.CRITICAL)  # a captured log line would hold on to the socket by its traceback
    yield
    library_log.setLevel(logging.NOTSET)
    gc.collect()
