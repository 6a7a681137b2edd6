"""Which rows of a file correct an account that an earlier, wrong row made."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from shared.account import Account
from shared.ledger.links import can_open

_OPENED_BY_LINK = ("wechat", "feed")


def corrections(
    accounts: Iterable[Account], given: Mapping[str, str], known: Iterable[Account]
) -> dict[str, list[str]]:
    """By key of an account of a file, the keys of `known` it may stand for: on its platform, of its name and unit, or
    called what its own row has in the id's cell (`given`, by key).

    Only what can be opened corrects anything; one that is known itself, only what cannot. Of several of one name nobody
    can say which is meant.
    """
    filed, before = list(accounts), {account.key: account for account in known}
    namesakes = Counter(map(_name, filed))
    by_name: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in before.values():
        by_name[_name(one)].append(one.key)
    found = {}
    for account in filter(_opens, filed):
        own = [key for key in by_name[_name(account)] if key != account.key] if namesakes[_name(account)] == 1 else []
        called = {f"{account.platform}/{given.get(account.key, '')}"} & before.keys() - {account.key}
        olds = dict.fromkeys([*(own if len(own) == 1 else []), *called])
        found[account.key] = [key for key in olds if account.key not in before or not _opens(before[key])]
    return {key: olds for key, olds in found.items() if olds}


def _name(account: Account) -> tuple[str, str, str]:
    return account.platform, account.name, account.unit


def _opens(account: Account) -> bool:
    by_link = account.url is not None and account.platform in _OPENED_BY_LINK
    return by_link or can_open(account.platform, account.id)
