"""What was found at the sources of accounts, the same on both databases."""

from shared.events import Outcome
from shared.source import SourceState
from shared.storage.store import Store
from tests.builders import NOW, an_account, days


def test_what_was_found_of_accounts_that_left_long_ago_is_forgotten(each_store: Store) -> None:
    accounts = [an_account(), an_account("1002"), an_account("1003")]
    each_store.accounts.upsert(accounts, NOW)
    for account, age in zip(accounts, (0, 0, 5), strict=True):
        each_store.sources.note(
            [SourceState(key=account.key, source="page", looked_at=NOW + days(age), outcome=Outcome.OK)]
        )
    each_store.accounts.remove([account.key for account in accounts[1:]], "张三", "已移交", NOW + days(6))
    assert each_store.sources.forget(NOW + days(2), 10) == 1
    assert [bool(each_store.sources.states(account.key)) for account in accounts] == [True, False, True]
