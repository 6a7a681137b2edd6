"""The store, the same sentences on a real SQLite file and on a real PostgreSQL."""

from datetime import timedelta

import pytest

from services.analyzer.timeline import Sitting
from shared.delivery import Delivery
from shared.events import FindingStatus, Outcome
from shared.storage.store import Store
from tests.builders import NOW, a_finding, a_post, a_probe, an_account, days, held_at

LEASE = timedelta(minutes=2)


def a_delivery(channel: str = "inbox", **fields: object) -> Delivery:
    finding = a_finding()
    values = {
        "fingerprint": finding.fingerprint,
        "status": "open",
        "channel": channel,
        "unit": "青禾县政府办",
        "account_key": finding.key,
        "finding": finding,
        "queued_at": NOW,
        "next_attempt_at": NOW,
    }
    return Delivery.model_validate(values | fields)


def test_an_import_adds_changes_and_never_deletes(store: Store) -> None:
    store.accounts.upsert([an_account("1"), an_account("2")], NOW)
    result = store.accounts.upsert([an_account("2", name="青禾县发布"), an_account("3")], NOW + days(1))
    assert (result.added, result.changed, result.unchanged, result.absent) == (1, 1, 0, ("weibo/1",))
    assert [account.name for account in store.accounts.all()] == ["青禾发布", "青禾县发布", "青禾发布"]


def test_the_ledger_of_a_past_day_can_be_shown(store: Store) -> None:
    store.accounts.upsert([an_account("1")], NOW)
    store.accounts.upsert([an_account("1", name="新名")], NOW + days(2))
    assert [account.name for account in store.accounts.as_of(NOW + days(1))] == ["青禾发布"]


def test_a_repeated_post_is_no_news_but_one_seen_again_is(store: Store) -> None:
    with store.judgements.judging() as judging:
        assert judging.observed.add_posts([a_post()])
        assert not judging.observed.add_posts([a_post()])
        assert judging.observed.add_posts([a_post(observed_at=NOW + days(1))])
        assert judging.observed.add_posts([a_post(observed_at=NOW + days(2), comments="closed")])
        assert judging.observed.add_posts([a_post(observed_at=NOW + days(3))])
    with store.judgements.judging() as judging:
        assert [post.comments for post in Sitting(judging).at("weibo/1001", NOW + days(2)).posts()] == ["closed"]
        assert [post.comments for post in Sitting(judging).at("weibo/1001", NOW + days(4)).posts()] == ["unknown"]


def test_posts_written_together_are_new_once_each(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_posts([a_post("known")])
        new = judging.observed.add_posts([a_post("known"), a_post("a"), a_post("b"), a_post("a", title="again")])
    assert [(post.id, post.title) for post in new] == [("a", a_post().title), ("b", a_post().title)]


def test_of_several_items_the_newest_version_that_shows_its_text_is_told(store: Store) -> None:
    later = NOW + days(1)
    with store.judgements.judging() as judging:
        judging.observed.add_posts([a_post("a", text="甲"), a_post("a", text="乙", observed_at=later)])
        judging.observed.add_posts([a_post("b", text="丙"), a_post("b", text=None, observed_at=later), a_post("c")])
        newest = judging.observed.newest_of([a_post(name).fingerprint for name in ("a", "b", "absent")])
    assert sorted((post.id, post.text) for post in newest) == [("a", "乙"), ("b", "丙")]


def test_history_is_as_of_a_moment(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_probes([a_probe(NOW, newest_post_at=NOW - days(3))])
        judging.observed.add_probes([a_probe(NOW + days(1), Outcome.BLOCKED)])
        judging.observed.add_probes([a_probe(NOW + days(2), newest_post_at=NOW + days(1))])
        looks = Sitting(judging).at("weibo/1001", NOW + days(1)).probed
    assert looks.newest_post_at == NOW - days(3)
    assert [probe.outcome for probe in looks.failures] == [Outcome.BLOCKED]
    assert looks.latest_list is not None
    assert looks.latest_list.at == NOW


def test_a_future_post_is_not_the_newest(store: Store) -> None:
    with store.judgements.judging() as judging:
        judging.observed.add_posts([a_post("now", NOW - days(1))])
        judging.observed.add_posts([a_post("future", NOW + days(100))])
        assert Sitting(judging).at("weibo/1001", NOW).newest_published == NOW - days(1)


def test_findings_wait_in_the_outbox_until_they_are_told(store: Store) -> None:
    finding = a_finding()
    with store.judgements.judging() as judging:
        judging.open(finding)
        judging.open(finding)
    assert store.judgements.untold() == [finding]
    store.judgements.mark_told([finding])
    assert store.judgements.untold() == []
    with store.judgements.judging() as judging:
        judging.close(finding, NOW + days(1), FindingStatus.RESOLVED)
    assert [(told.status, told.at) for told in store.judgements.untold()] == [(FindingStatus.RESOLVED, NOW + days(1))]
    store.judgements.mark_told(store.judgements.untold())
    assert store.judgements.untold() == []


def test_a_superseded_finding_is_nobodys_news(store: Store) -> None:
    finding = a_finding()
    with store.judgements.judging() as judging:
        judging.open(finding)
        judging.close(finding, NOW + days(1), FindingStatus.SUPERSEDED)
    store.judgements.mark_told([finding])
    assert store.judgements.untold() == []


def test_what_held_on_a_past_day_can_be_asked(store: Store) -> None:
    finding = a_finding()
    with store.judgements.judging() as judging:
        judging.open(finding)
        judging.close(finding, NOW + days(2), FindingStatus.RESOLVED)
    assert held_at(store, NOW + days(1)) == [finding]
    assert held_at(store, NOW + days(2)) == []
    assert held_at(store, NOW - days(1)) == []


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.judgements.judging() as judging:
            judging.observed.add_posts([a_post()])
            raise RuntimeError("killed half way")

    with pytest.raises(RuntimeError):
        fail_half_way()
    with store.judgements.judging() as judging:
        assert Sitting(judging).at("weibo/1001", NOW).posts() == []


def test_a_delivery_is_queued_once_and_claimed_once(store: Store) -> None:
    assert store.deliveries.enqueue([a_delivery(), a_delivery("mail")]) == 2
    assert store.deliveries.enqueue([a_delivery()]) == 0
    assert len(store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/1")) == 1
    assert store.deliveries.claim("inbox", NOW, NOW, LEASE, "b/1") == []
    assert len(store.deliveries.claim("mail", NOW, NOW, LEASE, "b/2")) == 1


def test_a_sent_delivery_is_known_and_counted_by_message(store: Store) -> None:
    store.deliveries.enqueue([a_delivery()])
    claimed = store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/1")
    store.deliveries.record_sent(claimed, NOW, "m1")
    assert [row.state for row in store.deliveries.of(claimed[0].fingerprint, "inbox")] == ["sent"]
    assert store.deliveries.sent_since("inbox", NOW - days(1), NOW) == 1
    assert store.deliveries.claim("inbox", NOW + days(1), NOW + days(1), LEASE, "a/2") == []


def test_a_failed_delivery_comes_again_until_it_is_dead(store: Store) -> None:
    store.deliveries.enqueue([a_delivery()])
    claimed = store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/1")
    store.deliveries.record_failed(claimed, "HTTP 500", NOW + days(1))
    assert store.deliveries.claim("inbox", NOW, NOW, LEASE, "a/2") == []
    again = store.deliveries.claim("inbox", NOW + days(1), NOW + days(1), LEASE, "a/3")
    assert [(row.attempts, row.error) for row in again] == [(1, "HTTP 500")]
    store.deliveries.record_dead(again, "refused")
    assert store.deliveries.claim("inbox", NOW + days(9), NOW + days(9), LEASE, "a/4") == []
    assert [row.state for row in store.deliveries.of(again[0].fingerprint, "inbox")] == ["dead"]


def test_a_rulebook_that_comes_back_is_the_one_in_force(store: Store) -> None:
    for day, label in enumerate(("cn@1", "cn@2", "cn@1")):
        assert store.notes.add("rulebook", label, NOW + days(day))
    assert store.notes.as_of("rulebook", NOW + days(1)) == "cn@2"
    assert store.notes.as_of("rulebook", NOW + days(9)) == "cn@1"


def test_a_note_is_written_once_and_dated(store: Store) -> None:
    assert store.notes.add("rulebook", "cn@1", NOW)
    assert not store.notes.add("rulebook", "cn@1", NOW + days(1))
    store.notes.add("rulebook", "cn@2", NOW + days(2))
    assert store.notes.as_of("rulebook", NOW + days(1)) == "cn@1"
    assert store.notes.as_of("rulebook", NOW - days(1)) is None
