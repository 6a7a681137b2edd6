"""Fixtures that are dear enough to be shared by the whole run."""

from tests.kafka_broker import kafka_bootstrap, refused_connections
from tests.postgres_server import postgres_url

__all__ = ["kafka_bootstrap", "postgres_url", "refused_connections"]
