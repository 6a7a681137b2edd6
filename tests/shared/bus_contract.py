"""What every bus must do, written once: tests/shared/test_sqlite_bus.py and test_kafka_bus.py run it."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.bus.contract import Bus, Record, Subscription
from shared.bus.envelope import decode
from shared.errors import TransientError
from shared.events import Outcome, Post, Probe
from shared.trace import Trace, traced
from tests.builders import a_finding

OpenBus = Callable[[], Bus]

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PATIENCE_SECONDS = 90.0
HOSTILE_BODIES = (
    "政务新媒体巡检".encode(),
    "孤儿代理 \udc80".encode("utf-8", "surrogatepass"),
    b"a NUL \x00 in the middle",
    b"\xff\xfe not UTF-8 at all",
    b"",
)


def post(number: int, account: str = "1", text: str | None = None) -> Post:
    seen = NOON + timedelta(seconds=number)
    return Post(platform="weibo", account_id=account, id=f"5{number:018d}", observed_at=seen, text=text)


def probe(number: int) -> Probe:
    return Probe(platform="weibo", account_id="1", at=NOON + timedelta(seconds=number), outcome=Outcome.OK)


def drain(subscription: Subscription, wanted: int) -> list[Record]:
    """At least `wanted` records, and whatever else comes at once after them."""
    records: list[Record] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(records) < wanted and time.monotonic() < deadline:
        records += subscription.poll(0.2)
    return records + subscription.poll(0.2)


def share(members: Sequence[Subscription], wanted: int) -> list[Record]:
    """Every member polls and commits in turn, whatever passes; the records whose commit was accepted."""
    done: list[Record] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    for member in itertools.cycle(members):
        if len(done) >= wanted or time.monotonic() > deadline:
            return done
        try:
            records = member.poll(0.2, max_records=7)
            member.commit()
        except TransientError:
            continue
        done += records
    return done


def post_ids(records: Sequence[Record]) -> list[str]:
    events = [decode(record.body, record.headers) for record in records]
    return [event.id for event in events if isinstance(event, Post)]


class BusContract:
    """A subclass gives `open_bus`: every call opens the same stored bus anew; what it opened is closed at the end."""

    @pytest.fixture
    def open_bus(self) -> Iterator[OpenBus]:
        raise NotImplementedError

    @pytest.fixture
    def bus(self, open_bus: OpenBus) -> Bus:
        return open_bus()

    def test_what_is_published_comes_back_in_the_order_of_its_key(self, bus: Bus) -> None:
        accounts = ["1", "2", "3"]
        published = [post(number, account) for number in range(50) for account in accounts]
        bus.publish(published)
        subscription = bus.subscribe("analyzer", ["observations"])
        records = drain(subscription, len(published))
        subscription.close()
        for account in accounts:
            key = f"weibo/{account}"
            sent = [event.id for event in published if event.key == key]
            assert post_ids([record for record in records if record.key == key]) == sent

    def test_an_event_is_the_same_after_its_journey(self, bus: Bus) -> None:
        sent = post(1, text="标题 with 表情 🎉 and \x00 and \u2028")
        bus.publish([sent])
        subscription = bus.subscribe("analyzer", ["observations"])
        (record,) = drain(subscription, 1)
        subscription.close()
        assert decode(record.body, record.headers) == sent
        assert (record.topic, record.key) == ("observations", "weibo/1")

    def test_each_event_travels_with_the_trace_of_its_visit(self, bus: Bus) -> None:
        first, second = Trace.begun(), Trace.begun()
        with traced(first):
            bus.publish([post(1), post(2)])
        bus.publish([post(3), post(4)], lambda event: second if event == post(3) else None)
        reader = bus.subscribe("analyzer", ("observations",))
        found = [Trace.of_header(record.headers.get("traceparent")) for record in drain(reader, 4)]
        assert found == [first, first, second, None]
        reader.close()

    def test_one_subscription_reads_several_topics(self, bus: Bus) -> None:
        bus.publish([post(1), a_finding(), post(2), a_finding("p2")])
        subscription = bus.subscribe("analyzer", ["observations", "findings"])
        records = drain(subscription, 4)
        subscription.close()
        assert sorted(record.topic for record in records) == ["findings", "findings", "observations", "observations"]

    def test_the_posts_of_a_visit_come_before_its_probe(self, bus: Bus) -> None:
        bus.publish([post(1), post(2), probe(3)])
        subscription = bus.subscribe("analyzer", ["observations"])
        records = drain(subscription, 3)
        subscription.close()
        assert [record.headers["ce_type"] for record in records] == [
            "cn.xunjian.post.v1",
            "cn.xunjian.post.v1",
            "cn.xunjian.probe.v1",
        ]

    def test_two_groups_each_get_everything(self, bus: Bus) -> None:
        bus.publish([post(number) for number in range(10)])
        for group in ("analyzer", "replay"):
            subscription = bus.subscribe(group, ["observations"])
            assert len(drain(subscription, 10)) == 10
            subscription.commit()
            subscription.close()

    def test_a_poll_returns_no_more_than_asked(self, bus: Bus) -> None:
        bus.publish([post(number) for number in range(10)])
        subscription = bus.subscribe("analyzer", ["observations"])
        sizes: list[int] = []
        while sum(sizes) < 10:
            sizes.append(len(subscription.poll(0.5, max_records=3)))
        subscription.close()
        assert max(sizes) == 3

    def test_what_was_not_committed_comes_again_after_a_close(self, bus: Bus) -> None:
        bus.publish([post(number) for number in range(5)])
        first = bus.subscribe("analyzer", ["observations"])
        assert len(drain(first, 5)) == 5
        first.close()
        second = bus.subscribe("analyzer", ["observations"])
        assert len(drain(second, 5)) == 5
        second.close()

    def test_what_was_committed_stays_done_when_the_bus_is_opened_anew(self, open_bus: OpenBus) -> None:
        bus = open_bus()
        bus.publish([post(1), post(2)])
        first = bus.subscribe("analyzer", ["observations"])
        drain(first, 2)
        first.commit()
        first.close()
        bus.close()
        again = open_bus()
        again.publish([post(3)])
        second = again.subscribe("analyzer", ["observations"])
        assert post_ids(drain(second, 1)) == [post(3).id]
        second.close()

    def test_what_was_polled_since_the_commit_comes_again_after_a_rewind(self, bus: Bus) -> None:
        bus.publish([post(number) for number in range(6)])
        subscription = bus.subscribe("analyzer", ["observations"])
        done = [*subscription.poll(PATIENCE_SECONDS, max_records=2)]
        while len(done) < 2:
            done += subscription.poll(0.5, max_records=1)
        subscription.commit()
        failed = drain(subscription, 4)
        subscription.rewind()
        assert sorted(post_ids(drain(subscription, 4))) == sorted(post_ids(failed))
        subscription.close()

    def test_a_commit_with_nothing_polled_is_harmless(self, bus: Bus) -> None:
        bus.publish([post(1)])
        subscription = bus.subscribe("analyzer", ["observations"])
        subscription.commit()
        assert len(drain(subscription, 1)) == 1
        subscription.close()

    @pytest.mark.fault(12)
    def test_a_dead_letter_keeps_its_bytes_and_tells_why_while_the_partition_goes_on(self, bus: Bus) -> None:
        bus.publish([post(1), post(2), post(3)])
        subscription = bus.subscribe("analyzer", ["observations"])
        _, poison, _ = drain(subscription, 3)
        subscription.dead_letter(poison, "event.id: 不能为空")
        subscription.commit()
        assert subscription.lag() == 0
        subscription.close()
        letters = bus.subscribe("operator", ["observations.dlq"])
        (letter,) = drain(letters, 1)
        letters.close()
        assert (letter.key, letter.body) == (poison.key, poison.body)
        assert letter.headers["dlq_reason"] == "event.id: 不能为空"
        assert (letter.headers["dlq_topic"], letter.headers["dlq_partition"]) == ("observations", str(poison.partition))
        assert letter.headers["dlq_offset"] == str(poison.offset)
        assert letter.headers["ce_id"] == poison.headers["ce_id"]

    def test_hostile_bytes_survive_unchanged(self, bus: Bus) -> None:
        subscription = bus.subscribe("analyzer", ["observations"])
        for offset, body in enumerate(HOSTILE_BODIES):
            subscription.dead_letter(Record("observations", 0, offset, "键 \udc80", body), "\udc80 " + "长" * 10_000)
        letters = bus.subscribe("operator", ["observations.dlq"])
        assert [letter.body for letter in drain(letters, len(HOSTILE_BODIES))] == list(HOSTILE_BODIES)
        subscription.close()
        letters.close()

    def test_who_is_no_member_may_ask_how_much_is_left_and_was_set_aside(self, bus: Bus) -> None:
        bus.publish([post(1), post(2), post(3), a_finding()])
        topics = ["observations"]
        assert bus.dead_letters(topics) == {"observations": 0}
        subscription = bus.subscribe("analyzer", topics)
        records = drain(subscription, 3)
        subscription.dead_letter(records[0], "event.id: 不能为空")
        assert bus.lag("analyzer", topics) == 3
        subscription.commit()
        subscription.close()
        assert bus.lag("analyzer", topics) == 0
        assert bus.lag("another", ["observations", "findings"]) == 4
        assert bus.dead_letters(["observations", "findings"]) == {"observations": 1, "findings": 0}

    def test_lag_counts_what_the_group_has_not_committed(self, bus: Bus) -> None:
        bus.publish([*(post(number) for number in range(7)), probe(1)])
        subscription = bus.subscribe("analyzer", ["observations"])
        drain(subscription, 8)
        assert subscription.lag() == 8
        subscription.commit()
        assert subscription.lag() == 0
        bus.publish([post(8)])
        assert subscription.lag() == 1
        subscription.close()

    def test_records_carry_the_cloudevents_headers(self, bus: Bus) -> None:
        bus.publish([post(1)])
        subscription = bus.subscribe("analyzer", ["observations"])
        (record,) = drain(subscription, 1)
        subscription.close()
        assert record.headers["ce_specversion"] == "1.0"
        assert record.headers["ce_type"] == "cn.xunjian.post.v1"
        assert record.headers["ce_source"] == "/xunjian/test"
        assert record.headers["ce_subject"] == "weibo/1"

    def test_a_large_event_goes_through_and_can_be_dead_lettered(self, bus: Bus) -> None:
        bus.publish([post(1, text="巡" * 290_000)])
        subscription = bus.subscribe("analyzer", ["observations"])
        (record,) = drain(subscription, 1)
        assert len(record.body) > 870_000
        subscription.dead_letter(record, "too large for us")
        subscription.close()

    def test_members_of_a_group_share_the_records_without_repeats(self, bus: Bus) -> None:
        published = [post(number, account=str(number % 11)) for number in range(60)]
        bus.publish(published)
        members = [bus.subscribe("analyzer", ["observations"]) for _ in range(2)]
        done = share(members, len(published))
        assert sorted(post_ids(done)) == sorted(event.id for event in published)
        members[0].close()
        bus.publish([post(100), post(101)])
        assert len(share(members[1:], 2)) == 2
        members[1].close()

    def test_publishing_nothing_is_harmless(self, bus: Bus) -> None:
        bus.publish([])

    def test_a_check_answers(self, bus: Bus) -> None:
        bus.check()
