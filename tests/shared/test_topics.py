"""What each topic should be."""

import pytest
from pydantic import ValidationError

from shared.bus.envelope import MAX_BODY_BYTES
from shared.bus.topics import TopicSettings, declared


def test_every_topic_has_a_dead_letter_topic_that_takes_its_largest_record() -> None:
    observations, dead, _, _ = declared(TopicSettings(), "xj-")
    assert (observations.name, dead.name) == ("xj-observations", "xj-observations.dlq")
    limits = [int(topic.config["max.message.bytes"]) for topic in (observations, dead)]
    assert MAX_BODY_BYTES < limits[0] < limits[1]


def test_one_broker_of_three_may_be_away_and_a_single_one_is_enough_for_a_county() -> None:
    assert {topic.config["min.insync.replicas"] for topic in declared(TopicSettings())} == {"2"}
    county = declared(TopicSettings(replication=1))
    assert {(topic.replication, topic.config["min.insync.replicas"]) for topic in county} == {(1, "1")}


def test_nothing_is_compacted_and_time_alone_lets_records_go() -> None:
    for topic in declared(TopicSettings(retention_days=7, dead_letter_retention_days=14)):
        assert (topic.config["cleanup.policy"], topic.config["retention.bytes"]) == ("delete", "-1")
        assert topic.config["retention.ms"] == str((7 if topic.is_keyed else 14) * 24 * 3600 * 1000)


def test_more_copies_in_step_than_there_are_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"min_insync_replicas（3）不能大于 replication（2）"):
        TopicSettings(replication=2, min_insync_replicas=3)
