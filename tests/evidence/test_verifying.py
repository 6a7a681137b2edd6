"""Whatever is changed behind the program's back is found, and told with account and time; what is whole is not accused."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.evidence.entry import Entry, Head, Item, ItemKind
from shared.evidence.keeper import Keeper
from shared.evidence.verifying import FaultKind, check_chain, verify
from shared.storage.evidence_log import Logged
from shared.storage.store import Store, open_store
from tests.builders import NOW
from tests.evidence.looks import a_look
from tests.fakes.vault import MemoryVault

LOOKS = 5


@pytest.fixture
def keeper(each_store: Store) -> Keeper:
    """Of five looks, the last one pruned."""
    keeper = Keeper(MemoryVault(), each_store.evidence)
    for number in range(1, LOOKS + 1):
        keeper.keep(*a_look(number, f"page {number}".encode(), picture=f"png {number}".encode()), NOW)
    keeper.log.prune(a_look(LOOKS, b"page 5", picture=b"png 5")[0].sha256, "已满365天", NOW)
    keeper.log.clear(keeper.vault.remove, NOW, 10)
    return keeper


def found(keeper: Keeper, against: Head | None = None) -> list[tuple[FaultKind, int | None]]:
    return [(fault.kind, fault.n) for fault in verify(keeper.vault, keeper.log, against)]


def run(store: Store, *statements: str) -> None:
    with store.database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_whole_store_with_pruned_looks_is_not_accused(keeper: Keeper) -> None:
    assert found(keeper, keeper.log.head()) == []
    assert keeper.log.head().n == LOOKS + 1
    assert len(list(keeper.vault.each())) == 3 * (LOOKS - 1)


def test_a_missing_and_a_changed_content_are_told_with_account_time_and_what(keeper: Keeper) -> None:
    vault: Any = keeper.vault
    gone, changed = a_look(2, b"page 2", picture=b"png 2")[0], a_look(3, b"page 3", picture=b"png 3")[0]
    del vault.held[gone.captures[0].sha256]
    vault.held[changed.picture] = b"png 4"
    faults = list(verify(vault, keeper.log))
    assert [(fault.kind, fault.n) for fault in faults] == [
        (FaultKind.CONTENT_MISSING, 2),
        (FaultKind.CONTENT_CHANGED, 3),
    ]
    for words in ("第2条 青禾2 weibo/2 2026-11-21 12:00", "网页原始内容（https://weibo.com/u/2）不见了"):
        assert words in faults[0].sentence
    assert "截图被改动或已损坏" in faults[1].sentence


def test_a_file_that_no_entry_tells_of_is_a_hint_only(keeper: Keeper) -> None:
    name = keeper.vault.put(b"left by a crash")
    (fault,) = verify(keeper.vault, keeper.log)
    assert (fault.kind, fault.sha256, fault.kind.is_error) == (FaultKind.STRAY, name, False)


TAMPERINGS: dict[str, tuple[tuple[str, ...], FaultKind, int]] = {
    "a field changed": (("UPDATE evidence_entry SET key = 'weibo/9' WHERE n = 2",), FaultKind.ENTRY_CHANGED, 2),
    "items that are no JSON": (("UPDATE evidence_entry SET items = '[' WHERE n = 2",), FaultKind.ENTRY_CHANGED, 2),
    "the hash changed": ((f"UPDATE evidence_entry SET hash = '{'1' * 64}' WHERE n = 2",), FaultKind.ENTRY_CHANGED, 2),
    "one removed": (("DELETE FROM evidence_entry WHERE n = 3",), FaultKind.ENTRY_MISSING, 3),
    "the first removed": (("DELETE FROM evidence_entry WHERE n = 1",), FaultKind.ENTRY_MISSING, 1),
    "one removed and the rest moved up": (
        (
            "DELETE FROM evidence_entry WHERE n = 3",
            *(f"UPDATE evidence_entry SET n = {n - 1} WHERE n = {n}" for n in (4, 5, 6)),
        ),
        FaultKind.ENTRY_CHANGED,
        3,
    ),
    "two in each other's place": (
        (
            "UPDATE evidence_entry SET n = 99 WHERE n = 2",
            "UPDATE evidence_entry SET n = 2 WHERE n = 3",
            "UPDATE evidence_entry SET n = 3 WHERE n = 99",
        ),
        FaultKind.ENTRY_CHANGED,
        2,
    ),
    "one inserted before the first": (
        (
            "INSERT INTO evidence_entry (n, at, kind, look, key, items, why, previous, hash, open)"
            " SELECT 0, at, kind, '0', key, items, why, previous, hash, open FROM evidence_entry WHERE n = 1",
        ),
        FaultKind.ENTRY_CHANGED,
        0,
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_tampered_log_is_found_and_the_place_told(keeper: Keeper, each_store: Store, how: str) -> None:
    statements, kind, n = TAMPERINGS[how]
    run(each_store, *statements)
    assert (kind, n) in found(keeper)


def test_one_inserted_in_between_with_a_right_hash_of_its_own_breaks_what_follows(
    keeper: Keeper, each_store: Store
) -> None:
    run(each_store, *(f"UPDATE evidence_entry SET n = {n + 1} WHERE n = {n}" for n in (6, 5, 4, 3)))
    before = next(row.entry for row in keeper.log.each() if row.n == 2)
    assert before
    forged = before.model_copy(update={"n": 3, "look": "0" * 64, "previous": before.hash, "items": ()})
    run(
        each_store,
        "INSERT INTO evidence_entry (n, at, kind, look, key, items, why, previous, hash, open)"
        f" SELECT 3, at, kind, '{forged.look}', key, '[]', why, '{forged.previous}', '{forged.hash}', open"
        " FROM evidence_entry WHERE n = 2",
    )
    assert found(keeper)[0] == (FaultKind.ENTRY_CHANGED, 4)


def test_a_log_cut_at_its_end_or_made_anew_is_found_by_what_was_written_down(keeper: Keeper, each_store: Store) -> None:
    written_down = keeper.log.head()
    run(each_store, f"DELETE FROM evidence_entry WHERE n = {written_down.n}")
    assert (FaultKind.HEAD_DIFFERS, written_down.n) in found(keeper, written_down)
    run(each_store, "DELETE FROM evidence_entry")
    for number in range(1, LOOKS + 3):
        keeper.keep(*a_look(number, f"anew {number}".encode()), NOW)
    assert [kind for kind, _ in found(keeper) if kind.is_error] == []
    assert (FaultKind.HEAD_DIFFERS, written_down.n) in found(keeper, written_down)


def test_a_time_that_is_none_is_found_in_its_row(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/x.db")) as store:
        keeper = Keeper(MemoryVault(), store.evidence)
        for number in range(3):
            keeper.keep(*a_look(number), NOW)
        run(store, "UPDATE evidence_entry SET at = '2026-11-21 0x:00:00.000000' WHERE n = 2")
        assert [(kind, n) for kind, n in found(keeper) if kind.is_error] == [(FaultKind.ENTRY_CHANGED, 2)]


def chain(keys: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    for n, key in enumerate(keys, 1):
        previous = entries[-1].hash if entries else "0" * 64
        items = (Item(kind=ItemKind.MANIFEST, sha256=f"{n:064x}", size=n),)
        entries.append(
            Entry(n=n, at=NOW, kind="kept", look=f"{n:064x}", key=key, items=items, why="", previous=previous)
        )
    return entries


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_byte_of_any_line_changed_is_found(data: st.DataObject) -> None:
    """The lines as an office has them in log.txt: a changed byte changes the hash that the next line tells."""
    entries = chain(data.draw(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5)))
    lines = [entry.line.encode() for entry in entries]
    which = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[which]) - 1))
    other = data.draw(st.integers(1, 255))
    changed = bytes([lines[which][place] ^ other])
    spoilt = lines[which][:place] + changed + lines[which][place + 1 :]
    try:
        entry = Entry.model_validate(_fields(spoilt))
    except ValueError:
        entry = None
    rows = [Logged(one.n, one.hash, one) for one in entries]
    if entry is not None and entry.line.encode() != spoilt:
        return  # another spelling of JSON, which no database holds: columns do
    rows[which] = Logged(entries[which].n, entries[which].hash, entry)
    assert list(check_chain(rows))


def _fields(line: bytes) -> dict[str, Any]:
    import json

    said = json.loads(line.decode())
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise ValueError
    said["items"] = [dict(zip(("kind", "sha256", "size"), item, strict=True)) for item in said["items"]]
    return said


COLUMNS: dict[str, Callable[[Entry, int], object]] = {
    "look": lambda entry, bit: _flipped(entry.look, bit),
    "key": lambda entry, bit: _flipped(entry.key, bit),
    "why": lambda entry, bit: _flipped(entry.why or "-", bit),
    "previous": lambda entry, bit: _flipped(entry.previous, bit),
}


def _flipped(words: str, bit: int) -> str:
    place = bit % len(words)
    letter = chr(ord(words[place]) ^ 1)
    return words[:place] + letter + words[place + 1 :]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.integers(1, 4), column=st.sampled_from(sorted(COLUMNS)), bit=st.integers(0, 200), both=st.booleans())
def test_any_field_of_any_entry_changed_is_found_also_with_its_own_hash_made_right(
    n: int, column: str, bit: int, both: bool
) -> None:
    entries = chain(["weibo/1", "weibo/2", "wechat/青禾", "feed/4", "feed/5"])
    changed = entries[n - 1].model_copy(update={column: COLUMNS[column](entries[n - 1], bit)})
    rows = [Logged(one.n, one.hash, one) for one in entries]
    rows[n - 1] = Logged(n, changed.hash if both else entries[n - 1].hash, changed)
    assert list(check_chain(rows))
