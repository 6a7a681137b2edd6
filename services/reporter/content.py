"""What the weekly list says of a ledger: its parts, row by row, and the counts by unit."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from services.reporter import wording
from services.reporter.began import Beginning
from services.reporter.pictured import Matter
from services.reporter.typed import digest, identity
from shared.account import PLATFORM_NAMES, Account, AccountStatus
from shared.clock import chinese_time
from shared.events import Finding, Severity
from shared.mark import UNMARKED, Marked, matter_of, unverified_matter
from shared.standing import Standing, gravity
from shared.state import State
from shared.storage.store import Store

_AT_ONCE = 500
_ROW = re.compile(r"[A-Z]+(?=\d+$)")
"""What a place says beside the row: the column."""


class Part(StrEnum):
    """An account stands in at most one of the first three; of other matters every one has a row."""

    OVERDUE = "已超期"
    NEAR = "临近超期"
    UNVERIFIED = "未能核实"
    OTHER = "其他问题"


_WHOSE = ("序号", "账号名称", "平台", "主办单位")
_PROOF = "证据"
_TYPED = ("核实状态", "备注", "整改期限", "系统标识")
_SILENT = (
    "行政区划",
    "最近发布时间",
    "静默天数",
    "问题",
    "依据",
    "最近核查时间",
    "最近发布链接/主页链接",
    "告警编号",
    "告知情况",
)
_OTHER = ("指标", "等级", "问题", "实测", "标准", "依据", "证据摘录", "链接", "告警编号", "首次发现", "告知情况")
HEADERS = {part: (*_WHOSE, *(_OTHER if part is Part.OTHER else _SILENT), _PROOF, *_TYPED) for part in Part}
_PROBLEM = {part: headers.index("问题") - 1 for part, headers in HEADERS.items()}
"""Where it stands among a line's cells, of which 序号 is none."""
SUMMARY = ("序号", "主办单位", "账号数", "已核实", "未能核实", "已超期", "临近超期", "其他问题（条）")
REFUSED_TITLE = "台账未采纳"
REFUSED = ("序号", "账号名称", "平台", "主办单位", "文件", "位置", "列", "问题", "改正办法", "处理结果", "发现时间")


class _Line(NamedTuple):
    """Sorts as it stands on the list."""

    rank: tuple[float, ...]
    unit: str
    key: str
    fingerprint: str
    number: str
    matter: str
    silenced: str
    cited: str
    cells: tuple[object, ...]


class Content:
    """As of a moment. Only what it names is kept: in a large ledger that is little."""

    def __init__(self, store: Store, cut_off: datetime, beginning: Beginning) -> None:
        self._store, self._cut_off, self._beginning = store, cut_off, beginning
        self._marks = store.marks.current()
        self._silences = store.silences.as_of(cut_off)
        self._refusals = store.refusals.as_of(cut_off)
        self._lines: dict[Part, list[_Line]] = {part: [] for part in Part}
        self._units: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for state, unit, standing in store.standings.each_as_of(cut_off):
            if state is not State.CANCELLED:
                self._units[unit]["账号数"] += 1
                self._units[unit]["已核实" if state.is_verified else "未能核实"] += 1
            if standing is not None:
                self._add(standing)

    def coverage(self) -> str:
        if self._beginning.is_before:
            return f"核查覆盖：无数据（{self._beginning.words}）"
        total = self._total()
        percent = f"{100 * total['已核实'] / total['账号数']:.1f}%" if total["账号数"] else "—"
        fraction = f"（{total['已核实']}/{total['账号数']}，{percent}）"
        counts = [f"{part}{len(self._lines[part])}{_unit_of(part)}" for part in Part]
        rows = {(one.file, _ROW.sub("", one.place)) for one in self._refusals if one.is_row}
        counts += [f"另有台账未采纳{len(rows)}行"] if rows else []
        return f"核查覆盖：已核实{total['已核实']}个，台账{total['账号数']}个{fraction}　　其中：{'，'.join(counts)}"

    def summary(self) -> Iterator[list[object]]:
        """Of each unit how many, those with most to do first; then of all together."""
        if self._beginning.is_before or not self._units:
            yield ["", self._nothing(), *[""] * (len(SUMMARY) - 2)]
            return
        weights = ("已超期", "其他问题（条）", "临近超期", "未能核实")
        units = sorted(self._units.items(), key=lambda unit: (*(-unit[1][name] for name in weights), unit[0]))
        for place, (unit, counts) in enumerate(units, 1):
            yield [place, unit, *(counts[name] for name in SUMMARY[2:])]
        total = self._total()
        yield ["", "合计", *(total[name] for name in SUMMARY[2:])]

    def rows(self, part: Part) -> Iterator[list[object]]:
        """The longest silence, or the gravest matter, first."""
        lines = iter(sorted(self._lines[part]))
        place = 0
        while batch := list(islice(lines, _AT_ONCE)):
            prints = [line.fingerprint for line in batch if line.fingerprint]
            told = self._store.deliveries.told(prints, self._cut_off)
            proofs = self._store.pictures.of(prints)
            for line in batch:
                place += 1
                proof = wording.proof(proofs.get(line.fingerprint, ()), line.cited, self._cut_off)
                said = wording.told(told.get(line.fingerprint, ())) if line.fingerprint else ""
                typed = _typed(line, self._marks.get(line.matter, UNMARKED))
                yield [place, *line.cells, said + line.silenced, proof, *typed]
        if not place:
            yield ["", self._nothing(), *[""] * (len(HEADERS[part]) - 2)]

    def gravest(self, most: int) -> Iterator[str]:
        """The longest silences, then the gravest other matters, then what is nearly due; a sentence each."""
        for place, (part, line) in enumerate(islice(self._gravest(), most), 1):
            name, platform, unit = line.cells[:3]
            yield f"{place}. 〔{part}〕{name}（{platform}）｜{unit}：{line.cells[_PROBLEM[part]]}"

    def matters(self) -> Iterator[Matter]:
        """In the same order what may have a picture; not of an account that is only 未能核实."""
        for part, line in self._gravest():
            name, platform, unit = map(str, line.cells[:3])
            yield Matter(line.fingerprint, line.number, (name, platform, unit), str(line.cells[_PROBLEM[part]]))

    def _gravest(self) -> Iterator[tuple[Part, _Line]]:
        return ((part, line) for part in (Part.OVERDUE, Part.OTHER, Part.NEAR) for line in sorted(self._lines[part]))

    def notes(self) -> list[str]:
        """What people noted, whether of a matter that is on this list or of another."""
        return [marked.note for marked in self._marks.values()]

    def count(self, part: Part) -> int:
        return len(self._lines[part])

    def refused(self) -> Iterator[list[object]]:
        """What ledger files say that was not taken: nobody watches those accounts. Whole rows first."""
        for place, one in enumerate(self._refusals, 1):
            taken = "整行未采纳，账号不在监测中" if one.is_row else "其余内容已采纳"
            whose = (one.name, PLATFORM_NAMES.get(one.platform, one.platform), one.unit)
            found = (one.file, one.place, one.header, one.message, one.remedy, taken, chinese_time(one.since))
            yield [place, *whose, *found]
        if not self._refusals:
            yield ["", self._nothing(), *[""] * (len(REFUSED) - 2)]

    def _nothing(self) -> str:
        return f"（{self._beginning.words}）" if self._beginning.is_before else "（本期无）"

    def _total(self) -> Counter[str]:
        return sum(self._units.values(), Counter())

    def _add(self, one: Standing) -> None:
        part = _part(one)
        if part is not None:
            self._put(part, one, (-(_silent_days(one) or 0),), one.silence, _silent_cells(one))
        for finding in one.findings:
            if _is_other(one, finding):
                self._put(Part.OTHER, one, gravity(finding), finding, _other_cells(one, finding))

    def _put(
        self, part: Part, one: Standing, rank: tuple[float, ...], finding: Finding | None, cells: tuple[object, ...]
    ) -> None:
        account = one.account
        whose = (account.name, account.platform_name, account.unit)
        matter = matter_of(finding) if finding else unverified_matter(account.key, one.proved_at)
        number, fingerprint = (finding.number, finding.fingerprint) if finding else ("", "")
        silenced = self._silenced(finding, account.unit) if finding else ""
        cited = next((item.sha256 for item in finding.evidence if item.sha256), "") if finding else ""
        line = _Line(rank, account.unit, account.key, fingerprint, number, matter, silenced, cited, (*whose, *cells))
        self._lines[part].append(line)
        self._units[account.unit]["其他问题（条）" if part is Part.OTHER else part] += part is not Part.UNVERIFIED

    def _silenced(self, finding: Finding, unit: str) -> str:
        """Why nobody was told, or will be told again."""
        held = [silence for silence in self._silences if silence.covers(finding, unit, self._cut_off)]
        return f"；{wording.silenced(max(held, key=lambda silence: silence.over_at))}" if held else ""


def _unit_of(part: Part) -> str:
    return "条" if part is Part.OTHER else "个"


def _typed(line: _Line, marked: Marked) -> Sequence[object]:
    """What people may type, and by what the row is known again when it is read back."""
    name, platform = str(line.cells[0]), str(line.cells[1])
    who = identity(name, platform, line.number)
    wrote = [digest(text) for text in (marked.state, marked.note, marked.deadline)]
    known = json.dumps([line.key, line.fingerprint, line.matter, who, *wrote], separators=(",", ":"))
    return marked.state, marked.note, marked.deadline, known


def _part(one: Standing) -> Part | None:
    """Null: verified, and nothing to say."""
    if not one.state.is_verified:
        return Part.UNVERIFIED
    if one.silence is None:
        return None
    return Part.NEAR if one.silence.state is State.NEAR else Part.OVERDUE


def _is_other(one: Standing, finding: Finding) -> bool:
    """Silence of an account that nobody can look at is told by no row: it may be over. Nor is a mere event."""
    if finding.severity in (Severity.UNVERIFIED, Severity.INFO):
        return False
    if finding.state is None or not finding.state.is_silence:
        return True
    return one.silence is not None and finding.indicator != one.silence.indicator


def _silent_days(one: Standing) -> int | None:
    """Whole days of 24 hours up to the last probe that proved the list: no day that nobody watched is counted."""
    since = one.newest_post_at or (one.silence.since if one.silence else None)
    return max(0, (one.proved_at - since).days) if one.proved_at and since else None


def _silent_cells(one: Standing) -> tuple[object, ...]:
    finding, verified = one.silence, one.state.is_verified
    return (
        one.account.region,
        chinese_time(one.newest_post_at) if one.newest_post_at else "未见发布" if verified else "不详",
        _silent_days(one) if verified else "—",
        _problem(one),
        wording.clause(finding) if finding else "",
        chinese_time(one.proved_at) if one.proved_at else "尚未成功核查",
        _link(one.account, finding),
        finding.number if finding else "",
    )


def _other_cells(one: Standing, finding: Finding) -> tuple[object, ...]:
    is_doubtful = not one.state.is_verified and one.state is not State.GONE
    doubt = "（账号目前未能核实，此为此前所见）" if is_doubtful else ""
    return (
        wording.indicator(finding),
        wording.severity(finding),
        finding.sentence + doubt,
        finding.measured,
        finding.threshold,
        wording.clause(finding),
        wording.quotes(finding),
        _link(one.account, finding),
        finding.number,
        chinese_time(finding.at),
    )


def _problem(one: Standing) -> str:
    status = one.account.status
    filed = "" if status is AccountStatus.RUNNING else f"（台账状态：{status}）"
    if one.silence is None:
        return f"未能核实：{one.why}{filed}"
    near = "，临近期限" if _part(one) is Part.NEAR else ""
    return f"监测到已满{one.silence.threshold}未更新{near}{filed}"


def _link(account: Account, finding: Finding | None) -> str:
    """The post if the finding names one, else the account's page."""
    evidence = finding.evidence if finding else ()
    posts = [item.url for item in evidence if item.post_id]
    return next((url for url in (*posts, account.url, *(item.url for item in evidence)) if url), "")
