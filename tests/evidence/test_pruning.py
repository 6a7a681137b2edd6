"""What is old goes and leaves its hash; what an open finding cites, or another look needs, stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.events import Evidence, Outcome
from shared.evidence.keeper import Keeper
from shared.evidence.options import EvidenceSettings
from shared.evidence.pruning import Pruning
from shared.evidence.verifying import FaultKind, verify
from shared.storage.store import Store, open_store
from tests.builders import NOW, a_finding, days
from tests.evidence.looks import a_look
from tests.fakes.vault import MemoryVault

SETTINGS = EvidenceSettings(keep_days=100, wall_days=20)


def test_old_looks_go_with_their_bytes_and_leave_their_hash(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    old, young = (keeper.keep(*a_look(number, b"same page", str(number).encode()), NOW) for number in (1, 2))
    shared, own = (capture.sha256 for capture in keeper.look(old).captures)
    pruning = Pruning(keeper.vault, each_store.evidence, each_store.findings, SETTINGS)
    assert pruning.prune(NOW + days(99)) == 0
    each_store.evidence.prune(old, "已满100天", NOW + days(99))
    pruning.prune(NOW + days(99))
    assert [keeper.vault.has(name) for name in (old, own, shared, young)] == [False, False, True, True]
    entry = each_store.evidence.pruned(old)
    assert entry is not None
    assert (entry.n, entry.why, own in [item.sha256 for item in entry.items]) == (3, "已满100天", True)
    assert list(verify(keeper.vault, each_store.evidence)) == []
    assert pruning.prune(NOW + days(101)) == 1
    assert list(keeper.vault.each()) == []
    assert list(verify(keeper.vault, each_store.evidence)) == []


def test_walls_go_sooner_than_what_was_seen_of_an_account(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    for number, outcome in enumerate(Outcome, 1):
        keeper.keep(*a_look(number, outcome=outcome), NOW)
    pruning = Pruning(keeper.vault, each_store.evidence, each_store.findings, SETTINGS)
    pruning.prune(NOW + days(21))
    left = [row.entry and row.entry.why for row in each_store.evidence.old(NOW + days(1), NOW, 0, 50)]
    assert left == [Outcome.OK, Outcome.EMPTY, Outcome.GONE]


def test_what_an_open_finding_cites_stays_until_it_is_closed(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    cited, other = (keeper.keep(*a_look(1, body), NOW) for body in (b"cited", b"other"))
    finding = a_finding(account_id="1", evidence=(Evidence(sha256=cited),))
    with each_store.judgements.judging() as judging:
        judging.open(finding)
    pruning = Pruning(keeper.vault, each_store.evidence, each_store.findings, SETTINGS)
    assert pruning.prune(NOW + days(400)) == 1
    assert [keeper.vault.has(look) for look in (cited, other)] == [True, False]


@pytest.mark.parametrize("spoilt", ["items = '{'", "items = '[]', kind = 'kept', look = ''", "at = '1999'"])
def test_an_entry_that_somebody_spoilt_keeps_nobody_from_pruning_the_others(tmp_path: Path, spoilt: str) -> None:
    """The collector prunes at every round: it would never look again."""
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        keeper = Keeper(MemoryVault(), store.evidence)
        for number in range(3):
            keeper.keep(*a_look(number, str(number).encode()), NOW)
        with closing(sqlite3.connect(tmp_path / "xunjian.db", isolation_level=None)) as connection:
            connection.execute(f"UPDATE evidence_entry SET {spoilt} WHERE n = 2")
        pruning = Pruning(keeper.vault, store.evidence, store.findings, SETTINGS)
        assert pruning.prune(NOW + days(101)) >= 2
        pruning.prune(NOW + days(101))
        assert [fault.kind for fault in verify(keeper.vault, store.evidence)][:1] == [FaultKind.ENTRY_CHANGED]


def test_a_claim_that_a_crash_left_goes_after_a_day_with_its_bytes(each_store: Store) -> None:
    keeper = Keeper(MemoryVault(), each_store.evidence)
    look, contents = a_look()
    entry_items = keeper.log.kept(keeper.keep(look, contents, NOW))
    assert entry_items
    left = keeper.vault.put(b"left")
    item = entry_items.items[1].model_copy(update={"sha256": left})
    keeper.log.claim("f" * 64, (item,), NOW)
    pruning = Pruning(keeper.vault, each_store.evidence, each_store.findings, SETTINGS)
    pruning.prune(NOW + days(0.5))
    assert keeper.vault.has(left)
    pruning.prune(NOW + days(1.5))
    assert not keeper.vault.has(left)
    assert list(verify(keeper.vault, each_store.evidence)) == []
