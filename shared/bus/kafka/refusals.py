"""What Kafka answers when it will not, in words that say what to do."""

from typing import Any

from kafka import errors

MAX_SAID_CHARACTERS = 200
"""Some of its words quote the whole request."""
_LOGIN: tuple[type[BaseException], ...] = (
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
_TOLD: tuple[tuple[tuple[type[errors.KafkaError], ...], str], ...] = (
    (
        (errors.AuthorizationError, errors.PolicyViolationError),
        "不许本用户这样做；请 Kafka 管理员授予权限（主题的读写与查看、消费组的读取）",
    ),
    (_LOGIN, "不接受登录；请核对 kafka_security 里的用户名、口令和登录方式"),
    ((errors.UnknownTopicOrPartitionError,), "没有这个主题；请运行 xunjian topics apply"),
    (
        (errors.NotEnoughReplicasError, errors.NotEnoughReplicasAfterAppendError),
        "在线的副本少于 min.insync.replicas；请恢复停掉的 broker，其间会一直重试",
    ),
    (
        (errors.InconsistentGroupProtocolError,),
        "消费组里还有旧版本的成员，分配方式不同；请停掉它们，其间会一直重试",
    ),
    (
        (errors.InvalidReplicationFactorError,),
        "在线的 broker 少于副本数；请增加 broker，或减小 kafka_topics.replication",
    ),
    ((errors.KafkaTimeoutError, errors.KafkaConnectionError, errors.NodeNotReadyError), "没有应答"),
    ((errors.RebalanceInProgressError, errors.CommitFailedError), "分区正在重新分配，这一批会再来一次"),
)


def told(error: BaseException) -> str:
    """One sentence, with Kafka's own words behind it."""
    said = str(error).strip()[:MAX_SAID_CHARACTERS] or type(error).__name__
    words = next((words for kinds, words in _TOLD if isinstance(error, kinds)), None)
    return f"{words}（{said}）" if words else said


def note_refused_logins(network: Any) -> None:
    """kafka-python 3.0.12 tries on until its time is over, and then says only that it is."""
    network.login_refused = None
    ask = network._manager.get_connection

    def get_connection(*arguments: Any, **options: Any) -> Any:
        connection = ask(*arguments, **options)
        if not connection.init_future.is_done:
            connection.init_future.add_errback(lambda error: note(connection, error))
        return connection

    def note(connection: Any, error: BaseException) -> None:
        network.login_refused = _login_refused(connection, error)

    network._manager.get_connection = get_connection


def _login_refused(connection: Any, error: BaseException) -> BaseException | None:
    """A broker hangs up right after its refusal, which is then often lost."""
    if isinstance(error, _LOGIN):
        return error
    if not connection.sasl_enabled or connection.broker_version_data is None:
        return None
    hung_up: BaseException = errors.SaslAuthenticationFailedError(f"hung up on the login: {error}")
    return hung_up
