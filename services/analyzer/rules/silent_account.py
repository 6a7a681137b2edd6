"""Nothing published for too long: reminders before the red line, veto at it, zombie far behind it."""

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
from shared.clock import chinese_time
from shared.events import Evidence, Finding, Probe, Severity
from shared.state import State


class SilentAccount(Rule):
    """国办秘函〔2019〕19号: 监测时间点前2周内无更新.

    Silence is the time elapsed since the newest post ever evidenced (or since the account is known, if it never
    posted), in days of 24 hours. A threshold is reached at exactly N x 24 h, to the second: no document says whether
    day 14 itself is late, so this choice is printed in every finding's window.
    """

    reminder_days: tuple[int, ...] = (7, 10, 12, 13)
    veto_days: int = Field(default=14, ge=1)
    zombie_days: int = Field(default=90, ge=1)
    feed_grace_hours: float = Field(default=24, ge=0, le=240)
    """A feed shows a post hours after it was published; so much later is a threshold reached by what a feed shows."""

    def at_least_as_strict_as(self, other: Rule) -> bool:
        return (
            isinstance(other, SilentAccount)
            and self.veto_days <= other.veto_days
            and self.zombie_days <= other.zombie_days
            and self.feed_grace_hours <= other.feed_grace_hours
        )

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if not probe.proves_list:
            return
        since = silent_since(probe, history)
        if since is None:
            return
        silence = probe.at - since - grace(probe, self.feed_grace_hours)
        reached = [days for days in self._thresholds() if silence >= timedelta(days=days)]
        if reached:
            yield self._objection(max(reached), since, probe, history)

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """A single post seen in passing may end a silence, though only the list can prove one."""
        newest = history.newest_post_at
        return probe.proves_list or bool(newest and finding.since and newest > finding.since)

    def deadlines(self) -> tuple[timedelta, ...]:
        return tuple(timedelta(days=days) for days in self._thresholds())

    def _thresholds(self) -> tuple[int, ...]:
        return (*(days for days in self.reminder_days if days < self.veto_days), self.veto_days, self.zombie_days)

    def _state(self, days: int) -> State:
        if days < self.veto_days:
            return State.NEAR
        return State.ZOMBIE if days >= self.zombie_days else State.OVERDUE

    def _objection(self, days: int, since: datetime, probe: Probe, history: History) -> Objection:
        silence = probe.at - since
        newest = next((post for post in history.posts if post.published_at == since), None)
        return Objection(
            subject=since.isoformat(),
            stage=f"{days}d",
            severity=None if days >= self.veto_days else Severity.REMINDER,
            state=self._state(days),
            since=since,
            sentence=self._sentence(days, since, probe, history),
            measured=f"静默{silence.days}天{silence.seconds // 3600}小时",
            threshold=f"{days}天",
            window=f"自最近一次发布起按24小时为一天连续计算，满{days}×24小时即计入，北京时间"
            f"{grace_words(probe, self.feed_grace_hours)}{blind_words(since, probe, history)}",
            evidence=(
                Evidence(
                    post_id=newest.id if newest else None,
                    url=(newest.url if newest else None) or probe.url or history.account.url,
                    quote=(newest.title or (newest.text or "")[:40] or None) if newest else None,
                    at=since,
                    sha256=probe.evidence_sha256,
                ),
            ),
        )

    def _sentence(self, days: int, since: datetime, probe: Probe, history: History) -> str:
        silence = probe.at - since
        if since == history.newest_post_at:
            fact = newest_words(since, history)
        elif kept_back := kept_back_words(probe, history):
            fact = kept_back
        elif probe.post_ids:
            fact = f"最近一条内容未标明发布时间，{chinese_time(since)}已监测到"
        else:
            fact = f"自{chinese_time(since)}起未见发布任何内容"
        head = f"{fact}，至{chinese_time(probe.at)}核查时已静默{silence.days}天"
        if days >= self.zombie_days:
            return f"{head}，达到{self.zombie_days}天，属于长期停更账号。"
        if days >= self.veto_days:
            return f"{head}，已满{self.veto_days}天未更新。"
        left = timedelta(days=self.veto_days) - silence
        return f"{head}，距{self.veto_days}天红线还有{left.days}天{left.seconds // 3600}小时，请及时更新。"
