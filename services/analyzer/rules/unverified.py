"""Nobody could look at the account: 未能核实. Never an accusation, always with the reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from services.analyzer.gone import is_gone, says_gone, signs_of_end
from services.analyzer.objection import History, Objection
from services.analyzer.reach import may_keep_back
from services.analyzer.rules._silence import kept_back_words, unseen
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Probe

COUNTED_FOR = timedelta(days=14)
"""A platform's count that did not rise for so long speaks for itself."""


class Unverified(Rule):
    """Absence of evidence is its own state (research: 国办发〔2018〕123号 asks for 实时监控, so a lost watch is told).

    Objects after `failures` looks in a row that proved nothing, or when the last proving look is older than
    `stale_hours` (also when nobody looked at all, which only the timer can notice). Also when the list was seen, shows
    nothing newer than `stale_hours`, and the platform itself says there is more than it shows.
    """

    stale_hours: float = Field(default=48, gt=0)
    failures: int = Field(default=3, ge=1)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if says_gone(probe) and is_gone(history.failures):
            return
        if probe.proves_list:
            yield from self._kept_back(probe, history)
            return
        if len(history.failures) >= self.failures:
            yield self._objection(probe.at, history)
        else:
            yield from self.check_time(probe.at, history)

    def _kept_back(self, probe: Probe, history: History) -> Iterator[Objection]:
        since, why = history.newest_post_at or history.watched_since, unseen(probe, history)
        counted = may_keep_back(probe, history)
        if why is None and counted is not None and probe.at - counted < COUNTED_FOR:
            why = kept_back_words(probe, history)
        if why is None or probe.at - since < timedelta(hours=self.stale_hours):
            return
        yield Objection(
            subject=f"unlisted:{since.isoformat()}",
            since=since,
            sentence=f"未能核实：{chinese_time(probe.at)}核查时{why}。"
            "在看到全部内容前不作任何超期判断，请登录平台人工核实，或配置登录会话后再核查。",
            measured=why,
            threshold="列表能证明最近一条内容之后没有更新",
            window=f"最近一条内容发布{self.stale_hours:g}小时后的每次核查",
            evidence=(Evidence(url=probe.url, quote=why, at=probe.at, sha256=probe.evidence_sha256),),
        )

    def check_time(self, now: datetime, history: History) -> Iterator[Objection]:
        lapsed_at = self.lapses_at(history)
        if lapsed_at is not None and now >= lapsed_at:
            yield self._objection(lapsed_at, history)

    def lapses_at(self, history: History) -> datetime | None:
        if history.failures and says_gone(history.failures[-1]) and is_gone(history.failures):
            return None
        known_at = history.last_list_at or history.watched_since
        if history.returned_at is not None:
            known_at = max(known_at, history.returned_at)
        return known_at + timedelta(hours=self.stale_hours)

    def _objection(self, at: datetime, history: History) -> Objection:
        seen = history.last_list_at
        last = f"最近一次成功核查为{chinese_time(seen)}" if seen else "尚未成功核查过"
        why = _why(history)
        return Objection(
            subject=(seen or history.watched_since).isoformat(),
            since=seen or history.watched_since,
            at=at,
            sentence=f"未能核实：{last}，原因：{why}。在恢复核查前不作任何超期判断。",
            measured=f"连续{len(history.failures)}次未能核实",
            threshold=f"连续{self.failures}次，或{self.stale_hours:g}小时无成功核查",
            window=f"自最近一次成功核查起{self.stale_hours:g}小时",
            evidence=tuple(
                Evidence(url=probe.url, quote=probe.reason, at=probe.at, sha256=probe.evidence_sha256)
                for probe in history.failures[-3:]
            ),
        )


def _why(history: History) -> str:
    if not history.failures:
        return "采集未进行"
    last = history.failures[-1]
    said = last.reason or last.outcome.words
    return f"{said}，仅见到一次，须再次核实" if says_gone(last) and len(signs_of_end(history.failures)) == 1 else said
