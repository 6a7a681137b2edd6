"""One message as it goes out."""

import hashlib
from enum import StrEnum

from shared.account import Account
from shared.events import Finding, Moment, Severity, Value


class MessageEvent(StrEnum):
    """What a message is for. `notice` is about the watch itself, `test` about nothing but its channel, `report` a
    finished list, `picture` shows what an opening was about."""

    OPENING = "opening"
    RESOLUTION = "resolution"
    NOTICE = "notice"
    TEST = "test"
    REPORT = "report"
    PICTURE = "picture"

    @property
    def words(self) -> str:
        """What stands first in the title. Each has 巡检, the keyword that a robot may ask for."""
        return _WORDS[self]


_WORDS = {
    MessageEvent.OPENING: "巡检提醒",
    MessageEvent.RESOLUTION: "巡检恢复",
    MessageEvent.NOTICE: "巡检运维",
    MessageEvent.TEST: "巡检测试",
    MessageEvent.REPORT: "巡检清单",
    MessageEvent.PICTURE: "巡检留证",
}


class Matter(Value):
    """A finding with the account it is about; null when the ledger does not hold it (a whole platform, say).

    `trace`: W3C `traceparent` of the visit that caused it.
    """

    finding: Finding
    account: Account | None
    trace: str | None = None


class Message(Value):
    """One message to one unit, already worded. Text is hostile (it quotes pages): channels escape it for their format.

    `title` is one line; `lines` are plain-text Chinese sentences in order of importance, the facts first;
    `numbers` are the 告警编号 of the findings inside; `at` is when the newest of them was established. `matters`, in
    the order of the numbers, are what the words were made of, for programs.
    """

    event: MessageEvent = MessageEvent.OPENING
    unit: str
    title: str
    lines: tuple[str, ...]
    severity: Severity
    at: Moment
    numbers: tuple[str, ...] = ()
    matters: tuple[Matter, ...] = ()

    @property
    def id(self) -> str:
        """Same news, same id: a repeat after a crash can be told from news, also when the ledger's words changed."""
        told = [f"{one.finding.fingerprint} {one.finding.at.isoformat()}" for one in self.matters]
        news = "\n".join([self.event, self.unit, *sorted(told)]) if told else self.model_dump_json()
        return hashlib.sha256(news.encode("utf-8", "replace")).hexdigest()[:32]

    @property
    def resolved(self) -> bool:
        return self.event is MessageEvent.RESOLUTION

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.lines))
