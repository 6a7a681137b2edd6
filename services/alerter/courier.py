"""One channel's messages: claimed unit by unit, held while they are sent, within the channel's rate."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from services.alerter import stages
from services.alerter.channels.base import Channel
from services.alerter.decision import Decision
from services.alerter.destinations import Destinations
from services.alerter.message import Matter, Message
from services.alerter.notices import word_notices
from services.alerter.own import Destination
from services.alerter.pace import ROUND_SECONDS, Clock, moving_clock
from services.alerter.parts import Parts
from services.alerter.proofs import Proofs
from services.alerter.receipts import Receipts
from services.alerter.stages import Group
from services.alerter.wording import word
from shared.delivery import Delivery, Notice
from shared.errors import ChannelError, PermanentError, TransientError, UnansweredError
from shared.events import FindingStatus
from shared.trace import traced_together

LEASE = timedelta(seconds=60)
"""Renewed before each message, and longer than the longest a channel may take for one."""
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Courier:
    """Used by one thread at a time. `owner` names this process among all alerters; `closing` ends a round early."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        parts: Parts,
        decision: Decision,
        receipts: Receipts,
        *,
        destinations: Destinations,
        owner: str,
        tells_operators: bool,
        closing: threading.Event,
        proofs: Proofs | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._proofs = proofs
        self._name = name
        self._channel = channel
        self._parts = parts
        self._decision = decision
        self._receipts = receipts
        self._destinations = destinations
        self._claims = (f"{owner}/{name}/{number}" for number in itertools.count())
        self._tells_operators = tells_operators
        self._closing = closing
        self._monotonic = monotonic
        self._held: str | None = None
        self._unwritten: list[Callable[[], None]] = []

    def round(self, now: datetime, early: timedelta) -> int:
        """Tell what is due by `now` + `early`; the number of messages tried. Raises TransientError without database."""
        clock = moving_clock(now, self._monotonic)
        self._write_down()
        self._let_go()
        tried = self._tell_operators(clock) if self._tells_operators and self._may_send(now) else 0
        while clock() - now < timedelta(seconds=ROUND_SECONDS) and self._may_send(clock()):
            claim = self._held = next(self._claims)
            rows = self._parts.deliveries.claim(self._name, clock() + early, clock(), LEASE, claim)
            tried += self._tell(rows, claim, clock) if rows else 0
            self._held = None
            if not rows:
                break
        if self._proofs and not tried and self._may_send(clock()):
            self._proofs.round(clock())
        return tried

    def _let_go(self) -> None:
        """What a round held that lost the database: nobody tells it before its lease ends, unless we do."""
        if self._held is not None:
            self._parts.deliveries.release(self._held)
            self._parts.notices.release(self._held)
            self._held = None

    def _may_send(self, now: datetime) -> bool:
        """Asked before every message, since other alerters send on this channel too."""
        trouble = self._parts.channels.trouble(self._name)
        if self._closing.is_set() or (trouble and now < trouble.retry_at):
            return False
        limits = ((self._channel.rate_per_minute, _MINUTE), (self._channel.rate_per_second, _SECOND))
        sent_since = self._parts.deliveries.sent_since
        return all(rate is None or sent_since(self._name, now - span, now) < rate for rate, span in limits)

    def _tell(self, rows: Sequence[Delivery], claim: str, clock: Clock) -> int:
        """The claimed rows' messages. When the database goes away the next round lets go of what was left."""
        trouble = self._parts.channels.trouble(self._name)
        waited = trouble is not None and trouble.off_since is not None
        batches = self._destinations.batches(self._decision.to_tell(rows, clock()), clock())
        groups = [(to, group) for to, theirs in batches for group in stages.group(theirs, together=waited)]
        left = sum(len(group.deliveries) for _, group in groups)
        tried = 0
        for to, group in groups:
            if not self._may_send(clock()) or self._parts.deliveries.renew(claim, clock(), LEASE) != left:
                break
            left -= len(group.deliveries)
            if to is not None and (until := self._destinations.not_before(to, clock())):
                self._parts.deliveries.postpone(group.deliveries, until)
                continue
            with traced_together(row.trace for row in group.deliveries):
                self._send(group, to, clock)
            tried += 1
        self._parts.deliveries.release(claim)
        return tried

    def _send(self, group: Group, to: Destination | None, clock: Clock) -> None:
        worded = self._worded(group, clock)
        if worded is None:
            return
        rows, message = worded
        self._parts.deliveries.record_begun(rows, message.id)
        try:
            answer = (to.channel if to else self._channel).send(message, clock())
        except (TransientError, PermanentError) as error:
            if not isinstance(error, UnansweredError):
                self._parts.deliveries.record_not_taken(rows)
            self._failed(rows, error, to, clock())
        except Exception as error:  # noqa: BLE001 - one message may not stop the others
            self._receipts.dead(rows, _crash(error), clock())
        else:
            said = to.said(answer) if to else answer
            digest = to.digest if to else None
            self._unwritten.append(partial(self._receipts.sent, rows, message, said, clock(), digest))
            self._write_down()
            self._receipts.works(clock())
            if to is not None:
                self._destinations.works(rows, answer, to, clock())

    def _failed(
        self, rows: Sequence[Delivery], error: TransientError | PermanentError, to: Destination | None, now: datetime
    ) -> None:
        of_channel = isinstance(error, TransientError | ChannelError)
        if to is not None and (to.is_blamed_for(error) or not of_channel):
            self._destinations.failed(rows, error, to, now)
        elif isinstance(error, TransientError | ChannelError):
            self._receipts.failed(rows, error, now)
        else:
            self._receipts.dead(rows, str(error), now)

    def _write_down(self) -> None:
        """What was sent while the database was away is written down before anything else is sent."""
        while self._unwritten:
            self._unwritten[0]()
            del self._unwritten[0]

    def _worded(self, group: Group, clock: Clock) -> tuple[Sequence[Delivery], Message] | None:
        """The message, without what cannot be put into words; null when nothing is left."""
        resolved = group.status is FindingStatus.RESOLVED
        sound: list[Delivery] = []
        matters: list[Matter] = []
        for row in group.deliveries:
            try:
                matter = Matter(
                    finding=row.finding, account=self._parts.accounts.find(row.account_key), trace=row.trace
                )
                word(group.unit, [matter], resolved=resolved)
            except TransientError:
                raise
            except Exception as error:  # noqa: BLE001 - one finding may not stop the others
                self._receipts.dead([row], f"无法写成消息（{type(error).__name__}：{error}）", clock())
                continue
            sound.append(row)
            matters.append(matter)
        return (sound, word(group.unit, matters, resolved=resolved)) if matters else None

    def _tell_operators(self, clock: Clock) -> int:
        claim = self._held = next(self._claims)
        notices = self._parts.notices.claim(clock(), LEASE, claim, not_about=self._name)
        # Who was frozen since the claim may hold nothing any more: another told it.
        if notices and self._parts.notices.renew(claim, clock(), LEASE) == len(notices):
            self._tell_news(notices, claim, clock)
        elif notices:
            self._parts.notices.release(claim)
        self._held = None
        return 1 if notices else 0

    def _tell_news(self, notices: Sequence[Notice], claim: str, clock: Clock) -> None:
        try:
            self._channel.send(word_notices(notices), clock())
        except (TransientError, PermanentError) as error:
            self._parts.notices.release(claim)
            known = error if isinstance(error, TransientError | ChannelError) else ChannelError(str(error))
            self._receipts.failed((), known, clock())
        except Exception as error:  # noqa: BLE001 - news may not stop messages
            self._parts.notices.release(claim)
            self._receipts.failed((), TransientError(_crash(error)), clock())
        else:
            self._unwritten.append(partial(self._told, notices, clock()))
            self._write_down()
            self._receipts.works(clock())

    def _told(self, notices: Sequence[Notice], now: datetime) -> None:
        self._parts.notices.record_told(notices, now)


def _crash(error: Exception) -> str:
    """Without its words: they may hold the channel's address, which is a secret."""
    return f"程序出错（{type(error).__name__}），请报告给开发者"
