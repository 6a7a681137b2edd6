"""Which node of a cluster is asked: one that is silent costs a moment, not all the time there is for the answer."""

import time
from typing import Any

from kafka.errors import KafkaTimeoutError

CONNECTING_SECONDS = 1.5
"""For connecting and logging in, the first time; kafka-python doubles it after each failure."""


class Nodes:
    """Of one cluster, known to all its clients: who could not be reached last comes last, also for the next client.

    kafka-python 3.0.12 takes them at random, and waits for the first that is silent until its whole time is over.
    """

    def __init__(self) -> None:
        self._failed_at: dict[tuple[str, int], float] = {}

    def lead(self, network: Any) -> None:
        """From now on the client `network` asks them in this order."""
        manager, cluster = network._manager, network._manager.cluster
        every, least_loaded, connect = cluster.bootstrap_brokers, manager.least_loaded_node, manager.get_connection

        def bootstrap_brokers() -> list[Any]:
            return [min(every(), key=self._failure_of)]

        def least_loaded_node() -> Any:
            chosen = cluster.broker_metadata(least_loaded())
            if chosen is not None and self._failure_of(chosen):
                chosen = min(cluster.brokers(), key=self._failure_of)
            return chosen and chosen.node_id

        def get_connection(node_id: Any, **options: Any) -> Any:
            patience = manager.socket_connection_setup_timeout_ms(node_id) / 1000
            connection = connect(node_id, **options)
            if not connection.init_future.is_done:
                self._await(connection, cluster.broker_metadata(node_id), patience)
            return connection

        cluster.bootstrap_brokers, manager.least_loaded_node = bootstrap_brokers, least_loaded_node
        manager.get_connection = get_connection

    def _failure_of(self, node: Any) -> float:
        return self._failed_at.get((node.host, node.port), 0.0)

    def _await(self, connection: Any, node: Any, seconds: float) -> None:
        address = (node.host, node.port)

        def fail(_: object) -> None:
            self._failed_at[address] = time.monotonic()

        def give_up() -> None:
            # The library's own timers leave out the TLS handshake, which a frozen node never answers.
            if not connection.init_future.is_done:
                connection.close(KafkaTimeoutError(f"{node.host}:{node.port} is silent"))

        connection.init_future.add_callback(lambda _: self._failed_at.pop(address, None))
        connection.init_future.add_errback(fail)
        connection.net.call_later(seconds, give_up)
