"""Makes events of files that an operator downloaded: posts that are not known yet, and one probe as of their end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.collector.exports.matching import Known, distinct, made_id
from services.collector.exports.proof import Verdict, stretch_of, verdict
from services.collector.exports.reading import ExportFile, Row, last_stretch
from services.collector.exports.withdrawing import withdrawal
from services.collector.reading.days import last_second, last_whole_day, start_of
from shared.account import Account
from shared.errors import InputError
from shared.event_json import read
from shared.events import Coverage, Outcome, Post, Probe
from shared.evidence.look import KeptCapture, Look
from shared.evidence.vault import sha256_of
from shared.export import EXPORT, Export, ExportKind
from shared.source import SourceState
from shared.storage.store import Store

_AROUND = timedelta(days=2)


@dataclass(frozen=True)
class Period:
    """The Beijing days that were chosen when downloading; null: nobody says."""

    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Import:
    """What is to be published and written down. `known`: items that were published before. `others`: files that were
    imported before, and stand. `corrected`: files as they were imported before, with other days: what was claimed then
    no longer stands.
    """

    account: Account
    now: datetime
    exports: tuple[Export, ...]
    posts: tuple[Post, ...]
    known: int
    verdict: Verdict | None
    look: Look
    contents: Mapping[str, bytes]
    others: tuple[Export, ...] = ()
    corrected: tuple[Export, ...] = ()

    @property
    def probe(self) -> Probe | None:
        """Never a list of what is there now: it deletes nothing."""
        said = self.verdict
        if said is None:
            return None
        return Probe(
            platform=self.account.platform,
            account_id=self.account.id,
            at=min(said.at, self.now),
            outcome=Outcome.OK,
            reason=said.why,
            covers=Coverage.LIST if said.proves_list else Coverage.ITEM,
            newest_post_at=said.newest_at,
            source=self._source,
            evidence_sha256=self.look.sha256,
        )

    @property
    def _source(self) -> str:
        """Of days that were stated anew another look, though its moment may be the same."""
        anew = f":{self.now:%Y%m%d%H%M%S}" if self.corrected else ""
        return f"{EXPORT}:{self.exports[0].sha256[:12]}{anew}"

    @property
    def written(self) -> tuple[Export, ...]:
        """The files with the look that they prove a list by."""
        probe, proving = self.probe, self.verdict.files if self.verdict else frozenset()
        proved = tuple(_proving(one, probe) for one in (*self.exports, *self.others) if probe and one.sha256 in proving)
        return (*(one for one in self.exports if one.sha256 not in proving), *proved)

    @property
    def withdrawal(self) -> Probe | None:
        return withdrawal(self.account, self.corrected, self.now, "导出文件的起止日期已更正")

    @property
    def state(self) -> SourceState | None:
        """As of the end of what the files cover: an old export is no look of today."""
        probe = self.probe
        if probe is None:
            return None
        return SourceState(
            key=self.account.key,
            source=EXPORT,
            looked_at=probe.at,
            outcome=probe.outcome,
            reason=probe.reason,
            proved_at=probe.at if probe.proves_list else None,
            newest_post_at=probe.newest_post_at,
        )


def prepare(
    store: Store,
    account: Account,
    given: Sequence[tuple[ExportFile, bytes]],
    period: Period,
    id_of: Callable[[str], str | None],
    *,
    now: datetime,
    by: str | None = None,
    program: str = "",
) -> Import | None:
    """Null where every file was imported before, and no other days are stated. Raises InputError when the period does
    not fit the files."""
    imported = {export.sha256: export for export in store.exports.of(account.key)}
    named = {sha256_of(data): (file, data) for file, data in given}
    told = [export_of(of, file, period, account=account, now=now, by=by) for of, (file, _) in sorted(named.items())]
    exports = tuple(one for one in told if _is_news(one, imported.get(one.sha256), period))
    if not exports:
        return None
    fresh = {one.sha256: named[one.sha256] for one in exports}
    before = [export for sha256, export in imported.items() if sha256 not in fresh]
    rows = distinct([row for file, _ in fresh.values() for row in file.rows])
    known = Known(_published(store, account, rows), id_of)
    new = [row for row in rows if not known.has(row)]
    said = verdict(
        stretch_of([*before, *exports], now),
        exports,
        store.posts.newest_known(account.key, now),
        store.posts.proved_at(account.key),
    )
    # WeChat's own pages show every article under a number that only a link tells: without one it would come twice.
    posted = [row for row in new if row.link or row.id or account.platform != "wechat"]
    posts = [_post(account, row, known, now) for row in posted]
    contents = {sha256: data for sha256, (_, data) in fresh.items()}
    look = _look(account, contents, said, now, program)
    corrected = tuple(imported[one.sha256] for one in exports if one.sha256 in imported)
    others, already = tuple(before), len(rows) - len(new)
    return Import(account, now, exports, tuple(posts), already, said, look, contents, others, corrected)


def _proving(export: Export, probe: Probe) -> Export:
    return export.model_copy(update={"proofs": tuple(dict.fromkeys((*export.proofs, probe.fingerprint)))})


def _is_news(told: Export, imported: Export | None, period: Period) -> bool:
    """A file that comes again without a word on its days says nothing of those that were stated before."""
    if imported is None:
        return True
    is_stated = period.first_day is not None or period.last_day is not None
    return is_stated and (told.first_day, told.last_day) != (imported.first_day, imported.last_day)


def _published(store: Store, account: Account, rows: Sequence[Row]) -> list[Post]:
    if not rows:
        return []
    times = [row.when.at for row in rows]
    parts = store.posts.published(account.key, min(times) - _AROUND, max(times) + _AROUND)
    return [read(Post, body) for part in parts for body in part]


def _post(account: Account, row: Row, known: Known, now: datetime) -> Post:
    return Post(
        platform=account.platform,
        account_id=account.id,
        id=known.own_id(row) or made_id(row),
        observed_at=now,
        url=row.link,
        title=row.title or None,
        published_at=row.when.at,
    )


def export_of(
    sha256: str, file: ExportFile, period: Period, *, account: Account, now: datetime, by: str | None
) -> Export:
    first_day, last_day = _days(file, period, now)
    return Export(
        key=account.key,
        sha256=sha256,
        kind=file.kind,
        file=file.name[:200],
        rows=len(file.rows) or len(file.counts),
        first_day=first_day,
        last_day=last_day,
        newest_at=_newest(file, now),
        imported_at=now,
        by=by,
    )


def _days(file: ExportFile, period: Period, now: datetime) -> tuple[date | None, date | None]:
    """The days counted one by one; else those that were chosen; else from the oldest item to the newest."""
    if file.kind is ExportKind.TENDENCY:
        return last_stretch(list(file.counts)) or (None, None)
    if period.first_day and period.last_day and period.first_day > period.last_day:
        raise InputError("--from", "起始日期晚于截止日期，请改正")
    days = [row.when.day for row in file.rows]
    first_day = period.first_day or min(days, default=None)
    last_day = period.last_day or max(days, default=None)
    if period.last_day and period.last_day > last_whole_day(now):
        raise InputError("--to", f"{period.last_day}还没有完整的数据，最晚填 {last_whole_day(now)}")
    if any((first_day and day < first_day) or (last_day and day > last_day) for day in days):
        raise InputError(file.name, "里面有 --from、--to 以外日期的内容，请填下载时选择的起止日期")
    return (first_day, last_day) if first_day and last_day and first_day <= last_day else (None, None)


def _newest(file: ExportFile, now: datetime) -> datetime | None:
    """Also of days before a gap: other files are held against it."""
    times = [row.when.at for row in file.rows]
    for day, count in file.counts.items():
        if count:
            times.append(min(last_second(day), max(now, start_of(day))))
    return max(times, default=None)


def _look(account: Account, contents: Mapping[str, bytes], said: Verdict | None, now: datetime, program: str) -> Look:
    return Look(
        platform=account.platform,
        account_id=account.id,
        account_name=account.name,
        unit=account.unit,
        source=EXPORT,
        began_at=now,
        at=now,
        outcome=Outcome.OK,
        reason=said.why if said else None,
        captures=tuple(KeptCapture(at=now, sha256=sha256, size=len(data)) for sha256, data in contents.items()),
        picture_note="导出的文件没有网页，无法拍照",
        program=program,
    )
