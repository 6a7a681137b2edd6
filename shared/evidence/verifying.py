"""The whole store held against itself: the chain of the log, every content of every look, what no entry tells of."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from shared.clock import chinese_time
from shared.errors import PermanentError
from shared.events import Value
from shared.evidence.entry import FIRST, Entry, EntryKind, Head, Item, ItemKind
from shared.evidence.look import Look
from shared.evidence.vault import DamagedError, MissingError, Vault
from shared.storage.evidence_log import EvidenceLog, Logged

T = TypeVar("T")

_AT_ONCE = 300
ITEM_WORDS = {ItemKind.MANIFEST: "查看记录", ItemKind.CAPTURE: "网页原始内容", ItemKind.PICTURE: "截图"}


class FaultKind(StrEnum):
    """`stray` accuses nobody: a crash between keeping and logging leaves such a file."""

    ENTRY_CHANGED = "entry_changed"
    ENTRY_MISSING = "entry_missing"
    CHAIN_BROKEN = "chain_broken"
    HEAD_DIFFERS = "head_differs"
    CONTENT_MISSING = "content_missing"
    CONTENT_CHANGED = "content_changed"
    STRAY = "stray"

    @property
    def is_error(self) -> bool:
        return self is not FaultKind.STRAY


class Fault(Value):
    """`sentence`: Chinese, which account, when, what. `n`: the entry's number; null where none tells of it."""

    kind: FaultKind
    n: int | None = None
    key: str = ""
    sha256: str = ""
    sentence: str


def verify(vault: Vault, log: EvidenceLog, against: Head | None = None) -> Iterator[Fault]:
    """Every fault as it is found, in memory that does not grow with the store. Raises TransientError.

    `against`: number and hash of an entry, written down before: that tells also of a chain that was made anew.
    """
    yield from check_chain(log.each(), against)
    for rows in _parts(log.each()):
        yield from _check_contents(vault, log, [row.entry for row in rows if row.entry])
    for names in _parts(vault.each()):
        needed = log.needed_among(names)
        for name in (name for name in names if name not in needed):
            words = f"证据库里的 {name} 没有登记（保存中途断电会留下，无害；不是本程序放的请查明来源）"
            yield Fault(kind=FaultKind.STRAY, sha256=name, sentence=words)


def check_chain(rows: Iterable[Logged], against: Head | None = None, after: Head | None = None) -> Iterator[Fault]:
    """`after`: the entry before the first of these, where they are only the last ones."""
    last = after or Head(n=0, hash=FIRST)
    met = against is None or against == Head(n=0, hash=FIRST)
    for row in rows:
        yield from _check_row(row, last)
        if against is not None and row.n == against.n:
            met = True
            if row.written != against.hash or row.entry is None or row.entry.hash != against.hash:
                words = f"第{row.n}条登记与事先记下的不符：整个登记簿或其中一段被重写过"
                yield Fault(kind=FaultKind.HEAD_DIFFERS, n=row.n, sentence=words)
        last = Head(n=row.n, hash=row.written)
    if not met and against is not None:
        words = f"登记簿只到第{last.n}条，没有事先记下的第{against.n}条：后面的登记被删掉了"
        yield Fault(kind=FaultKind.HEAD_DIFFERS, n=against.n, sentence=words)


def _check_row(row: Logged, last: Head) -> Iterator[Fault]:
    entry = row.entry
    if row.n > last.n + 1:
        gone = f"第{last.n + 1}条" if row.n == last.n + 2 else f"第{last.n + 1}至{row.n - 1}条"
        yield Fault(kind=FaultKind.ENTRY_MISSING, n=last.n + 1, sentence=f"{gone}登记不见了（第{row.n}条之前）")
    if entry is None or entry.hash != row.written:
        words = f"{_which(entry, row.n)}：登记的内容被改动过"
        yield Fault(kind=FaultKind.ENTRY_CHANGED, n=row.n, key=entry.key if entry else "", sentence=words)
    elif row.n == last.n + 1 and entry.previous != last.hash:
        words = f"{_which(entry, row.n)}：与前一条接不上，两条之间有登记被改动、插入或调换"
        yield Fault(kind=FaultKind.CHAIN_BROKEN, n=row.n, key=entry.key, sentence=words)


def _check_contents(vault: Vault, log: EvidenceLog, entries: Sequence[Entry]) -> Iterator[Fault]:
    kept = [entry for entry in entries if entry.kind is EntryKind.KEPT]
    pruned = log.pruned_among([entry.look for entry in kept])
    for entry in (entry for entry in kept if entry.look not in pruned):
        faults = list(_check_items(vault, entry))
        # It may have been pruned while we read.
        if faults and not log.pruned_among([entry.look]):
            yield from faults


def _check_items(vault: Vault, entry: Entry) -> Iterator[Fault]:
    look = _look_of(vault, entry)
    for item in entry.items:
        try:
            content = vault.get(item.sha256)
        except MissingError:
            yield _fault(FaultKind.CONTENT_MISSING, entry, item, look, "不见了")
        except DamagedError:
            yield _fault(FaultKind.CONTENT_CHANGED, entry, item, look, "被改动或已损坏，与登记的 SHA-256 不符")
        else:
            if len(content) != item.size:
                yield _fault(FaultKind.CONTENT_CHANGED, entry, item, look, "长短与登记的不符")
    if look is not None and _named(look) != {(item.kind, item.sha256) for item in entry.items[1:]}:
        yield _fault(FaultKind.CONTENT_CHANGED, entry, entry.items[0], look, "所列内容与登记的不符")


def _look_of(vault: Vault, entry: Entry) -> Look | None:
    try:
        return Look.from_bytes(vault.get(entry.look))
    except PermanentError:
        return None


def _named(look: Look) -> set[tuple[ItemKind, str]]:
    kinds = {capture.sha256: ItemKind.CAPTURE for capture in look.captures}
    return {(kinds.get(sha256, ItemKind.PICTURE), sha256) for sha256 in look.contents()}


def _fault(kind: FaultKind, entry: Entry, item: Item, look: Look | None, what: str) -> Fault:
    name = f"{look.account_name} " if look and look.account_name else ""
    url = next((capture.url for capture in look.captures if capture.sha256 == item.sha256), None) if look else None
    shown = f"（{url}）" if url else ""
    words = f"{_which(entry, entry.n, name)}：{ITEM_WORDS[item.kind]}{shown}{what}（{item.sha256}）"
    return Fault(kind=kind, n=entry.n, key=entry.key, sha256=item.sha256, sentence=words)


def _which(entry: Entry | None, n: int, name: str = "") -> str:
    return f"第{n}条 {name}{entry.key} {chinese_time(entry.at)}" if entry else f"第{n}条"


def _parts(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
