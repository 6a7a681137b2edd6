"""Fewer posts than a week or a month asks for, or none for months in a row."""

from collections.abc import Iterator

from pydantic import Field

from services.analyzer.objection import History, Objection
from services.analyzer.rules._periods import Period, Unit, count_in, covers, periods_before, published_in
from services.analyzer.rules._places import shown_post
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Finding, Probe


class TooFewPosts(Rule):
    """A local duty (夏邑: fewer than 3 updates a week are too few; 武定: 2 and 3 consecutive months without a post).

    Objects when each of the last `in_a_row` whole periods, weeks from Monday or calendar months in Beijing, has fewer
    than `at_least` posts. A period that the list did not show to its beginning, or that began before the account was
    watched, accuses nobody.
    """

    period: Unit = "week"
    at_least: int = Field(default=3, ge=1)
    in_a_row: int = Field(default=1, ge=1, le=12)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        periods = periods_before(probe.at, self.period, self.in_a_row)
        if not covers(probe, history, periods[0].start):
            return
        counts = [count_in(period, published_in(period, history), history) for period in periods]
        if all(count < self.at_least for count in counts):
            yield self._objection(periods, counts, probe, history)

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """A list that no longer reaches back to the period proves nothing new about it."""
        newest = periods_before(probe.at, self.period, self.in_a_row)
        return covers(probe, history, newest[0].start)

    def _objection(self, periods: list[Period], counts: list[int], probe: Probe, history: History) -> Objection:
        listed = "、".join(f"{period.name}{count}条" for period, count in zip(periods, counts, strict=True))
        unit = "每周" if self.period == "week" else "每月"
        return Objection(
            # One matter from period to period: a later one takes its place, a good one ends it.
            subject=self.period,
            stage=periods[-1].label,
            since=periods[0].start,
            sentence=f"截至{chinese_time(probe.at)}核查，{listed}，少于{unit}{self.at_least}条，请增加更新。",
            measured=listed,
            threshold=f"{unit}至少{self.at_least}条" + (f"，连续{self.in_a_row}期" if self.in_a_row > 1 else ""),
            window="自然周（周一至周日）或自然月，北京时间，按核查时列表所示、未删除的内容计数",
            evidence=(
                Evidence(url=probe.url or history.account.url, at=probe.at, sha256=probe.evidence_sha256),
                *(shown_post(post) for period in periods for post in published_in(period, history)[:5]),
            ),
        )
