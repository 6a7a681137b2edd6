"""What people name on the command line, found in ledger, rulebooks and findings; else the nearest names are offered."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from services.alerter.text import one_line
from services.analyzer.rulebook import load_rulebook
from shared.account import Account
from shared.errors import InputError
from shared.ledger.links import id_in, platform_of
from shared.runtime.settings import Settings
from shared.storage.store import Store

MOST_OFFERED = 5


def account_named(words: str, accounts: Sequence[Account], place: str = "--account", book: str = "台账") -> Account:
    """By key, link or name. `place`: what was asked for; `book`: what the accounts are.

    Raises InputError when there is none, or several of that name.
    """
    wanted = words.strip()
    key = _key_of(wanted)
    found = [account for account in accounts if key in (account.key, account.url)]
    found = found or [account for account in accounts if account.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        which = "、".join(f"{account.key}（{account.unit}）" for account in found[:MOST_OFFERED])
        raise InputError(place, f"{book}中有{len(found)}个账号叫“{shown(wanted)}”；请写其中之一：{which}")
    near = nearest(wanted, [name for account in accounts for name in (account.name, account.key)])
    raise InputError(place, f"{book}中没有“{shown(wanted)}”；{near or '请写 平台/账号ID、主页链接或账号名称'}")


def unit_named(words: str, accounts: Sequence[Account]) -> str:
    """Raises InputError when no account of the ledger is that unit's."""
    units = sorted({account.unit for account in accounts})
    return known("--unit", words, units, "台账中没有主办单位")


def rule_named(words: str, settings: Settings) -> tuple[str | None, str | None]:
    """(rule, null) or (null, indicator). Raises InputError when no rulebook of the settings has it."""
    names = dict.fromkeys((settings.rulebook, *(local.rulebook for local in settings.rulebooks)))
    entries = [entry for name in names for entry in load_rulebook(name, settings.folder).entries]
    rules, indicators = {entry.rule for entry in entries}, {entry.indicator for entry in entries}
    given = words.strip()
    name = given.upper() if given.upper() in indicators else given
    known("--rule", name, sorted(rules | indicators), "规则集中没有规则或指标")
    return (name, None) if name in rules else (None, name)


def number_named(words: str, store: Store) -> str:
    """Raises InputError when no finding ever had the number."""
    number = words.strip().upper()
    if not store.findings.has_number(number):
        raise InputError("--number", f"没有编号为 {shown(number)} 的提醒；编号是消息末尾的8位字母和数字")
    return number


def known(place: str, words: str, names: Iterable[str], else_says: str) -> str:
    """`words` when it is one of the names. Raises InputError with the nearest."""
    names, wanted = list(names), words.strip()
    if wanted in names:
        return wanted
    raise InputError(place, f"{else_says}“{shown(wanted)}”；{nearest(wanted, names) or '请核对写法'}")


def nearest(words: str, names: Iterable[str]) -> str:
    """`是不是：甲、乙？`, empty when nothing is near."""
    all_names = list(dict.fromkeys(names))
    near = get_close_matches(words, all_names, n=MOST_OFFERED, cutoff=0.5)
    near += [name for name in all_names if words and words in name and name not in near]
    return f"是不是：{'、'.join(shown(name) for name in near[:MOST_OFFERED])}？" if near else ""


def shown(words: str) -> str:
    return one_line(words, 60)


def _key_of(words: str) -> str:
    link = f"https://{words}" if "." in words.partition("/")[0] and "://" not in words else words
    if "://" not in link:
        return words
    platform = platform_of(link)
    identity = id_in(link, platform) if platform else None
    return f"{platform}/{identity}" if identity else words
