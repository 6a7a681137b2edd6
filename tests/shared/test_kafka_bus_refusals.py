"""What a real Apache Kafka refuses: a login, a topic, a group. It is said in Chinese, and never taken for absence."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from demo.kafka import quorum
from demo.kafka_broker import Broker, missing_programs
from shared.bus.kafka.bus import KafkaBus
from shared.bus.topics import TopicSettings, declared
from shared.errors import TransientError
from tests.shared.bus_contract import post
from tests.xunjian.checks.signs import only
from xunjian.checks.bus import check_kafka

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("refused_connections"),
    pytest.mark.skipif(bool(missing_programs()), reason="no java or no mvn: no Kafka that asks for a password"),
]

_GUARDED = """
listener.security.protocol.map=SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="admin" password="admin-word" user_admin="admin-word" user_guest="guest-word";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
"""
_WANTED = declared(TopicSettings(partitions=1, replication=1))


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """A broker that knows `admin`, who may do everything, and `guest`, who may do nothing."""
    with pytest.MonkeyPatch.context() as patched:
        plain = quorum._PROPERTIES.replace("PLAINTEXT://127.0.0.1:{port}", "SASL_PLAINTEXT://127.0.0.1:{port}")
        patched.setattr(quorum, "_PROPERTIES", plain + _GUARDED)
        with Broker() as broker:
            with closing(bus_of(broker.bootstrap, "admin", "admin-word")) as bus:
                bus.topics.ensure(_WANTED)
            yield broker.bootstrap


def bus_of(bootstrap: str, name: str, word: str) -> KafkaBus:
    security = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": name,
        "sasl_plain_password": word,
    }
    return KafkaBus(bootstrap, "test", security=security, timeout_seconds=10)


def poll(bus: KafkaBus) -> None:
    with closing(bus.subscribe("analyzer", ["observations"])) as reader:
        reader.poll(1)


ATTEMPTS: dict[str, Callable[[KafkaBus], object]] = {
    "publish": lambda bus: bus.publish([post(1)]),
    "poll": poll,
    "lag": lambda bus: bus.lag("analyzer", ["observations"]),
    "look": lambda bus: bus.topics.found(["observations"]),
    "make": lambda bus: bus.topics.ensure(_WANTED),
    "create": lambda bus: bus.topics.create(declared(TopicSettings(replication=1), "new-")[0]),
    "configure": lambda bus: bus.topics.configure("observations", {"retention.ms": "1000"}),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_a_user_may_not_do_is_told_and_may_be_tried_again(bootstrap: str, attempt: str) -> None:
    with (
        closing(bus_of(bootstrap, "guest", "guest-word")) as bus,
        pytest.raises(TransientError, match="请 Kafka 管理员") as refused,
    ):
        ATTEMPTS[attempt](bus)
    assert "guest-word" not in str(refused.value)


@pytest.mark.parametrize("attempt", ["publish", "poll", "look"])
def test_a_wrong_password_is_told_as_such(bootstrap: str, attempt: str) -> None:
    with closing(bus_of(bootstrap, "admin", "another-word")) as bus, pytest.raises(TransientError) as refused:
        ATTEMPTS[attempt](bus)
    assert "不接受登录；请核对 kafka_security" in str(refused.value)
    assert "another-word" not in str(refused.value)


def test_a_topic_that_may_not_be_seen_is_not_called_missing(bootstrap: str) -> None:
    check = only(check_kafka(lambda: bus_of(bootstrap, "guest", "guest-word"), "kafka", _WANTED, "设置"))
    assert "缺主题" not in check.detail
    assert "不许本用户这样做" in check.detail
