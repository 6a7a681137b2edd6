"""Who gets which partition: a member keeps what it has, and gives up only what another is to have (KIP-429)."""

from collections.abc import Callable, Iterable
from typing import Any

from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor


class Assignor(CooperativeStickyAssignor):  # type: ignore[misc]
    """kafka-python 3.0.12 claims what it was last assigned, also after the group has thrown it out; where two such
    claims meet, the leader gives the partition to neither. This one claims what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.held: Callable[[], Iterable[Any]] = tuple

    def metadata(self, topics: Any) -> Any:
        self.member_assignment = list(self.held())
        return super().metadata(topics)


class Departures(ConsumerRebalanceListener):  # type: ignore[misc]
    """The partitions that have gone since it was last asked, also those that came back at once.

    Filled by the library's own thread, only while a call to the consumer lasts.
    """

    def __init__(self) -> None:
        self._gone: set[Any] = set()

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._gone |= set(revoked)

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Its records come by themselves."""

    def taken(self) -> set[Any]:
        gone, self._gone = self._gone, set()
        return gone


def held_by(consumer: Any, departures: Departures) -> set[Any]:
    """What a member may claim. One that learns only while it rejoins that the group has thrown it out would keep its
    positions, which the members after it have gone beyond: it lets go of everything, as one that knew before does."""
    if consumer._coordinator._generation.is_lost():
        departures.on_partitions_revoked(consumer.assignment())
        consumer._subscription.assign_from_subscribed([])
    return set(consumer.assignment())
