"""The picture of a finding, sent after its message: nobody is told later for the sake of a picture."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from services.alerter.channels.base import Channel
from services.alerter.destinations import Destinations
from services.alerter.message import Message, MessageEvent
from services.alerter.parts import Parts
from services.alerter.text import one_line
from shared.clock import chinese_time
from shared.delivery import Delivery, DeliveryState
from shared.errors import PermanentError, TransientError, UnansweredError
from shared.events import FindingStatus
from shared.report_file import Attachment
from shared.storage.pictures import OF_ACCOUNT, Kept

_log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=30)
"""Beside a robot's messages, of which some a minute are left free."""
LATE = timedelta(days=3)
"""What could not be shown so long is in the list and in `xunjian evidence show`."""
_AT_ONCE = 20
Contents = Callable[[str], bytes]


class Proofs:
    """Of one channel. `contents`: bytes by sha256, raises MissingError, DamagedError, TransientError."""

    def __init__(
        self, name: str, channel: Channel, parts: Parts, destinations: Destinations, contents: Contents
    ) -> None:
        self._name = name
        self._channel = channel
        self._parts = parts
        self._destinations = destinations
        self._contents = contents
        self._next_at: datetime | None = None

    def round(self, now: datetime) -> None:
        """Show at most one picture; the same picture of several findings is shown once."""
        if self._next_at is not None and self._next_at - EVERY <= now < self._next_at:
            return
        self._next_at = now + EVERY
        untold = self._parts.pictures.untold(self._name, now - LATE, _AT_ONCE)
        same = [kept for kept in untold if kept.picture == untold[0].picture]
        if mine := [kept for kept in same if self._parts.pictures.take(kept, self._name, now)]:
            self._show(mine, now)

    def _show(self, same: list[Kept], now: datetime) -> None:
        try:
            self._send(same, now)
        except UnansweredError as error:
            _log.warning("picture perhaps shown", channel=self._name, reason=str(error))
        except TransientError as error:
            for kept in same:
                self._parts.pictures.give_back(kept, self._name)
            _log.warning("picture put off", channel=self._name, reason=str(error))
        except PermanentError as error:
            _log.error("picture not shown", channel=self._name, reason=str(error))

    def _send(self, same: list[Kept], now: datetime) -> None:
        rows = [row for kept in same if (row := self._opening(kept))]
        for to, theirs in self._destinations.batches(rows, now):
            channel = to.channel if to else self._channel
            if channel.shows_pictures and same[0].thumbnail:
                body = self._contents(same[0].thumbnail)
                file = Attachment(f"留证截图-{theirs[0].finding.number}.jpg", "image/jpeg", body)
                channel.send_file(_worded(theirs, same[0]), file, now)

    def _opening(self, kept: Kept) -> Delivery | None:
        told = self._parts.deliveries.of(kept.fingerprint, self._name)
        sent = [row for row in told if row.status is FindingStatus.OPEN and row.state is DeliveryState.SENT]
        return sent[-1] if sent else None


def _worded(rows: list[Delivery], kept: Kept) -> Message:
    finding = rows[0].finding
    numbers = tuple(dict.fromkeys(row.finding.number for row in rows))
    page = "账号主页" if kept.place == OF_ACCOUNT else "内容页"
    return Message(
        event=MessageEvent.PICTURE,
        unit=rows[0].unit,
        title=f"【{MessageEvent.PICTURE.words}】{page}截图｜编号 {'、'.join(numbers)}｜{one_line(rows[0].unit, 40)}",
        lines=(
            f"此前提醒（编号：{'、'.join(numbers)}）所依据的{page}截图见附件，"
            f"拍摄于{chinese_time(kept.at)}（北京时间），图为页面上部。",
            f"证据：{kept.look[:12]}（SHA-256 前12位）；完整截图与原始数据请运维人员执行 "
            f"xunjian evidence show {kept.look[:12]} 导出。",
        ),
        severity=finding.severity,
        at=kept.at,
        numbers=numbers,
    )
