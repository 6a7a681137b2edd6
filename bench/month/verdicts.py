"""What was said in the month beside what was true."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.month.lives import Life
from bench.table import Row
from shared.clock import chinese_time
from shared.events import Finding
from shared.standing import Standing
from shared.state import State

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RED_LINE = 14 * DAY
SILENCE, GONE = "silent_account", "account_gone"
_SILENT = (State.OVERDUE, State.ZOMBIE)
_UNSEEN = (State.UNVERIFIED, State.WAITING, State.GONE)


@dataclass(frozen=True)
class Said:
    """An accusation, and the right time of what it speaks of."""

    finding: Finding
    moment: datetime


@dataclass
class Verdicts:
    lives: Mapping[str, Life]
    start: datetime
    end: datetime
    looks: int = 0
    said: list[Said] = field(default_factory=list)
    days: Counter[str] = field(default_factory=Counter)
    """Account-days by state."""
    outlived: int = 0
    """Account-days called silent though it had published since: nobody had looked again yet."""
    why: dict[str, list[str]] = field(default_factory=dict)
    """By account, why it was 未能核实, at each day's end."""
    last: dict[str, Standing] = field(default_factory=dict)

    def take(self, findings: Sequence[Finding], clock_error: timedelta) -> None:
        self.said += [Said(one, one.at - clock_error) for one in findings if one.severity.accuses]

    def sample(self, standings: Sequence[Standing], now: datetime) -> None:
        """Once a day."""
        for one in standings:
            key = one.account.key
            self.days[str(one.state)] += 1
            self.last[key] = one
            if one.state in _SILENT and now - self.lives[key].newest(now) < RED_LINE:
                self.outlived += 1
            if one.state in _UNSEEN:
                self.why.setdefault(key, []).append(f"{chinese_time(now)[5:10]} {one.why}")

    def false(self) -> list[str]:
        """Accusations that were not true when they were made."""
        return [self._told(one) for one in self.said if self._is_false(one, seen=False) and self._is_false(one)]

    def unseeable(self) -> list[str]:
        """Those that are true of what the platform still showed: what was published since was deleted again."""
        return [self._told(one) for one in self.said if self._is_false(one, seen=False) and not self._is_false(one)]

    def zombies(self) -> dict[str, datetime]:
        """Who really crossed the red line, and when."""
        ends = {key: min(self.end, life.gone_at or self.end) for key, life in self.lives.items()}
        crossed = {key: life.crosses(RED_LINE, self.start, ends[key]) for key, life in self.lives.items()}
        return {key: at for key, at in crossed.items() if at is not None}

    def found(self) -> dict[str, timedelta]:
        """How long after the line each was told."""
        vetoes = [one for one in self.said if one.finding.rule == SILENCE and one.finding.state is not State.NEAR]
        zombies = self.zombies()
        first: dict[str, timedelta] = {}
        for one in vetoes:
            key = one.finding.key
            if key in zombies and not self._is_false(one) and one.moment >= zombies[key]:
                first.setdefault(key, one.moment - zombies[key])
        return first

    def missed(self) -> list[str]:
        found = self.found()
        return [
            f"{key} ({self.lives[key].kind}) crossed {chinese_time(at)}: {self._reason(key, at)}"
            for key, at in self.zombies().items()
            if key not in found
        ]

    def late(self) -> list[str]:
        zombies = self.zombies()
        return [
            f"{key} ({self.lives[key].kind}) {delay / HOUR:.0f} h: {self._reason(key, zombies[key])}"
            for key, delay in self.found().items()
            if delay > DAY
        ]

    def _reason(self, key: str, at: datetime) -> str:
        """What stood of the account between the line and the verdict, or the end."""
        after = [one for one in self.why.get(key, ()) if one[:5] >= chinese_time(at)[5:10]]
        if after:
            return f"{len(after)} d 未能核实, first {after[0][:160]}"
        life, last = self.lives[key], self.last.get(key)
        nxt = min((one.at for one in life.items if one.at > at), default=None)
        if nxt and nxt - at < DAY:
            return f"published again after {(nxt - at) / HOUR:.1f} h"
        return f"stands {last.state if last else '?'}: {last.why[:120] if last else ''}"

    def _is_false(self, one: Said, *, seen: bool = True) -> bool:
        """`seen`: of what its platform still showed; else of all that was ever published."""
        life = self.lives[one.finding.key]
        if one.finding.rule == GONE:
            return not life.is_gone(one.moment)
        if one.finding.rule != SILENCE:
            return True
        claimed = timedelta(days=int(one.finding.stage.removesuffix("d")))
        return one.moment - life.newest(one.moment, seen=seen) < claimed

    def _told(self, one: Said) -> str:
        life, finding = self.lives[one.finding.key], one.finding
        newest = chinese_time(life.newest(one.moment))
        return f"{finding.key} ({life.kind}) newest {newest}, at {chinese_time(one.moment)}: {finding.sentence}"

    def unseen_share(self) -> float:
        return sum(self.days[str(state)] for state in _UNSEEN) / max(1, sum(self.days.values()))

    def rows(self, name: str) -> Iterator[Row]:
        false, found, missed = self.false(), self.found(), self.missed()
        yield Row(f"{name}: false accusations of {len(self.said)}", str(len(false)), goal="0", met=not false)
        yield from (Row(f"  FALSE {one}", "") for one in false)
        yield from (Row(f"  published and deleted unseen: {one}", "") for one in self.unseeable())
        delays = sorted(delay / HOUR for delay in found.values())
        middle = f"median {delays[len(delays) // 2]:.1f} h, last {delays[-1]:.1f} h" if delays else ""
        yield Row(f"{name}: zombies found of {len(self.zombies())}", str(len(found)), middle)
        yield from (Row(f"  late {one}", "") for one in self.late())
        yield from (Row(f"  missed {one}", "") for one in missed)
        gone = {one.finding.key for one in self.said if one.finding.rule == GONE}
        ended = [life for life in self.lives.values() if life.gone_at]
        yield Row(f"{name}: ended accounts found of {len(ended)}", str(len(gone)))
        yield Row(f"{name}: account-days silent by what was seen, though published since", str(self.outlived))
        yield Row(f"{name}: account-days 未能核实", f"{self.unseen_share():.1%}", f"{self.looks} looks")
