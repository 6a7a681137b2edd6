"""What lists ask of the store, on both databases: marks, numbers, what was told, and events in order."""

from datetime import timedelta

from shared.delivery import Delivery
from shared.events import FindingStatus
from shared.mark import Mark, MarkState, matter_of
from shared.storage.store import Store
from tests.builders import NOW, a_finding, a_post, a_probe, days


def a_mark(**said: object) -> Mark:
    values = {"matter": "m", "key": "weibo/1001", "at": NOW, "author": "张三"}
    return Mark.model_validate(values | said)


def test_marks_are_added_and_never_changed(store: Store) -> None:
    first, second = a_mark(state=MarkState.TRUE, note="甲"), a_mark(note="乙", at=NOW + days(1), number="ABCDEF01")
    assert store.marks.newest_at() is None
    assert store.marks.add([first]) == 1
    assert store.marks.add([second, first.model_copy(update={"matter": "n"})]) == 2
    assert store.marks.all() == [first, second, first.model_copy(update={"matter": "n"})]
    assert store.marks.newest_at() == NOW + days(1)
    assert {matter: marked.note for matter, marked in store.marks.current().items()} == {"m": "乙", "n": "甲"}


def test_a_mark_that_says_nothing_new_is_left_out(store: Store) -> None:
    assert store.marks.add([a_mark(note="甲"), a_mark(note="甲"), a_mark(state=MarkState.PENDING)]) == 1


def test_a_finding_is_found_by_its_number_or_more_of_it(store: Store) -> None:
    findings = [a_finding(f"p{number}") for number in range(20)]
    with store.judgements.judging() as judging:
        for finding in findings:
            judging.open(finding)
    for finding in findings:
        assert store.findings.numbered(finding.number) == [finding]
        assert store.findings.numbered(finding.fingerprint) == [finding]
    assert store.findings.numbered("FFFFFFFFFFFF") == []


def test_the_steps_of_one_matter_are_one_matter() -> None:
    first, second = a_finding(stage="14d"), a_finding(stage="90d", at=NOW + days(76))
    assert (matter_of(first), first.fingerprint == second.fingerprint) == (matter_of(second), False)
    assert matter_of(a_finding("p2")) != matter_of(first)


def test_what_was_told_up_to_a_moment(store: Store) -> None:
    finding = a_finding()
    rows = [
        Delivery(
            fingerprint=finding.fingerprint,
            status=FindingStatus.OPEN,
            channel=channel,
            unit="青禾县政府办",
            account_key=finding.key,
            finding=finding,
            queued_at=NOW,
            next_attempt_at=NOW,
        )
        for channel in ("office", "inbox")
    ]
    store.deliveries.enqueue(rows)
    store.deliveries.record_sent(rows[:1], NOW + timedelta(minutes=2), "1")
    store.deliveries.record_sent(rows[1:], NOW + timedelta(minutes=1), "2")
    asked = [finding.fingerprint, "none"]
    assert store.deliveries.told(asked, NOW) == {}
    told = [(NOW + timedelta(minutes=1), "inbox"), (NOW + timedelta(minutes=2), "office")]
    assert store.deliveries.told(asked, NOW + days(1)) == {finding.fingerprint: told}


def test_events_come_in_the_order_of_their_moments_posts_first(store: Store) -> None:
    with store.judgements.judging() as judging:
        for step in (2, 0, 1):
            at = NOW + days(step)
            judging.observed.add_probes([a_probe(at)])
            judging.observed.add_posts([a_post(f"p{step}", observed_at=at)])
            judging.observed.add_probes([a_probe(at, account_id="1002")])
    with store.events.observed() as events:
        found = [body.partition('"event":"')[2][:5] for body in events]
    assert found == ['post"', "probe", "probe"] * 3
    with store.events.observed(key="weibo/1002", since=NOW + days(1), until=NOW + days(2)) as events:
        assert list(events) == [a_probe(NOW + days(1), account_id="1002").to_json().decode()]
