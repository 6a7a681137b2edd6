"""Reports to be sent, on both databases."""

from datetime import datetime, timedelta

import pytest

from shared.delivery import DeliveryState
from shared.report_file import ReportDelivery, ReportFile
from shared.storage.report_files import KEPT
from shared.storage.store import Store
from tests.builders import NOW, days

LEASE, MINUTE = timedelta(minutes=2), timedelta(minutes=1)


def a_file(period: str = "2026-W47", body: bytes = b"PK\x00\xff", written_at: datetime = NOW) -> ReportFile:
    return ReportFile(
        report="weekly",
        period=period,
        title="清单",
        lines=("一", "二"),
        file_name="清单.xlsx",
        media_type="application/x",
        place="主机:/清单.xlsx",
        written_at=written_at,
        body=body,
    )


def a_row(recipient: str = "a@b.cn") -> ReportDelivery:
    return ReportDelivery(
        report="weekly",
        period="2026-W47",
        channel="mail",
        recipient=recipient,
        title="清单",
        queued_at=NOW,
        next_attempt_at=NOW,
    )


def test_a_file_comes_back_as_it_was_and_only_the_newest_are_kept(store: Store) -> None:
    for week in range(10, 10 + KEPT + 2):
        store.report_files.put(a_file(f"2026-W{week}"))
    store.report_files.put(a_file("2026-W19", b"another"))
    assert store.report_files.newest("weekly", NOW) == ("2026-W19", NOW)
    assert store.report_files.find("weekly", "2026-W19") == a_file("2026-W19")
    assert store.report_files.find("weekly", "2026-W11") is None
    assert store.report_files.find("weekly", "2026-W12") is not None


@pytest.mark.parametrize("ahead", [timedelta(hours=1), days(8), days(21), days(364)])
def test_what_a_clock_wrote_that_ran_ahead_hides_nothing_and_is_replaced(store: Store, ahead: timedelta) -> None:
    files = store.report_files
    wrong = [a_file(f"2027-W{week}", b"wrong", NOW + ahead) for week in range(10, 10 + KEPT)]
    for file in [*wrong, a_file("2026-W48", b"wrong", NOW + ahead), a_file()]:
        files.put(file)
    assert files.newest("weekly", NOW) == ("2026-W47", NOW)
    files.put(a_file("2026-W48"))
    assert files.newest("weekly", NOW) == ("2026-W48", NOW)
    assert files.find("weekly", "2026-W47") == a_file()
    assert files.find("weekly", "2026-W48") == a_file("2026-W48")


def test_a_list_that_was_sent_under_a_clock_ahead_is_sent_again_when_it_is_right(store: Store) -> None:
    wrong = a_row().model_copy(update={"queued_at": NOW + days(8), "next_attempt_at": NOW + days(8)})
    store.report_deliveries.enqueue([wrong, wrong.model_copy(update={"period": "2026-W48"})], NOW)
    store.report_deliveries.record_sent(wrong, NOW + days(8), "id", "250 OK")
    store.report_files.put(a_file())
    assert store.report_deliveries.enqueue([a_row()], NOW) == 1
    assert store.report_deliveries.claim(NOW, LEASE, "one/1") == a_row()


def test_what_reporters_write_whose_clocks_differ_a_little_is_sent_once(store: Store) -> None:
    first = a_file(written_at=NOW + MINUTE)
    store.report_files.put(first)
    store.report_deliveries.enqueue([a_row().model_copy(update={"queued_at": first.written_at})], NOW)
    store.report_deliveries.record_sent(a_row(), NOW, "id", "250 OK")
    store.report_files.put(a_file(body=b"again"))
    assert store.report_files.find("weekly", "2026-W47") == first
    assert store.report_deliveries.enqueue([a_row()], NOW) == 0


def test_a_list_that_is_dated_after_now_waits_whatever_its_next_attempt(store: Store) -> None:
    store.report_deliveries.enqueue([a_row().model_copy(update={"queued_at": NOW + days(364)})], NOW)
    store.report_deliveries.mend_plans(NOW)
    assert store.report_deliveries.claim(NOW, LEASE, "one/1") is None
    assert store.report_deliveries.claim(NOW + days(364), LEASE, "one/1")


def test_of_two_alerters_one_sends_and_a_row_is_queued_once(store: Store) -> None:
    rows = store.report_deliveries
    assert rows.enqueue([a_row(), a_row()], NOW) == 1
    assert rows.claim(NOW, LEASE, "one/1") == a_row()
    assert rows.claim(NOW, LEASE, "two/1") is None
    assert rows.claims() == ["one/1"]
    rows.release("one/1")
    assert rows.claim(NOW, LEASE, "two/2") == a_row()
    rows.record_sent(a_row(), NOW, "id", "250 OK")
    assert rows.claim(NOW + timedelta(days=1), LEASE, "one/2") is None
    assert rows.enqueue([a_row()], NOW) == 0


def test_a_claim_is_renewed_only_while_it_is_held(store: Store) -> None:
    rows = store.report_deliveries
    rows.enqueue([a_row()], NOW)
    assert rows.claim(NOW, LEASE, "one/1")
    assert rows.renew("one/1", NOW + LEASE / 2, LEASE)
    assert not rows.renew("one/1", NOW + 2 * LEASE, LEASE)
    assert rows.claim(NOW + 2 * LEASE, LEASE, "two/1")
    assert not rows.renew("one/1", NOW + 2 * LEASE, LEASE)
    rows.record_sent(a_row(), NOW + 2 * LEASE, "id", "250 OK")
    assert not rows.renew("two/1", NOW + 2 * LEASE, LEASE)


def test_what_failed_waits_and_what_is_dead_is_due_when_asked_for(store: Store) -> None:
    rows = store.report_deliveries
    rows.enqueue([a_row(), a_row("c@d.cn")], NOW)
    rows.record_failed(a_row(), "later", NOW + LEASE)
    rows.record_dead(a_row("c@d.cn"), "refused")
    assert rows.claim(NOW, LEASE, "one/1") is None
    assert [row.error for row in rows.listed((DeliveryState.PENDING, DeliveryState.DEAD))] == ["later", "refused"]
    assert rows.make_due((DeliveryState.DEAD,), NOW, "other") == 0
    assert rows.make_due((DeliveryState.DEAD,), NOW, "mail") == 1
    claimed = rows.claim(NOW, LEASE, "one/2")
    assert claimed is not None
    assert claimed.recipient == "c@d.cn"
