"""Channels that remember, or fail as told."""

from collections import deque
from datetime import datetime

from pydantic import PrivateAttr

from services.alerter.channels.base import Channel
from services.alerter.message import Message


class RecordingChannel(Channel):
    """Raises the errors of `failures` first, one per attempt, then takes every message."""

    _messages: list[Message] = PrivateAttr(default_factory=list)
    _failures: deque[Exception] = PrivateAttr(default_factory=deque)
    _attempts: int = PrivateAttr(default=0)

    @property
    def messages(self) -> list[Message]:
        return self._messages

    @property
    def attempts(self) -> int:
        return self._attempts

    def fail(self, *errors: Exception) -> "RecordingChannel":
        self._failures.extend(errors)
        return self

    def recover(self) -> None:
        self._failures.clear()

    def send(self, message: Message, now: datetime) -> str:
        self._attempts += 1
        if self._failures:
            raise self._failures.popleft()
        self._messages.append(message)
        return f"taken as number {len(self._messages)}"
