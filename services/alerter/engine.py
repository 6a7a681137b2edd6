"""From findings to messages: what is polled is written down, and every channel tells what is due on it."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.alerter import pace
from services.alerter.building import Gone
from services.alerter.channels.base import Channel
from services.alerter.courier import Courier
from services.alerter.decision import Decision
from services.alerter.destinations import Destinations
from services.alerter.digest import is_same
from services.alerter.dispatch import Dispatch
from services.alerter.intake import Intake
from services.alerter.lists import NAME, Lists
from services.alerter.notices import OFF
from services.alerter.own import Own
from services.alerter.parts import Parts
from services.alerter.proofs import Contents, Proofs
from services.alerter.readdressing import Readdressing
from services.alerter.readers import Reading
from services.alerter.receipts import Receipts
from services.alerter.routes import Routes
from shared.bus.contract import Bus
from shared.errors import TransientError
from shared.runtime.metrics import Metrics
from shared.storage.database import CLOCKS_DIFFER
from shared.storage.deliveries import LONGEST_WAIT

_log = structlog.get_logger(__name__)

GROUP = "alerter"
TOPICS = ("findings",)
PATIENCE_ROUNDS = 50
"""Idle rounds after which draining ends though records remain: another member of the group has them in hand."""
SHOWN_EVERY = timedelta(seconds=15)
MEND_EVERY = timedelta(hours=1)


class AlerterEngine:
    """One member of the alerter's consumer group. Not thread-safe. A crash anywhere repeats the round.

    `owner` names this process in leases and must differ between all processes that ever run. `patience_seconds` is how
    long a round waits for its channels; slower ones go on by themselves.
    """

    def __init__(
        self,
        bus: Bus,
        parts: Parts,
        routes: Routes,
        channels: Mapping[str, Channel],
        metrics: Metrics,
        *,
        owner: str,
        group_wait_seconds: float = 10,
        poll_seconds: float = 0.2,
        patience_seconds: float = 0.2,
        readings: Mapping[str, Reading] | None = None,
        contents: Contents | None = None,
        jitter: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._subscription = bus.subscribe(GROUP, TOPICS)
        self._parts = parts
        self._metrics = metrics
        self._group_wait_seconds = group_wait_seconds
        self._poll_seconds = poll_seconds
        self._patience_seconds = patience_seconds
        self._intake = Intake(self._subscription, parts, replace(routes, names=frozenset(channels)), metrics)
        own = {name: channel for name, channel in channels.items() if isinstance(channel, Own)}
        self._readdressing = Readdressing(parts, self._intake, own)
        self._shown_at: datetime | None = None
        self._mended_at: datetime | None = None
        self._seen_at: datetime | None = None
        self._off: dict[str, str] = {}
        gone = set(parts.deliveries.channels_waited_for()) - channels.keys()
        self._channels = {**channels, **{name: Gone() for name in sorted(gone)}}
        self._closing = threading.Event()
        decision = Decision(parts, metrics)
        receipts = {name: Receipts(name, channel, parts, metrics, jitter) for name, channel in self._channels.items()}
        places = {
            name: Destinations(name, channel, parts, receipts[name], jitter) for name, channel in self._channels.items()
        }
        couriers = {
            name: Courier(
                name,
                channel,
                parts,
                decision,
                receipts[name],
                destinations=places[name],
                proofs=Proofs(name, channel, parts, places[name], contents) if contents else None,
                owner=owner,
                tells_operators=name in routes.operators,
                closing=self._closing,
                monotonic=monotonic,
            )
            for name, channel in self._channels.items()
        }
        lists = Lists(readings or {}, parts, owner=owner, closing=self._closing, jitter=jitter, monotonic=monotonic)
        self._dispatch = Dispatch({**couriers, NAME: lists}, self._closing)

    def step(self, now: datetime) -> bool:
        """One round; False when there was nothing to do. Raises TransientError when bus or database are away."""
        queue_until = pace.due_at(now, self._group_wait_seconds)
        return self._round(now, queue_until, early=timedelta(0), patience_seconds=self._patience_seconds)

    def drain(self, now: datetime) -> None:
        """Rounds without waiting for groups, until the bus is read and nothing more can be sent at `now`.

        What a channel's rate, back-off or silence holds back stays pending in the store for the next run.
        """
        early = timedelta(seconds=self._group_wait_seconds)
        idle_rounds = 0
        while idle_rounds < PATIENCE_ROUNDS:
            busy = self._round(now, now, early=early, patience_seconds=None)
            # Only what an earlier process left waiting for its group is taken early, and only once.
            early = timedelta(0)
            if not busy and self.lag() == 0:
                return
            idle_rounds = 0 if busy else idle_rounds + 1
        _log.warning("another alerter has the findings in hand", lag=self.lag())

    def check(self) -> None:
        """Raises TransientError naming the channels that hang, or were switched off a few seconds ago."""
        told = [f"渠道 {name} 已停用：{error}" for name, error in sorted(self._off.items())]
        told += [f"渠道 {name} 一直没有返回；请检查网络，必要时重启" for name in self._dispatch.hung()]
        if told:
            raise TransientError("；".join(told))

    @property
    def closing(self) -> bool:
        """True once it was told to close: no further message is begun."""
        return self._closing.is_set()

    def lag(self) -> int:
        return self._subscription.lag()

    def close(self) -> None:
        """Ends after the messages at hand, within seconds; what is left is told by the next alerter."""
        self._dispatch.close()
        self._subscription.close()

    def _round(self, now: datetime, queue_until: datetime, *, early: timedelta, patience_seconds: float | None) -> bool:
        self._mend(now)
        if self._shown_at is None:
            self._begin(now)
        self._readdressing.round(now)
        records = self._subscription.poll(self._poll_seconds)
        if records:
            self._intake.take(records, now, queue_until)
        self._parts.deliveries.let_go(now)
        tried = self._dispatch.round(now, early, patience_seconds)
        self._show(now)
        self._metrics.last_round.labels("alerter").set(now.timestamp())
        return bool(records) or tried > 0

    def _mend(self, now: datetime) -> None:
        """Hourly; more strictly at the start, and most strictly when the clock was set back: whatever waits then was
        put off by a clock that ran ahead, and is worth a try."""
        set_back = self._seen_at is not None and now < self._seen_at - CLOCKS_DIFFER
        if set_back:
            self._mend_plans(now, timedelta(0))
        elif self._mended_at is None:
            self._mend_plans(now, pace.USUAL_WAIT)
        elif not self._mended_at <= now < self._mended_at + MEND_EVERY:
            self._mend_plans(now, LONGEST_WAIT)
        self._seen_at = now

    def _mend_plans(self, now: datetime, longest: timedelta) -> None:
        self._parts.deliveries.mend_plans(now, timedelta(seconds=self._group_wait_seconds), longest)
        self._parts.notices.mend_claims(now)
        self._parts.channels.mend_plans(now, longest)
        self._parts.report_deliveries.mend_plans(now, longest)
        self._mended_at = now

    def _begin(self, now: datetime) -> None:
        """What the settings mended since the last start is due: channels set up anew, findings that had no route."""
        for trouble in self._parts.channels.troubles():
            channel = self._channels.get(trouble.name)
            if channel is None or not is_same(channel, trouble.digest):
                _log.info("channel tried again: its settings changed", channel=trouble.name)
                self._parts.channels.mend(trouble.name, now)
                self._parts.notices.withdraw(OFF, trouble.name)
        self._intake.route_again(now)

    def _show(self, now: datetime) -> None:
        if self._shown_at is not None and self._shown_at <= now < self._shown_at + SHOWN_EVERY:
            return
        self._shown_at = now
        troubles = {one.name: one for one in self._parts.channels.troubles()}
        self._off = {one.name: one.error for one in troubles.values() if one.off_since}
        failures = {name: troubles[name].failures if name in troubles else 0 for name in self._channels}
        self._metrics.set_channels({name: (name in self._off, failures[name]) for name in self._channels})
        self._metrics.set_kept(self._parts.deliveries.kept())
