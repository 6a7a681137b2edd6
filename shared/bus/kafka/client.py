"""How kafka-python's clients are made and ended. Their values are untyped (Any)."""

import importlib
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, errors
from kafka.errors import KafkaError, KafkaTimeoutError

from shared.bus.kafka.certificates import demand_certificates
from shared.bus.kafka.nodes import CONNECTING_SECONDS, Nodes
from shared.bus.kafka.refusals import note_refused_logins, told
from shared.errors import PermanentError, TransientError

Answer = TypeVar("Answer")

CHECK_SECONDS = 5.0
CHANGE_SECONDS = 10.0
"""Longer than a cluster takes by default to see that a node is gone (9 s) and to give its work to the others."""
AGAIN_SECONDS = 0.2
_OF_ONE_NODE = (
    errors.KafkaConnectionError,
    errors.KafkaTimeoutError,
    errors.LeaderNotAvailableError,
    errors.NodeNotReadyError,
    errors.NotControllerError,
    errors.NotLeaderForPartitionError,
    errors.RequestTimedOutError,
)
"""What a node says, or does not, that is gone, silent or has just given its work away: another may do it."""


class Clients:
    """Makes clients of one cluster. Nothing connects before the first of them does."""

    def __init__(
        self,
        bootstrap: str,
        api_version: tuple[int, int] | None,
        security: Mapping[str, str],
        timeout_seconds: float,
    ) -> None:
        _require_crc32c()
        self.bootstrap = bootstrap
        self._security = security
        self._nodes = Nodes()
        self.timeout_seconds = timeout_seconds
        self._settings: dict[str, Any] = {
            "bootstrap_servers": bootstrap.split(","),
            "api_version": api_version,
            "metadata_max_age_ms": 30_000,
            "reconnect_backoff_max_ms": 2_000,  # the library's 30 s would outlast `timeout_seconds`
            **security,
        }

    def open(self, kind: Callable[..., Any], **settings: Any) -> Any:
        """A kafka-python client. One that fails while being built would leave its thread and sockets behind."""
        demand_certificates(self._security)
        opened: list[Any] = []

        def remember(**config: Any) -> Any:
            config["socket_connection_setup_timeout_ms"] = int(CONNECTING_SECONDS * 1000)
            opened.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**config))
            self._nodes.lead(opened[-1])
            note_refused_logins(opened[-1])
            return opened[-1]

        try:
            return kind(kafka_client=remember, **self._settings, **settings)
        except KafkaError as error:
            refused = next((network.login_refused for network in opened if network.login_refused), None)
            for network in opened:
                network.close()
            raise self.failure(refused or error) from error

    def ask(self, work: Callable[[Any], Answer], patience_seconds: float = CHECK_SECONDS) -> Answer:
        """What `work` tells of the admin client it is given. Raises TransientError for whatever Kafka says against it.

        It is done anew, up to `patience_seconds` after the beginning, where one node failed: what may be done twice.
        """
        deadline = time.monotonic() + min(patience_seconds, self.timeout_seconds)
        while True:
            try:
                return self._asked(work)
            except KafkaError as error:
                if not isinstance(error, _OF_ONE_NODE) or time.monotonic() + AGAIN_SECONDS >= deadline:
                    raise self.failure(error) from error
            time.sleep(AGAIN_SECONDS)

    def _asked(self, work: Callable[[Any], Answer]) -> Answer:
        milliseconds = int(min(CHECK_SECONDS, self.timeout_seconds) * 1000)
        admin = self.open(KafkaAdminClient, bootstrap_timeout_ms=milliseconds, request_timeout_ms=milliseconds)
        try:
            return work(admin)
        finally:
            admin.close()

    def failure(self, error: KafkaError, what: str = "不可用") -> TransientError:
        """In Chinese: whether nobody answered, or what was refused. Waiting mends either: a right may be given."""
        return TransientError(f"Kafka {self.bootstrap} {what}：{told(error)}")


def end_producer(producer: Any, seconds: float) -> None:
    try:
        producer.close(timeout=seconds)
    except KafkaTimeoutError:
        # close() gives up before it stops its thread when records are undeliverable; force_close drops them.
        producer._sender.force_close()
        producer.close(timeout=CHECK_SECONDS)


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def to_text(raw: bytes | None) -> str:
    """Bytes that are no UTF-8 survive the way to the dead-letter topic."""
    return (raw or b"").decode("utf-8", "surrogateescape")


def _require_crc32c() -> None:
    try:
        importlib.import_module("crc32c")
    except ImportError as error:
        raise PermanentError("缺少 Python 包 crc32c，没有它 Kafka 慢 50 倍；请安装（pip install crc32c）") from error
