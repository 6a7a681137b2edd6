"""Fixtures that are dear enough to be shared by the whole run, and what every test leaves as it found it."""

from collections.abc import Iterator

import pytest
import structlog

from tests.each_store import each_store
from tests.faults.amount import SEED
from tests.kafka_broker import kafka_bootstrap, refused_connections
from tests.lacking import pytest_configure, pytest_sessionfinish, pytest_terminal_summary
from tests.naming import pytest_make_parametrize_id
from tests.postgres_server import postgres_url

__all__ = [
    "each_store",
    "kafka_bootstrap",
    "postgres_url",
    "pytest_configure",
    "pytest_make_parametrize_id",
    "pytest_report_header",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "refused_connections",
]


def pytest_report_header() -> str:
    return f"faults: XUNJIAN_TEST_SEED={SEED}"


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command run inside a test sets up logging to a stream that ends with the test."""
    yield
    structlog.reset_defaults()
