"""Which account a person means: `platform/id`, a link to it, or its name."""

import difflib
from collections.abc import Iterable
from contextlib import suppress

from shared.account import PLATFORM_NAMES, Account
from shared.errors import InputError
from shared.ledger.links import choose_id, pasted_link, platform_of, read_link
from shared.ledger.values import BadCellError, UnsupportedPlatformError, read_platform

_FORMS = "写 平台/账号ID（例如 weibo/1000001）、主页链接，或台账里的账号名称"
_MOST = 10


def account_meant(text: str, known: Iterable[Account]) -> Account:
    """One of the `known` accounts, or one that is in no ledger, by its link or its platform and id.

    Raises InputError with what else it may be.
    """
    text = text.strip()
    accounts = {account.key: account for account in known}
    if (link := _link(text)) is not None:
        return _linked(link, accounts)
    return accounts.get(text) or _named(text, list(accounts.values())) or _unfiled(text, accounts)


def _link(text: str) -> str | None:
    """The link in what was pasted, whatever stands around it; null where there is none."""
    try:
        return read_link(text) if text.lower().startswith(("http://", "https://")) else pasted_link(text)
    except BadCellError as error:
        raise InputError(text[:80], f"{error.message}；{error.remedy}") from None


def _linked(link: str, accounts: dict[str, Account]) -> Account:
    same = [account for account in accounts.values() if account.url and _bare(account.url) == _bare(link)]
    if len(same) == 1:
        return same[0]
    platform = platform_of(link) or "feed"
    try:
        account_id, notice = choose_id(platform, None, link)
    except BadCellError as error:
        raise InputError(link[:80], f"{error.message}；{error.remedy}") from None
    key = f"{platform}/{account_id}"
    if key not in accounts and notice:
        raise InputError(link[:80], notice)  # a share link: what it leads to is only known once it is opened
    return accounts.get(key) or _outside(platform, account_id, link)


def _bare(link: str) -> str:
    return link.partition("://")[2].rstrip("/")


def _named(name: str, accounts: list[Account]) -> Account | None:
    """The one account of this name, or, where none is called so, the only one with this in its name."""
    exact = [account for account in accounts if account.name == name]
    found = exact or [account for account in accounts if name and name in account.name]
    if len(found) > 1:
        listed = "、".join(f"{account.key}（{account.platform_name} {account.name}）" for account in found[:_MOST])
        more = f"等 {len(found)} 个" if len(found) > _MOST else ""
        raise InputError(name, f"有几个账号都可能是它，请写其中一个：{listed}{more}")
    return found[0] if found else None


def _unfiled(text: str, accounts: dict[str, Account]) -> Account:
    platform, slash, account_id = text.partition("/")
    if not slash or not account_id.strip():
        names = [account.name for account in accounts.values()]
        near = difflib.get_close_matches(text, names, 3, 0.5)
        meant = f"是不是 {'、'.join(dict.fromkeys(near))}？" if near else "台账里没有这个账号；"
        raise InputError(text, f"{meant}请{_FORMS}")
    with suppress(BadCellError, UnsupportedPlatformError):  # the collector says which platforms there are
        platform = platform if platform in PLATFORM_NAMES else read_platform(platform)
    account_id = account_id.strip()
    return accounts.get(f"{platform}/{account_id}") or _outside(platform, account_id, None)


def _outside(platform: str, account_id: str, link: str | None) -> Account:
    return Account(platform=platform, id=account_id, name=account_id, unit="（不在台账中）", url=link)
