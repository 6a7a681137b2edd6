"""What the store has of one finding or one look: its looks, their entries in the log, what is missing and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from shared.clock import chinese_time
from shared.errors import InputError, PermanentError
from shared.events import Finding, post_fingerprint
from shared.evidence.entry import Entry, Head
from shared.evidence.keeper import Keeper
from shared.evidence.look import Look
from shared.evidence.verifying import check_chain
from shared.storage.pictures import OF_ACCOUNT
from shared.storage.store import Store

_PLACES = {OF_ACCOUNT: "账号主页"}
_NUMBER = 8
_SHORTEST, _MOST = 8, 2
_MOST_FAULTS = 20
_UNLOGGED = "登记簿里没有这次查看：保存时中断，或登记被人删去；内容虽在，何时存入无从证明"


@dataclass(frozen=True)
class Shown:
    """One look. `look` is null where it is not there any more; `missing` says why, or what else is lacking, in
    Chinese."""

    sha256: str
    entry: Entry | None
    pruned: Entry | None
    look: Look | None
    missing: str = ""


@dataclass(frozen=True)
class Gathered:
    """`finding`: null where a look was asked for by its own hash."""

    number: str
    finding: Finding | None
    looks: tuple[Shown, ...]
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    """By post id, when we first saw it (UTC)."""
    without_picture: tuple[str, ...] = ()
    """Which pictures there are none of, and why, in Chinese."""


def gather(words: str, keeper: Keeper, store: Store) -> Gathered:
    """By 告警编号, or by a look's SHA-256 or its beginning. Raises InputError."""
    wanted = words.strip()
    found = store.findings.numbered(wanted) if len(wanted) >= _NUMBER and wanted.isalnum() else []
    if len(found) > 1:
        raise InputError("编号", f"{wanted[:64]} 对应{len(found)}个问题；请多写几位")
    if found:
        return _of_finding(found[0], keeper, store)
    entries = keeper.log.starting(wanted.lower(), _MOST) if len(wanted) >= _SHORTEST else []
    if len(entries) != 1:
        what = "不止一次查看以它开头，请多写几位" if entries else "没有这个告警编号，也没有这次查看"
        raise InputError("编号", f"{wanted[:64]}：{what}；编号是消息末尾的8位字母和数字")
    return Gathered(entries[0].look[:12], None, (shown_look(entries[0].look, keeper),))


def _of_finding(finding: Finding, keeper: Keeper, store: Store) -> Gathered:
    """The looks it cites, then those at which its pictures were made."""
    cited = [shown.sha256 for shown in finding.evidence if shown.sha256]
    pictured = [kept.look for kept in store.pictures.of([finding.fingerprint]).get(finding.fingerprint, [])]
    missing = (
        f"{_PLACES.get(place, '内容页')}截图：{why}" for place, why in store.pictures.missing(finding.fingerprint)
    )
    return Gathered(
        number=finding.number,
        finding=finding,
        looks=tuple(shown_look(name, keeper) for name in dict.fromkeys([*cited, *pictured])),
        first_seen=dict(_first_seen(finding, store)),
        without_picture=tuple(missing),
    )


def _first_seen(finding: Finding, store: Store) -> Iterator[tuple[str, datetime]]:
    for post_id in {shown.post_id for shown in finding.evidence if shown.post_id}:
        fingerprint = post_fingerprint(finding.platform, finding.account_id, post_id)
        if moment := store.posts.first_observed(fingerprint):
            yield post_id, moment


def shown_look(sha256: str, keeper: Keeper) -> Shown:
    """Raises TransientError when the vault is away."""
    entry, pruned = keeper.log.kept(sha256), keeper.log.pruned(sha256)
    if pruned is not None:
        why = f"已于{chinese_time(pruned.at)}清理：{pruned.why}（登记第{pruned.n}条）"
        return Shown(sha256, entry, pruned, None, why)
    try:
        return Shown(sha256, entry, None, keeper.look(sha256), "" if entry else _UNLOGGED)
    except PermanentError as error:
        why = str(error) if entry else "没有保存这次查看的内容（保存证据之前的查看，或没有存成）"
        return Shown(sha256, entry, None, None, why)


def chain_of(gathered: Gathered, keeper: Keeper) -> Iterator[Entry]:
    """The entries of the log from the first of these looks to its head, or to where one can be none."""
    first = _first(gathered)
    for row in keeper.log.each(first.n - 1) if first else ():
        if row.entry is None:
            return
        yield row.entry


def faults_of(gathered: Gathered, keeper: Keeper) -> list[str]:
    """What is wrong with that part of the log, in Chinese; the first few."""
    first = _first(gathered)
    if first is None:
        return []
    faults = check_chain(keeper.log.each(first.n - 1), after=Head(n=first.n - 1, hash=first.previous))
    return [fault.sentence for fault in islice(faults, _MOST_FAULTS)]


def _first(gathered: Gathered) -> Entry | None:
    return min((shown.entry for shown in gathered.looks if shown.entry), key=lambda entry: entry.n, default=None)
