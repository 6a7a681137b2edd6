"""What Kafka answers when it will not, in words that say what to do."""

from kafka import errors

_UNANSWERED = (errors.KafkaTimeoutError, errors.KafkaConnectionError, errors.NodeNotReadyError)
_TOLD: tuple[tuple[tuple[type[errors.KafkaError], ...], str], ...] = (
    (
        (errors.AuthorizationError, errors.PolicyViolationError),
        "不许本用户这样做；请 Kafka 管理员授予权限（主题的读写与查看、消费组的读取）",
    ),
    (
        (
            errors.SaslAuthenticationFailedError,
            errors.UnsupportedSaslMechanismError,
            errors.IllegalSaslStateError,
            errors.SecurityDisabledError,
        ),
        "不接受登录；请核对 kafka_security 里的用户名、口令和登录方式",
    ),
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
    ((errors.RebalanceInProgressError, errors.CommitFailedError), "分区正在重新分配，这一批会再来一次"),
)


def told(error: BaseException) -> str:
    """One sentence, with Kafka's own words behind it."""
    said = str(error).strip() or type(error).__name__
    if isinstance(error, _UNANSWERED):
        return f"没有应答：{said}"
    for kinds, words in _TOLD:
        if isinstance(error, kinds):
            return f"{words}（{said}）"
    return f"出错：{said}"
