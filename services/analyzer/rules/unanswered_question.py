"""Questions of the public under the account's posts that it has not answered for days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.objection import Objection
from services.analyzer.rules.base import Rule
from services.analyzer.workdays import Workdays, workdays_after
from shared.account import Account
from shared.clock import chinese_time, to_shanghai
from shared.events import Evidence
from shared.questions import Question

_STILL_SHOWN = timedelta(days=3)
"""A question that was not seen for longer has scrolled away or was deleted: nobody knows whether it was answered."""


class UnansweredQuestion(Rule):
    """国办秘函〔2019〕19号 names 互动回应差; offices promise 1, 3 or 5 working days, no document fixes any.

    Counts the public comments that ask something and have no answer by the account for more than `days` working days.
    Private messages are seen by nobody but the owner, and a comment whose answers the page does not all show is left
    out. One finding an account: it grows and shrinks, and ends when none is left.
    """

    scope: ClassVar[Literal["account", "post", "platform", "copy", "link", "question"]] = "question"

    days: int = Field(default=5, ge=1, le=60)

    def check_questions(self, now: datetime, account: Account, asked: Sequence[Question]) -> Iterator[Objection]:
        shown = [one for one in asked if one.answered_at is None and now - one.seen_at <= _STILL_SHOWN]
        aged = [(one, _age(one, self.days)) for one in shown]
        late = [(one, age) for one, age in aged if age.number > self.days]
        if late:
            yield self._objection([one for one, _ in late], all(age.is_exact for _, age in late))

    def _objection(self, late: Sequence[Question], is_exact: bool) -> Objection:
        first = min(late, key=lambda one: one.asked_at)
        seen = max(one.seen_at for one in late)
        waited = workdays_after(to_shanghai(first.asked_at).date(), to_shanghai(seen).date(), 250)
        doubt = "" if is_exact else "（所涉年度的节假日安排尚无数据，按周一至周五计算）"
        return Objection(
            subject="questions",
            since=first.asked_at,
            sentence=f"截至{chinese_time(seen)}，最近内容下有{len(late)}条公众提问超过{self.days}个工作日未见账号回复，"
            f"最早一条于{chinese_time(first.asked_at)}提出，已{waited.number}个工作日{doubt}；"
            "提问由程序按字面识别，请核对后回复。",
            measured=f"{len(late)}条，最久{waited.number}个工作日",
            threshold=f"{self.days}个工作日",
            window="最近几条内容下公开可见的评论，提问次日起按工作日计算，北京时间",
            evidence=tuple(Evidence(post_id=one.post_id, url=one.url, at=one.asked_at) for one in late[:5]),
        )


def _age(question: Question, most: int) -> Workdays:
    return workdays_after(to_shanghai(question.asked_at).date(), to_shanghai(question.seen_at).date(), most + 1)
