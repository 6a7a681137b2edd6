"""A report sent by hand: to its readers of the settings, with what each far side answered."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels
from services.alerter.channels.base import Channel
from services.alerter.lists import office_of, send_report, word_report
from services.alerter.readers import Reading, build_readers
from services.reporter.handing import report_file
from services.reporter.period import Period
from services.reporter.reports.base import Report
from shared.errors import InputError, PermanentError, TransientError
from shared.report_file import ReportDelivery, ReportFile
from shared.runtime.settings import Settings
from shared.storage.store import Store


def reading_of(name: str, settings: Settings) -> Reading:
    """Who gets the report. Raises InputError when nobody does, before anything is written."""
    channels = build_channels(channel_options(settings), settings.file)
    found = build_readers(settings.reports, channels, settings.unit_mail, settings.file).get(name)
    if found is None or not (found.readers.mail_to or found.readers.channels):
        raise InputError(f"reports.{name}.mail_to", "没有收件人；请在设置中填写，如 mail_to: [office@example.gov.cn]")
    return found


def mail(
    name: str, report: Report, reading: Reading, store: Store, *, period: Period, path: Path, now: datetime
) -> Iterator[tuple[bool, str]]:
    """For each reader whether it went, and the sentence to say. What went is not sent again by itself."""
    file = report_file(name, report, store, period=period, path=path, now=now)
    office = reading.readers.office or office_of(store.accounts.all())
    for row in reading.deliveries(file):
        channel = reading.channel(row)
        if channel is not None:
            yield _sent(row, channel, file, office, store, is_over=period.ends_at <= now)


def _sent(
    row: ReportDelivery, channel: Channel, file: ReportFile, office: str, store: Store, *, is_over: bool
) -> tuple[bool, str]:
    message = word_report(file, office)
    try:
        answer = send_report(channel, message, file, file.written_at)
    except (TransientError, PermanentError) as error:
        return False, f"没有寄给 {row.to}：{error}"
    if is_over:
        store.report_deliveries.record_sent(row, file.written_at, message.id, answer)
    return True, f"已寄给 {row.to}，对方应答：{answer}"
