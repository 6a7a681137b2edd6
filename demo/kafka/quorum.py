"""Who the nodes of one Kafka are, kept in its folder, and the settings that follow for each of them."""

import base64
import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from demo.ports import free_ports

_PROPERTIES = """process.roles=broker,controller
node.id={number}
controller.quorum.bootstrap.servers={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/log
default.replication.factor={replication}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replication}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replication}
transaction.state.log.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
replica.lag.time.max.ms=5000
auto.create.topics.enable=false
"""


@dataclass(frozen=True)
class Place:
    """One node: its number from 1, its ports, its directory's id."""

    number: int
    port: int
    controller: int
    directory: str


@dataclass(frozen=True)
class Quorum:
    cluster: str
    places: tuple[Place, ...]

    @property
    def replication(self) -> int:
        return min(3, len(self.places))

    @property
    def in_sync(self) -> int:
        """One node of three may be away, and writes go on."""
        return max(1, self.replication - 1)

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{place.port}" for place in self.places)

    @property
    def voters(self) -> str:
        return ",".join(f"127.0.0.1:{place.controller}" for place in self.places)

    @property
    def first_controllers(self) -> str:
        """As `format --initial-controllers` wants them."""
        return ",".join(f"{one.number}@127.0.0.1:{one.controller}:{one.directory}" for one in self.places)

    def properties(self, place: Place, folder: Path) -> str:
        return _PROPERTIES.format(
            number=place.number,
            port=place.port,
            controller=place.controller,
            voters=self.voters,
            folder=folder.resolve(),
            replication=self.replication,
            in_sync=self.in_sync,
        )

    def keep(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def new_quorum(nodes: int) -> Quorum:
    ports = free_ports(2 * nodes)
    places = (Place(number + 1, ports[2 * number], ports[2 * number + 1], _new_id()) for number in range(nodes))
    return Quorum(_new_id(), tuple(places))


def kept_quorum(file: Path) -> Quorum | None:
    """That of an earlier run; null when there was none."""
    if not file.exists():
        return None
    told = json.loads(file.read_text(encoding="utf-8"))
    return Quorum(told["cluster"], tuple(Place(**place) for place in told["places"]))


def _new_id() -> str:
    """22 characters of base64url; not starting with a dash, which the tool would take for an option."""
    return "x" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
