"""Finished reports to their readers: each once, kept while it cannot be, by whichever alerter comes first."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from services.alerter import pace
from services.alerter.channels.base import Channel
from services.alerter.message import Message, MessageEvent
from services.alerter.notices import REPORT
from services.alerter.pace import ROUND_SECONDS, Clock, moving_clock
from services.alerter.parts import Parts
from services.alerter.readers import Reading
from services.alerter.receipts import TOLD_AGAIN_AFTER
from services.alerter.text import one_line
from shared.account import Account
from shared.delivery import DeliveryState, Notice
from shared.errors import ChannelError, PermanentError, TransientError
from shared.events import Severity
from shared.mailbox import masked
from shared.report_file import Attachment, ReportDelivery, ReportFile
from shared.storage.channels import PROBE_EVERY
from shared.storage.restored import LIST_HELD_BACK, is_quiet

_log = structlog.get_logger(__name__)

NAME = "清单"
LEASE = timedelta(minutes=2)
"""Renewed before each message, and longer than a channel may take for one."""


class Lists:
    """Used by one thread at a time, as a courier is."""

    def __init__(
        self,
        readings: Mapping[str, Reading],
        parts: Parts,
        *,
        owner: str,
        closing: threading.Event,
        jitter: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._readings = readings
        self._parts = parts
        self._claims = (f"{owner}/{NAME}/{number}" for number in itertools.count())
        self._closing = closing
        self._jitter = jitter
        self._monotonic = monotonic
        self._began = False
        self._queued: dict[str, tuple[str, datetime]] = {}
        self._held: str | None = None
        self._unwritten: list[Callable[[], None]] = []

    def round(self, now: datetime, early: timedelta) -> int:
        """Send what is due; the number tried. Raises TransientError without database."""
        clock = moving_clock(now, self._monotonic)
        self._write_down()
        self._let_go()
        if not self._began:
            # The settings may be another's than those it failed under.
            self._parts.report_deliveries.make_due((DeliveryState.PENDING,), now)
            self._began = True
        for name, reading in self._readings.items():
            self._queue(name, reading, now)
        tried = 0
        while clock() - now < timedelta(seconds=ROUND_SECONDS) and not self._closing.is_set():
            claim = self._held = next(self._claims)
            row = self._parts.report_deliveries.claim(clock(), LEASE, claim)
            if row:
                self._send(row, claim, clock)
            self._held = None
            if row is None:
                break
            tried += 1
        return tried

    def _write_down(self) -> None:
        """What was sent while the database was away is written down before anything else is sent."""
        while self._unwritten:
            self._unwritten[0]()
            del self._unwritten[0]

    def _let_go(self) -> None:
        """What a round held that lost the database: nobody sends it before its lease ends, unless we do."""
        if self._held is not None:
            self._parts.report_deliveries.release(self._held)
            self._held = None

    def _queue(self, name: str, reading: Reading, now: datetime) -> None:
        """The newest only: nobody wants the lists of eight weeks on the day he is first sent any."""
        newest = self._parts.report_files.newest(name, now)
        if newest is None or self._queued.get(name) == newest:
            return
        file = self._parts.report_files.find(name, newest[0])
        if file is not None:
            # A machine that is no more may have sent it after the backup was made.
            held = {"state": DeliveryState.DEAD, "error": LIST_HELD_BACK} if is_quiet(self._parts.notes, now) else {}
            rows = [row.model_copy(update=held) for row in reading.deliveries(file)]
            self._parts.report_deliveries.enqueue(rows, now)
        self._queued[name] = newest

    def _send(self, row: ReportDelivery, claim: str, clock: Clock) -> None:
        # Asked before, not within: a database that is away is no fault of the channel's.
        file, office = self._parts.report_files.find(row.report, row.period), self._office(row)
        if not self._parts.report_deliveries.renew(claim, clock(), LEASE):
            return
        try:
            message, answer = self._sent(row, file, office, clock())
        except (TransientError, ChannelError) as error:
            self._failed(row, error, clock())
        except PermanentError as error:
            self._dead(row, str(error), clock())
        except Exception as error:  # noqa: BLE001 - one list may not stop the others
            self._dead(row, f"程序出错（{type(error).__name__}），请报告给开发者", clock())
        else:
            self._unwritten.append(partial(self._was_sent, row, message, answer, clock()))
            self._write_down()

    def _was_sent(self, row: ReportDelivery, message: Message, answer: str, now: datetime) -> None:
        self._parts.report_deliveries.record_sent(row, now, message.id, answer)
        self._parts.notices.withdraw(REPORT, _subject(row))
        _log.info("list sent", report=row.report, period=row.period, channel=row.channel)

    def _office(self, row: ReportDelivery) -> str:
        reading = self._readings.get(row.report)
        return (reading and reading.readers.office) or office_of(self._parts.accounts.all())

    def _sent(self, row: ReportDelivery, file: ReportFile | None, office: str, now: datetime) -> tuple[Message, str]:
        reading = self._readings.get(row.report)
        channel = reading.channel(row) if reading else None
        if reading is None or channel is None:
            raise ChannelError(f"设置中已没有渠道 {row.channel}；请恢复，或改正 reports.{row.report}")
        if file is None:
            raise PermanentError("文件已过保留期；请用 xunjian report 重新生成并用 --mail 寄送")
        message = word_report(file, office)
        return message, send_report(channel, message, file, now)

    def _failed(self, row: ReportDelivery, error: TransientError | ChannelError, now: datetime) -> None:
        wish = error.retry_after_seconds if isinstance(error, TransientError) else None
        retry_at = pace.retry_at(now, row.attempts, wish, self._jitter())
        is_wrong = isinstance(error, ChannelError)
        self._parts.report_deliveries.record_failed(row, str(error), now + PROBE_EVERY if is_wrong else retry_at)
        _log.warning(
            "list not sent", report=row.report, period=row.period, channel=row.channel, reason=_hidden(row, error)
        )
        if is_wrong or row.attempts + 1 >= pace.MOST_FAILURES:
            self._tell(row, f"{_hidden(row, error)}（仍在重试）", now)

    def _dead(self, row: ReportDelivery, reason: str, now: datetime) -> None:
        # Told first: once it is dead, nobody comes by here again.
        self._tell(row, _hidden(row, reason), now)
        self._parts.report_deliveries.record_dead(row, reason)
        _log.error("list cannot be sent", report=row.report, period=row.period, channel=row.channel)

    def _tell(self, row: ReportDelivery, text: str, now: datetime) -> None:
        notice = Notice(kind=REPORT, subject=_subject(row), text=text, since=now)
        self._parts.notices.post(notice, TOLD_AGAIN_AFTER)


def office_of(accounts: Iterable[Account]) -> str:
    """The supervisor that most of the ledger names; empty when it names none."""
    named = Counter(account.supervisor for account in accounts if account.supervisor)
    return named.most_common(1)[0][0] if named else ""


def word_report(file: ReportFile, office: str) -> Message:
    """`【巡检清单】青禾县政府办｜政务新媒体监测清单｜2026年第47周`, and what stands without the file."""
    whose = f"{one_line(office, 40)}｜" if office else ""
    where = f"清单文件：{file.file_name}" + ("（见附件）" if file.body else "（过大，未随信附上）")
    return Message(
        event=MessageEvent.REPORT,
        unit=office or file.title,
        title=f"【{MessageEvent.REPORT.words}】{whose}{file.title}",
        lines=(*file.lines, where, f"文件存于：{file.place}"),
        severity=Severity.INFO,
        at=file.written_at,
    )


def send_report(channel: Channel, message: Message, file: ReportFile, now: datetime) -> str:
    """What the far side answered. Raises as `Channel.send` does."""
    if not file.body:
        return channel.send(message, now)
    return channel.send_file(message, Attachment(file.file_name, file.media_type, file.body), now)


def _subject(row: ReportDelivery) -> str:
    whom = masked(row.recipient) if row.recipient else row.to
    return f"{row.title} 寄给 {whom}"


def _hidden(row: ReportDelivery, error: object) -> str:
    return str(error).replace(row.recipient, masked(row.recipient)) if row.recipient else str(error)
