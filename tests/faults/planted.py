"""Three mistakes, planted: each runs the real code with one thing done wrong."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.alerter.channels.base import Channel
from services.alerter.channels.dingtalk import DingTalk
from services.alerter.message import Message
from services.collector.capture import Capture, Reading
from services.collector.platforms.weibo import Weibo
from shared.account import Account
from shared.bus.contract import Record
from shared.bus.sqlite import SqliteBus, SqliteSubscription
from shared.errors import XunjianError


class KilledError(BaseException):
    """-9: nothing that catches an Exception hears of it."""


class CommittingFirstBus(SqliteBus):
    """Its members commit what they polled before anything is done with it."""

    def subscribe(self, group: str, topics: Iterable[str]) -> SqliteSubscription:
        return _CommittingFirst(self, self._path, group, tuple(topics))


class _CommittingFirst(SqliteSubscription):
    def poll(self, timeout_seconds: float, max_records: int = 500) -> list[Record]:
        records = super().poll(timeout_seconds, max_records)
        self.commit()
        return records


class DeafDingTalk(DingTalk):
    """HTTP 200 will do: what the robot says in its body is not read."""

    def send(self, message: Message, now: datetime) -> str:
        try:
            return super().send(message, now)
        except XunjianError as error:
            if "代码" in str(error):
                return "HTTP 200"
            raise


class FirstIsNewestWeibo(Weibo):
    """Takes what stands first on the page for the newest, and never asks whether it is pinned; a pinned item is."""

    def read(self, captures: Sequence[Capture], account: Account | None = None) -> Reading:
        reading = super().read(captures, account)
        first = tuple(post.model_copy(update={"pinned": False}) for post in reading.posts[:1])
        return reading.model_copy(update={"posts": first})


def dingtalk(kind: type[DingTalk], base_url: str, token: str) -> Channel:
    return kind.model_validate({"base_url": base_url, "token": token})
