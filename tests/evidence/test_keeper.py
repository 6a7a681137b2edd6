"""A look is kept whole: its bytes, its manifest, one entry in the log; and once."""

import threading

import pytest

from shared.errors import PermanentError, TransientError
from shared.evidence.entry import EntryKind, ItemKind
from shared.evidence.keeper import Keeper
from shared.evidence.look import Look
from shared.evidence.vault import DamagedError, MissingError, sha256_of
from shared.storage.store import Store
from tests.builders import NOW
from tests.evidence.looks import a_look
from tests.fakes.vault import MemoryVault


def test_a_look_is_kept_with_its_bytes_and_found_by_its_hash(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    look, contents = a_look(1, b"page", picture=b"png")
    sha256 = keeper.keep(look, contents, NOW)
    assert sha256 == sha256_of(look.to_bytes())
    assert keeper.look(sha256) == look
    assert [keeper.content(one) for one in look.contents()] == [b"page", b"png"]
    entry = each_store.evidence.kept(sha256)
    assert entry is not None
    assert (entry.n, entry.kind, entry.key, entry.at) == (1, EntryKind.KEPT, "weibo/1", NOW)
    assert [(item.kind, item.size) for item in entry.items] == [
        (ItemKind.MANIFEST, len(look.to_bytes())),
        (ItemKind.CAPTURE, 4),
        (ItemKind.PICTURE, 3),
    ]


def test_the_same_look_kept_again_changes_nothing(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    look, contents = a_look()
    assert keeper.keep(look, contents, NOW) == keeper.keep(look, contents, NOW)
    assert each_store.evidence.count() == 1


def test_what_is_not_given_or_is_other_bytes_is_refused_and_nothing_kept(each_store: Store) -> None:
    vault = MemoryVault()
    keeper = Keeper(vault, each_store.evidence)
    look, contents = a_look()
    for wrong in ({}, dict.fromkeys(contents, b"other")):
        with pytest.raises(PermanentError, match="没有给出"):
            keeper.keep(look, wrong, NOW)
    assert (vault.held, each_store.evidence.count()) == ({}, 0)


class Failing(MemoryVault):
    def put(self, content: bytes) -> str:
        raise TransientError("满了")


def test_the_log_tells_of_nothing_that_the_vault_did_not_take(each_store: Store) -> None:
    look, contents = a_look()
    with pytest.raises(TransientError):
        Keeper(Failing(), each_store.evidence).keep(look, contents, NOW)
    assert each_store.evidence.count() == 0
    Keeper(MemoryVault(), each_store.evidence).keep(look, contents, NOW)
    assert each_store.evidence.count() == 1


def test_any_number_of_collectors_lengthen_one_chain(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)

    def collect(start: int) -> None:
        for number in range(start, start + 10):
            keeper.keep(*a_look(number), NOW)

    collectors = [threading.Thread(target=collect, args=(start,)) for start in (0, 5, 10, 15)]
    for collector in collectors:
        collector.start()
    for collector in collectors:
        collector.join()
    rows = list(each_store.evidence.each())
    entries = [row.entry for row in rows if row.entry]
    assert [entry.n for entry in entries] == list(range(1, 26))
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert [row.written for row in rows] == [entry.hash for entry in entries]
    assert str(each_store.evidence.head()) == f"25:{entries[-1].hash}"


def test_a_manifest_that_is_none_is_told_as_damaged_and_a_missing_one_as_missing(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    with pytest.raises(DamagedError, match="不是一次查看的记录"):
        keeper.look(keeper.vault.put(b"<p>page</p>"))
    for wrong in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(MissingError):
            keeper.look(wrong)


def test_a_manifest_reads_back_as_it_was_and_has_one_spelling() -> None:
    look, _ = a_look(1, b"page", picture=b"png", account_name="青禾\N{GRINNING FACE}", reason="a\nb")
    assert Look.from_bytes(look.to_bytes()) == look
    assert Look.from_bytes(look.to_bytes()).to_bytes() == look.to_bytes()
    assert look.to_bytes().endswith(b"\n")
    assert b"\\u" not in look.to_bytes()
