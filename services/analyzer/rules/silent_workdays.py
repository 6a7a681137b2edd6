"""Nothing published for more than so many working days."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from services.analyzer.objection import History, Objection
from services.analyzer.rules._silence import (
    blind_words,
    grace,
    grace_words,
    kept_back_words,
    newest_words,
    silent_since,
)
from services.analyzer.rules.base import Rule
from services.analyzer.workdays import Workdays, workdays_after
from shared.clock import chinese_time, to_shanghai
from shared.events import Evidence, Finding, Probe, Severity
from shared.state import State


class SilentWorkdays(Rule):
    """A local duty (阜阳: 超过7个工作日未更新).

    Counted are the working days after the day of the newest post, up to and including the day of the look; more than
    `days` of them object. Holidays and make-up days are those the State Council announced. Where a year's are not known
    yet, weekdays stand for them, the finding says so, and it only reminds.
    """

    days: int = Field(default=7, ge=1, le=250)
    feed_grace_hours: float = Field(default=24, ge=0, le=240)
    """As of `silent_account`: the look at a feed counts as one so much earlier."""

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        since = silent_since(probe, history) if probe.proves_list else None
        if since is None:
            return
        known_until = probe.at - grace(probe, self.feed_grace_hours)
        passed = workdays_after(to_shanghai(since).date(), to_shanghai(known_until).date(), self.days + 1)
        if passed.number > self.days:
            yield self._objection(since, passed, probe, history)

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """A single post seen in passing may end a silence, though only the list can prove one."""
        newest = history.newest_post_at
        return probe.proves_list or bool(newest and finding.since and newest > finding.since)

    def deadlines(self) -> tuple[timedelta, ...]:
        """With the fewest weekends there can be in between; holidays make it later."""
        return (timedelta(days=self.days + 1 + 2 * (self.days // 5)),)

    def _objection(self, since: datetime, passed: Workdays, probe: Probe, history: History) -> Objection:
        silence = (probe.at - since).days
        doubt = "" if passed.is_exact else "（所涉年度的节假日安排尚无数据，按周一至周五计算，请人工核对）"
        if since == history.newest_post_at:
            fact = newest_words(since, history)
        else:
            fact = kept_back_words(probe, history) or f"{chinese_time(since)}之后未见发布任何内容"
        return Objection(
            subject=since.isoformat(),
            stage=f"{self.days}wd",
            severity=None if passed.is_exact else Severity.REMINDER,
            state=State.OVERDUE if passed.is_exact else None,
            since=since,
            sentence=f"{fact}，至{chinese_time(probe.at)}核查时已超过{self.days}个工作日未更新{doubt}。",
            measured=f"超过{self.days}个工作日（{silence}天）",
            threshold=f"{self.days}个工作日",
            window=f"自最近一次发布的次日起计，核查当日为工作日的计入；法定节假日不计，调休上班日计入，北京时间{doubt}"
            f"{grace_words(probe, self.feed_grace_hours)}{blind_words(since, probe, history)}",
            evidence=(Evidence(url=probe.url or history.account.url, at=since, sha256=probe.evidence_sha256),),
            confirm=None if passed.is_exact else True,
        )
