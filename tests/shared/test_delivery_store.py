"""The delivery ledger, channels in trouble and notices, on a real SQLite file and on a real PostgreSQL."""

import threading
from datetime import timedelta

from shared.delivery import Delivery, DeliveryState, Notice, Trouble
from shared.storage.channels import PROBE_EVERY
from shared.storage.store import Store
from tests.builders import NOW, a_finding, days
from tests.shared.test_store import LEASE, a_delivery

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def deliveries(count: int) -> list[Delivery]:
    found = [a_finding(str(number)) for number in range(count)]
    return [a_delivery(fingerprint=one.fingerprint, finding=one) for one in found]


def a_trouble(**fields: object) -> Trouble:
    values = {"name": "inbox", "failures": 1, "error": "down", "retry_at": NOW, "digest": "00:00"}
    return Trouble.model_validate(values | fields)


def test_a_claim_is_one_units_and_is_renewed_only_while_it_is_held(store: Store) -> None:
    store.deliveries.enqueue([*deliveries(3), a_delivery(unit="别家", next_attempt_at=NOW + SECOND)])
    assert len(store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/1")) == 3
    assert store.deliveries.renew("a/1", NOW + SECOND, LEASE) == 3
    late = NOW + LEASE + 2 * SECOND
    assert store.deliveries.renew("a/1", late, LEASE) == 0
    assert len(store.deliveries.claim("inbox", late, late, LEASE, "b/1")) == 3
    store.deliveries.release("a/1")
    assert store.deliveries.renew("b/1", late, LEASE) == 3
    store.deliveries.release("b/1")
    assert {row.unit for row in store.deliveries.claim("inbox", late, late, LEASE, "c/1")} == {"青禾县政府办"}


def test_a_late_failure_does_not_bring_back_what_another_sent(store: Store) -> None:
    store.deliveries.enqueue([a_delivery()])
    claimed = store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/1")
    store.deliveries.record_sent(claimed, NOW, "m1")
    store.deliveries.record_failed(claimed, "late", NOW)
    store.deliveries.postpone(claimed, NOW)
    store.deliveries.record_dead(claimed, "late")
    assert store.deliveries.of(claimed[0].fingerprint, "inbox")[0].state is DeliveryState.SENT


def test_many_claiming_at_once_never_hold_the_same_row(store: Store) -> None:
    for unit in range(20):
        finding = a_finding(f"u{unit}")
        store.deliveries.enqueue([a_delivery(fingerprint=finding.fingerprint, finding=finding, unit=f"单位{unit}")])
    claimed: list[str] = []

    def work(name: str) -> None:
        for number in range(40):
            rows = store.deliveries.claim("inbox", NOW, NOW, LEASE, f"{name}/{number}")
            claimed.extend(row.fingerprint for row in rows)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20


def test_a_channel_in_trouble_counts_and_once_mended_what_waited_is_due_at_one_moment(store: Store) -> None:
    first, second = deliveries(2)
    later = first.model_copy(update={"next_attempt_at": NOW + PROBE_EVERY})
    store.deliveries.enqueue([later, second])
    store.channels.record_failure(a_trouble())
    store.channels.record_failure(a_trouble(error="wrong", off_since=NOW))
    store.channels.record_failure(a_trouble(error="still", off_since=NOW + HOUR))
    (trouble,) = store.channels.troubles()
    assert (trouble.failures, trouble.error, trouble.off_since) == (3, "still", NOW)
    assert store.channels.mend("inbox", NOW + SECOND)
    assert not store.channels.mend("inbox", NOW + SECOND)
    assert store.channels.trouble("inbox") is None
    assert {row.next_attempt_at for row in store.deliveries.listed()} == {NOW + SECOND}


def test_a_notice_is_told_once_by_one_and_not_by_whom_it_is_about(store: Store) -> None:
    notice = Notice(kind="channel", subject="ding", text="wrong", since=NOW)
    assert store.notices.post(notice)
    assert not store.notices.post(notice)
    assert store.notices.claim(NOW, LEASE, "a", not_about="ding") == []
    assert store.notices.claim(NOW, LEASE, "b", not_about="mail") == [notice]
    assert store.notices.claim(NOW, LEASE, "c", not_about="mail") == []
    store.notices.record_told([notice], NOW)
    again = notice.model_copy(update={"since": NOW + HOUR})
    assert not store.notices.post(again, days(1))
    assert store.notices.post(again.model_copy(update={"since": NOW + days(1)}), days(1))
    store.notices.withdraw("channel", "ding")
    assert store.notices.post(notice)


def test_news_are_held_longer_only_by_whoever_holds_them(store: Store) -> None:
    notices = [Notice(kind="unit", subject=name, text="wrong", since=NOW) for name in "ab"]
    assert all(store.notices.post(notice) for notice in notices)
    assert store.notices.claim(NOW, LEASE, "a", not_about="mail") == notices
    assert store.notices.renew("a", NOW + LEASE / 2, LEASE) == 2
    late = NOW + 2 * LEASE
    assert store.notices.renew("a", late, LEASE) == 0
    assert store.notices.claim(late, LEASE, "b", not_about="mail") == notices
    assert store.notices.renew("a", late, LEASE) == 0
    assert store.notices.renew("b", late, LEASE) == 2


def test_what_has_no_route_is_counted_and_routed(store: Store) -> None:
    kept = a_delivery(channel="", state=DeliveryState.UNROUTED)
    store.deliveries.enqueue([kept])
    assert store.deliveries.kept() == {"unrouted": 1}
    assert store.deliveries.make_due((DeliveryState.UNROUTED,), NOW) == 0
    store.deliveries.route(kept, [a_delivery("ding"), a_delivery("mail")])
    assert store.deliveries.unrouted() == []
    assert store.deliveries.channels_waited_for() in (["ding", "mail"], ["mail", "ding"])
    assert store.deliveries.kept() == {}


def test_what_a_dead_process_claimed_can_be_found_and_freed(store: Store) -> None:
    store.deliveries.enqueue(deliveries(1))
    (one,) = deliveries(1)
    assert store.deliveries.claim(one.channel, NOW + HOUR, NOW, LEASE, "host-1-abc/inbox/0")
    assert store.deliveries.claims() == ["host-1-abc/inbox/0"]
    store.deliveries.release("host-1-abc/inbox/0")
    assert store.deliveries.claims() == []
    assert store.deliveries.claim(one.channel, NOW + HOUR, NOW, LEASE, "host-2-def/inbox/0")
