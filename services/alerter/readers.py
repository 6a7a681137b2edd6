"""Who gets a finished report: settings under `reports`, read by the alerter, who sends it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.alerter.channels.base import Channel
from services.alerter.own import carrier_of
from shared.errors import InputError
from shared.mailbox import Mailbox
from shared.report_file import READERS_KEYS, ReportDelivery, ReportFile
from shared.validation import validated


class Readers(BaseModel):
    """`mail_to`: mailboxes, each gets a mail of its own, by the email channel `by`. `channels`: also told there.

    `office`: who sends, in the subject; empty: as the ledger has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail_to: tuple[Mailbox, ...] = Field(default=(), max_length=50)
    by: str | None = None
    channels: tuple[str, ...] = ()
    office: str = ""


@dataclass(frozen=True)
class Reading:
    """A report's readers, and the channel that carries their mail (null: nobody gets mail)."""

    readers: Readers
    channels: Mapping[str, Channel]
    carrier: str | None

    def deliveries(self, file: ReportFile) -> Iterator[ReportDelivery]:
        """One for each of them."""
        pairs = [(self.carrier, mailbox) for mailbox in dict.fromkeys(self.readers.mail_to)] if self.carrier else []
        for channel, recipient in (*pairs, *((name, "") for name in self.readers.channels)):
            yield ReportDelivery(
                report=file.report,
                period=file.period,
                channel=channel or "",
                recipient=recipient,
                title=file.title,
                queued_at=file.written_at,
                next_attempt_at=file.written_at,
            )

    def channel(self, row: ReportDelivery) -> Channel | None:
        """Null: the settings have it no more."""
        found = self.channels.get(row.channel)
        return found.addressed_to((row.recipient,)) if found and row.recipient else found


def build_readers(
    reports: Mapping[str, Mapping[str, Any]], channels: Mapping[str, Channel], unit_mail: str | None, file: Path | None
) -> dict[str, Reading]:
    """By report. Raises InputError naming report and key."""
    return {name: _reading(name, options, channels, unit_mail, file) for name, options in reports.items()}


def _reading(
    name: str,
    options: Mapping[str, Any],
    channels: Mapping[str, Channel],
    unit_mail: str | None,
    file: Path | None,
) -> Reading:
    place = f"reports.{name}"
    readers = validated(Readers, {key: value for key, value in options.items() if key in READERS_KEYS}, place, file)
    for channel in readers.channels:
        if channel not in channels:
            there = "、".join(sorted(channels))
            raise InputError(f"{place}.channels", f"没有渠道 {channel}；设置 channels 中有：{there}")
        if not channels[channel].has_recipient:
            raise InputError(f"channels.{channel}.to", f"{place}.channels 用到这个渠道，它却没有收件人；请填写 to")
    carrier = None
    if readers.mail_to:
        carrier, lacking = carrier_of(channels, readers.by or unit_mail, f"{place}.by")
        if carrier is None:
            raise InputError(f"{place}.by", lacking)
    return Reading(readers, channels, carrier)
