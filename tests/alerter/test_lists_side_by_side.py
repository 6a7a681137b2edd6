"""Lists of several alerters: a list goes to a reader once, however slow the mail and whoever was frozen."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import PrivateAttr

from services.alerter import pace
from services.alerter.channels.base import Channel
from services.alerter.dispatch import HUNG_SECONDS
from services.alerter.engine import AlerterEngine
from services.alerter.lists import LEASE
from services.alerter.message import Message
from services.alerter.notices import OFF
from shared.bus.sqlite import SqliteBus
from shared.delivery import Notice
from shared.report_file import Attachment
from shared.storage.store import Store
from tests.alerter.alerting import MINUTE, Bench, bench, bus, store
from tests.alerter.test_lists import MONDAY, Office
from tests.builders import NOW, an_account

__all__ = ["bench", "bus", "store"]
READERS = [f"r{number:02}@example.gov.cn" for number in range(12)]
SLOW_SECONDS = 30.0


class Clock:
    """A pretended time since MONDAY."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    @property
    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.seconds)


class SlowMail(Channel):
    """Takes half a minute of the pretended time for each mail, and meanwhile something happens."""

    recipients: tuple[str, ...] = ()
    _sent: list[str] = PrivateAttr(default_factory=list)
    _clock: Clock = PrivateAttr(default_factory=Clock)
    _meanwhile: list[Callable[[], object]] = PrivateAttr(default_factory=list)

    def addressed_to(self, recipients: tuple[str, ...]) -> Channel:
        return self.model_copy(update={"recipients": recipients})

    def send(self, message: Message, now: datetime) -> str:
        self._clock.seconds += SLOW_SECONDS
        for happens in self._meanwhile:
            happens()
        self._sent.extend(self.recipients)
        return "250 OK"

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        return self.send(message, now)


@pytest.fixture
def office(store: Store, bus: SqliteBus, tmp_path: Path) -> Iterator[Office]:
    ready = Office(store, bus, tmp_path)
    store.accounts.upsert([an_account("1001")], NOW)
    yield ready
    ready.engine.close()


def sends_lists(office: Office, mail: SlowMail, readers: list[str]) -> AlerterEngine:
    office.carrier = mail
    return office.alerter(readings=office.readings(mail_to=readers), monotonic=mail._clock)


def test_a_round_of_slow_mails_ends_long_before_it_could_be_taken_for_hung(office: Office) -> None:
    office.written()
    mail = SlowMail()
    alerter = sends_lists(office, mail, READERS)
    for _ in READERS:
        began = mail._clock.seconds
        alerter.step(mail._clock.now)
        assert mail._clock.seconds - began <= pace.ROUND_SECONDS + SLOW_SECONDS < HUNG_SECONDS
    alerter.close()
    assert sorted(mail._sent) == sorted(READERS)


def test_an_alerter_that_joins_while_slow_mails_are_sent_sends_none_of_them_twice(office: Office) -> None:
    office.written()
    slow, quick = SlowMail(), SlowMail()
    first, second = sends_lists(office, slow, READERS), sends_lists(office, quick, READERS)

    def joins_late() -> None:
        if slow._clock.seconds > LEASE.total_seconds():
            second.step(slow._clock.now)

    slow._meanwhile.append(joins_late)
    for _ in READERS:
        first.step(slow._clock.now)
    first.close()
    second.close()
    assert sorted(slow._sent + quick._sent) == sorted(READERS)
    assert quick._sent


@pytest.mark.fault(33)
def test_who_was_frozen_after_its_claim_sends_no_list_that_another_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.written()
    mail = SlowMail()
    frozen, other = (sends_lists(office, mail, READERS[:1]) for _ in range(2))
    thaws = once(lambda: other.step(mail._clock.now), mail._clock)
    monkeypatch.setattr(office.store.report_deliveries, "claim", after(office.store.report_deliveries.claim, thaws))
    frozen.step(mail._clock.now)
    frozen.close()
    other.close()
    assert mail._sent == READERS[:1]
    assert office.store.report_deliveries.claims() == []


@pytest.mark.fault(33)
def test_who_was_frozen_after_its_claim_tells_no_news_that_another_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    frozen, other = (bench.alerter(name, monotonic=clock) for name in ("frozen", "other"))
    bench.store.notices.post(Notice(kind=OFF, subject="ding", text="停用", since=NOW))
    thaws = once(lambda: other.step(clock.now), clock)
    monkeypatch.setattr(bench.store.notices, "claim", after(bench.store.notices.claim, thaws))
    frozen.step(clock.now)
    frozen.step(clock.now + MINUTE)
    frozen.close()
    other.close()
    assert len(bench.ops.messages) == 1
    assert bench.store.notices.claims() == []


def once(happens: Callable[[], object], clock: Clock) -> Callable[[], None]:
    """Frozen for longer than any lease the first time, and meanwhile it happens."""
    left = [happens]

    def freeze() -> None:
        if left:
            meanwhile = left.pop()
            clock.seconds += 2 * LEASE.total_seconds()
            meanwhile()

    return freeze


def after(method: Callable[..., Any], happens: Callable[[], object]) -> Callable[..., Any]:
    def called(*given: Any, **named: Any) -> Any:
        answer = method(*given, **named)
        happens()
        return answer

    return called
