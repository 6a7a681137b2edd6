"""The number of a 公众号 (`__biz`), which its long links and the ledger name in several ways."""

import binascii
from base64 import b64decode

from shared.account import Account
from shared.ledger.links import id_in


def number_of_account(account: Account) -> str | None:
    """The number of a 公众号 as the ledger tells it; null where it names the account in another way."""
    return number_in(account.url) or _number(account.id)


def number_in(link: str | None) -> str | None:
    """The number of the 公众号 that a long link names."""
    return _number(id_in(link, "wechat")) if link else None


def _number(biz: str | None) -> str | None:
    """`MzI…==` is the number in base64; `MP_WXS_` stands before the number itself."""
    if not biz:
        return None
    bare = biz.removeprefix("MP_WXS_")
    if bare.isascii() and bare.isdigit():
        return bare
    try:
        text = b64decode(biz, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return text if text.isdigit() else None
