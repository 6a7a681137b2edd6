"""Fixtures that are dear enough to be shared by the whole run."""

from tests.kafka_broker import kafka_bootstrap, refused_connections

__all__ = ["kafka_bootstrap", "refused_connections"]
