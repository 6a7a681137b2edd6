"""Which rows of a file correct an account that an earlier, wrong row made."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from shared.account import Account
from shared.ledger.links import can_open

_OPENED_BY_LINK = ("wechat", "feed")


def corrections(
    accounts: Iterable[Account], given: Mapping[str, str], known: Iterable[Account]
) -> dict[str, list[str]]:
    """By key of an account that `known` lacks, the keys it may stand for: on its platform, of its name and unit, or
    called what its own row has in the id's cell (`given`, by key).

    Only what can be opened corrects anything, and of several of one name nobody can say which is meant.
    """
    before = list(known)
    keys = {account.key for account in before}
    new = [account for account in accounts if account.key not in keys]
    namesakes = Counter(map(_name, new))
    by_name: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for account in before:
        by_name[_name(account)].append(account.key)
    found = {}
    for account in filter(_opens, new):
        own = by_name[_name(account)] if namesakes[_name(account)] == 1 else []
        called = f"{account.platform}/{given.get(account.key, '')}"
        found[account.key] = list(dict.fromkeys([*(own if len(own) == 1 else []), *({called} & keys)]))
    return {key: olds for key, olds in found.items() if olds}


def _name(account: Account) -> tuple[str, str, str]:
    return account.platform, account.name, account.unit


def _opens(account: Account) -> bool:
    by_link = account.url is not None and account.platform in _OPENED_BY_LINK
    return by_link or can_open(account.platform, account.id)
