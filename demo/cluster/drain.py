"""When everything is done: every account visited since, nothing waiting on the bus, nothing waiting to be told."""

from datetime import datetime, timedelta

from demo.cluster.gathering import waiting
from shared.errors import TransientError
from shared.runtime.opening import Host

GROUPS = {"analyzer": "observations", "alerter": "findings"}
PATIENCE = timedelta(seconds=30)
QUIET_SECONDS = 6.0
"""Longer than a message waits for its group, and than a service needs from the bus to the database."""


def lags(host: Host) -> dict[str, int]:
    """By consumer group. Raises TransientError."""
    return {group: host.bus.lag(group, [topic]) for group, topic in GROUPS.items()}


class Quiet:
    """`since` is the moment after which every account must have been visited. Asked again and again by one thread."""

    def __init__(self, host: Host, since: datetime) -> None:
        self._host = host
        self._since = since
        self._quiet_from: datetime | None = None
        self.reason = ""
        """What is still to be done."""

    def is_reached(self, now: datetime) -> bool:
        try:
            self.reason = self._reason(now)
        except TransientError as error:
            self.reason = str(error)
        if self.reason:
            self._quiet_from = None
            return False
        self._quiet_from = self._quiet_from or now
        return (now - self._quiet_from).total_seconds() >= QUIET_SECONDS

    def _reason(self, now: datetime) -> str:
        if not self._host.store.standings.counts():
            return "台账还没有导入"
        if self._host.store.visits.is_waiting(self._since, now + PATIENCE):
            self._host.store.visits.ask_again(self._since, now)
            return "还有账号没有核查"
        if behind := {group: count for group, count in lags(self._host).items() if count}:
            return f"消息总线上还有没处理的：{behind}"
        if self._host.store.judgements.untold():
            return "还有结论没有发布"
        left = [row for row in waiting(self._host.store.database, now) if row.state == "pending"]
        return f"还有 {len(left)} 条消息没有送出" if left else ""
