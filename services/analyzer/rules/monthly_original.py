"""A month without enough posts of the account's own."""

from collections.abc import Iterator

from pydantic import Field

from services.analyzer.language.origin.kind import kind_of_post
from services.analyzer.objection import History, Objection
from services.analyzer.rules._periods import count_in, covers, periods_before, published_in
from services.analyzer.rules._places import shown_post
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Finding, Kind, Probe


class MonthlyOriginal(Rule):
    """A local duty (杨凌: at least one original post a month).

    Judges the last whole calendar month in Beijing. A post whose kind is unknown may be the account's own, and so
    counts as one; a month that the list did not show to its beginning accuses nobody.
    """

    at_least: int = Field(default=1, ge=1)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        (month,) = periods_before(probe.at, "month", 1)
        if not covers(probe, history, month.start):
            return
        posts = published_in(month, history)
        reposts = [post for post in posts if kind_of_post(post, history.account) is Kind.REPOST]
        possible = count_in(month, posts, history) - len(reposts)
        if possible >= self.at_least:
            return
        shown = Evidence(url=probe.url or history.account.url, at=probe.at, sha256=probe.evidence_sha256)
        yield Objection(
            # One matter from month to month: a later one takes its place, a good one ends it.
            subject="month",
            stage=month.label,
            since=month.start,
            sentence=f"截至{chinese_time(probe.at)}核查，{month.name}发布{len(posts)}条，其中可能为原创的{possible}条，"
            f"少于每月{self.at_least}条，请增加原创内容。",
            measured=f"{possible}条（共{len(posts)}条）",
            threshold=f"每月至少{self.at_least}条原创",
            window="上一个自然月，北京时间；来源不明的内容按原创计",
            evidence=(shown, *map(shown_post, reposts[:5])),
        )

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """A list that no longer reaches back to the month proves nothing new about it."""
        (month,) = periods_before(probe.at, "month", 1)
        return covers(probe, history, month.start)
