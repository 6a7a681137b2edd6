"""Silences and what waits for their end, on a real SQLite file and on a real PostgreSQL."""

import threading
from datetime import timedelta

from shared.delivery import DeliveryState
from shared.storage.deliveries import About
from shared.storage.store import Store
from tests.builders import NOW, a_finding, a_silence, days
from tests.shared.test_delivery_store import deliveries
from tests.shared.test_store import a_delivery

HOUR = timedelta(hours=1)


def test_one_is_kept_as_it_was_asked_for_and_found_while_it_holds(store: Store) -> None:
    kept = store.silences.add(a_silence(unit="青禾县政府办", starts_at=NOW + HOUR))
    assert kept == store.silences.find(kept.id)
    assert store.silences.as_of(NOW) == ()
    assert store.silences.as_of(NOW + HOUR) == (kept,)
    assert store.silences.as_of(kept.ends_at) == ()
    assert store.silences.listed(NOW) == [kept]
    assert store.silences.listed(kept.ends_at) == []
    assert store.silences.listed(kept.ends_at, ended=True) == [kept]


def test_the_end_somebody_made_is_added_and_nothing_overwritten(store: Store) -> None:
    kept = store.silences.add(a_silence())
    assert store.silences.expire(kept.id, "王", NOW + HOUR)
    assert not store.silences.expire(kept.id, "赵", NOW + 2 * HOUR)
    assert not store.silences.expire(kept.id + 1, "赵", NOW)
    after = store.silences.find(kept.id)
    assert after == kept.model_copy(update={"expired_at": NOW + HOUR, "expired_by": "王"})
    assert store.silences.as_of(NOW) == (kept,)
    assert store.silences.as_of(NOW + HOUR) == ()


def test_many_who_ask_for_the_same_at_once_make_one(store: Store) -> None:
    threads = [threading.Thread(target=store.silences.add, args=(a_silence(rule="silent_account"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.silences.listed(NOW)) == 1


def test_what_is_held_is_let_go_with_its_silence_and_only_then(store: Store) -> None:
    silence, other = store.silences.add(a_silence()), store.silences.add(a_silence(unit="别家"))
    rows = deliveries(3)
    store.deliveries.enqueue(rows)
    store.deliveries.hold(rows[:2], silence)
    store.deliveries.hold(rows[2:], other)
    assert store.deliveries.let_go(NOW + HOUR) == 0
    store.silences.expire(silence.id, "王", NOW + HOUR)
    assert store.deliveries.let_go(NOW + HOUR) == 2
    assert store.deliveries.let_go(NOW + HOUR) == 0
    due = store.deliveries.claim("inbox", NOW + HOUR, NOW + HOUR, HOUR, "a/1")
    assert sorted(row.fingerprint for row in due) == sorted(row.fingerprint for row in rows[:2])
    assert {row.held_by for row in due} == {None}


def test_a_number_is_known_when_a_finding_ever_had_it(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.open(a_finding())
    assert store.findings.has_number(a_finding().number)
    assert not any(map(store.findings.has_number, ("", "00000000", "%", "________", a_finding().number[:7])))


def test_deliveries_are_found_by_what_is_asked_about_them(store: Store) -> None:
    store.deliveries.enqueue([*deliveries(2), a_delivery(unit="别家", channel="mail", account_key="weibo/9")])
    store.deliveries.record_sent(deliveries(1), NOW + days(1), "m1", "250 queued as 7")
    every = tuple(DeliveryState)
    found = {
        name: len(store.deliveries.listed(states=every, about=about))
        for name, about in {
            "all": About(),
            "unit": About(unit="别家"),
            "account": About(account_key="weibo/9"),
            "both": About(unit="别家", channel="inbox"),
            "number": About(number=a_finding("0").number),
            "since": About(since=NOW + days(1)),
        }.items()
    }
    assert found == {"all": 3, "unit": 1, "account": 1, "both": 0, "number": 1, "since": 1}
    (sent,) = store.deliveries.listed(states=(DeliveryState.SENT,))
    assert sent.answer == "250 queued as 7"
    assert store.deliveries.make_due((DeliveryState.SENT,), NOW, About(number=a_finding("0").number)) == 1
    assert {row.answer for row in store.deliveries.listed()} == {None}
